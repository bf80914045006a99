#!/bin/bash
# disks-hostile.t [NAME...] - disks made to hurt who reads them (hostile.sh): inspect and a start
# end within 10 seconds and 256 MiB, with at most one message, and leave nothing; one that a
# start cannot read for sure is none that an installer is offered for again.  The
# NAME of a file system: that with bytes changed, cut short, or both.
# FLIPS: how many times each file system is changed (6); FLIP_SEED: the first seed (1).
. "$(dirname "$0")/../tap.sh"
# shellcheck source=tests/eliloader/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/eliloader/images.sh
. "$top/tests/eliloader/images.sh"
# shellcheck source=tests/eliloader/layouts.sh
. "$top/tests/eliloader/layouts.sh"
# shellcheck source=tests/eliloader/hostile.sh
. "$top/tests/eliloader/hostile.sh"
eli_dir
most_ms=0 most_kib=0

# measured COMMAND... : sets $status, $ms, $kib, $left; stdout in $dir/out.txt, stderr in $dir/said
measured() {
	"$O/tests/eliloader/rusage" "$dir/usage" 10 "$@" > "$dir/out.txt" 2> "$dir/said" \
		< /dev/null
	read -r status ms kib left < "$dir/usage"
	[ "$ms" -le "$most_ms" ] || most_ms=$ms
	[ "$kib" -le "$most_kib" ] || most_kib=$kib
}
# (the kernel detaches it when the last process is gone, which may take a moment)
no_loop() { [ -z "$(losetup -j "$img")" ]; }
# bounds WHAT : those of every run
bounds() {
	local wrong=''

	[ "$status" -le 1 ] || wrong+=" exit status $status,"
	[ "$ms" -le 10000 ] || wrong+=" $ms ms,"
	[ "$kib" -le 262144 ] || wrong+=" $kib KiB,"
	[ "$(grep -c '' "$dir/said")" -le 1 ] || wrong+=" more than a message,"
	[ "$status" = 0 ] || [ -s "$dir/said" ] || wrong+=" not a word,"
	! LC_ALL=C grep -qP '[\x00-\x08\x0b-\x1f\x7f]' "$dir/said" "$dir/out.txt" ||
		wrong+=" control characters,"
	[ "$left" = 0 ] || wrong+=" a process is left,"
	wait_for 5 no_loop || wrong+=" a loop device is left,"
	if [ -z "$wrong" ]; then
		pass "$1 ($status, $ms ms, $kib KiB)"
	else
		fail "$1:$wrong"
		diag "$(head -c 2000 "$dir/said")"
	fi
}

# start_of NAME [KEY=VALUE...] : as xl does; $answer is what it gave out
start_of() {
	local words EXTRA=(-q)

	DISK=$img xl_words "$@"
	xl_name=$1
	mkdir -m 600 "$dir/out/$1.d" && install -m 600 /dev/null "$dir/out/$1.out"
	measured "$O/eliloader" --config "$dir/eliloader.conf" --domain "$1" "${words[@]}"
	answer=$(tr '\0' '\n' < "$dir/out/$1.out" | cut -d ' ' -f 1 | sort | tr '\n' ' ')
}
# ends NAME : both of what can be asked of $img
ends() {
	measured "$O/eliloader" --config "$dir/eliloader.conf" inspect "$img"
	[ "$status" = 0 ] || [ -s "$dir/said" ] || cp "$dir/out.txt" "$dir/said.inspect"
	[ -s "$dir/said" ] || echo "inspect's own answer" > "$dir/said"
	bounds "$1: inspect"
	start_of "$1"
	bounds "$1: a start"
	case $status in
	0) like "$answer" '^(args )?kernel (ramdisk )?$' "$1: the answer is what it must be" ;;
	*) is "$answer" "" "$1: nothing is given out" ;;
	esac
	xl_toolstack
	is "$(boot_files)" 0 "$1: nothing is left"
}

# kept NAME : to the second round of an install, $img is not empty
kept() {
	start_of "$1-kept" install-distro=rhlike install-round=2 install-repository=http://127.0.0.1:9/
	bounds "$1: a second round"
	if [ "$may_boot" = yes ]; then
		is "$status/$answer" "0/args kernel ramdisk " "$1: what the disk has, not an installer"
	else
		is "$status/$answer" 1/ "$1: nothing is given out"
		like "$(cat "$dir/said")" "$want_said.*install-round=1" "$1: nor an installer over what may be a system"
	fi
	xl_toolstack
}

hostile_all() {
	for name; do
		if ! hostile "$name"; then
			fail "$name: the image is made"
			continue
		fi
		ends "$name"
		case $may_boot in
		yes) is "$status" 0 "$name: boots all the same" ;;
		no) is "$status" 1 "$name: does not boot" ;;
		esac
		[ -z "$want_said" ] || like "$(cat "$dir/said")" "$want_said" "$name: says why"
		[ -z "$want_kept" ] || kept "$name"
		rm -f "$img"
	done
}

# flipped FS : its first blocks, then all of it; cut short at the places that matter
flipped() {
	local fs=$1 n first last size good=$dir/$1.good

	hostile_fs "$fs" "$good" || { fail "$fs: the image is made"; return; }
	img=$dir/$fs.img
	size=$(stat -c %s "$good")
	read -r first last <<< "$(hostile_super "$fs")"
	for ((n = ${FLIP_SEED:-1}; n < ${FLIP_SEED:-1} + ${FLIPS:-6}; n++)); do
		cp "$good" "$img"
		python3 "$top/tests/eliloader/flip.py" $n $((1 << (n % 7))) "$first" "$last" "$img"
		[ $((n % 3)) != 0 ] ||
			python3 "$top/tests/eliloader/flip.py" $n 3000 0 $((size < 4000000 ? size : 4000000)) "$img"
		ends "$fs-seed-$n"
	done
	for n in $((first + 512)) $((last + 100)) $((size / 2)); do
		cp "$good" "$img" && truncate -s $n "$img"
		ends "$fs-cut-$n"
	done
	rm -f "$img" "$good"
}

[ $# != 0 ] || set -- "${hostile_names[@]}"
for name; do
	if [[ " ${hostile_fs_names[*]} " == *" $name "* ]]; then
		flipped "$name"
	else
		hostile_all "$name"
	fi
done
diag "the slowest: $most_ms ms; the largest: $most_kib KiB"
done_testing
