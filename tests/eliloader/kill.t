#!/bin/bash
# kill.t [xl|xapi [install|finish]] - kill -9 at every system call of a start that changes
# something; then the VM starts again, and nothing is left over: of a first start it is
# installed, of one that finishes an install it boots what is on its disk, and the record
# says so.
# shellcheck disable=SC2119 # functions with optional arguments
. "$(dirname "$0")/../tap.sh"
# shellcheck source=tests/eliloader/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/eliloader/xapi.sh
. "$top/tests/eliloader/xapi.sh"

# what changes a file, a name, a record or somebody else's mind
calls=openat,linkat,link,rename,renameat,renameat2,unlink,unlinkat,mkdir,mkdirat,rmdir
calls+=,ftruncate,fchmod,fchmodat,fsync,fdatasync,write,pwrite64,writev,sendto,sendmsg
calls+=,copy_file_range,sendfile,ioctl,utimensat,clone,clone3,vfork

phase=${2:-install}
eli_dir
tree_debian "$dir/www/debian"
serve "$dir/www"
# shellcheck disable=SC2154 # set by serve
keys=(install-repository="$www/debian/" install-distro=debianlike debian-release=bookworm
	install-arch=amd64)
uuid=6d2f9a3e-1111-4222-8333-000000000001
xapi_start "$dir"

# the disk that a finished install has left
installed() {
	mkdir -p "$dir/root/boot/grub"
	cp "$kernel_file" "$dir/root/boot/vmlinuz"
	cp "$ramdisk_file" "$dir/root/boot/initrd.img"
	printf '%s\n' 'menuentry "Linux" {' 'linux /boot/vmlinuz ro' 'initrd /boot/initrd.img' '}' \
		> "$dir/root/boot/grub/grub.cfg"
	mke2fs -q -t ext4 -d "$dir/root" "$dir/installed.img" 16M > /dev/null 2>&1
	DISK=$dir/installed.img
}
[ "$phase" = install ] || installed

# fresh : as if eliloader had never run, but for what is known of the kernel
fresh() {
	rm -rf "$dir/cache" "$dir/state"
	! [ -e "$dir/cache.kept" ] || cp -a "$dir/cache.kept" "$dir/cache"
	xapi_rules
	xapi_vm "$uuid" vm1 "${keys[@]/#/other-config:}"
	[ "$phase" = finish ] || return 0
	mkdir -m 700 "$dir/state"
	printf '%s\n' other-config:install-round=2 other-config:eliloader-attempts=2 > "$dir/state/vm1.state"
	xapi_set "$uuid" other-config:install-round 2
	xapi_set "$uuid" other-config:eliloader-attempts 2
}
keep_notes() {
	rm -rf "$dir/cache.kept"
	cp -a "$dir/cache" "$dir/cache.kept"
	find "$dir/cache.kept" -type f ! -name 'note-*' -delete
}

xl_tool() {
	local words

	xl_words vm1 "${keys[@]}"
	xl_name=vm1
	rm -rf "$dir/out"
	mkdir -m 700 "$dir/out" "$dir/out/vm1.d"
	install -m 600 /dev/null "$dir/out/vm1.out"
	timeout 60 "$@" "$O/eliloader" --config "$dir/eliloader.conf" --domain vm1 "${words[@]}" \
		> "$dir/said" 2>&1 < /dev/null
}
xapi_tool() {
	timeout 60 "$@" "$O/eliloader" --config "$dir/eliloader.conf" --xapi-socket "$XAPI_SOCKET" \
		-q --vm "$uuid" "${DISK:-$dir/disk.img}" > "$dir/answer" 2> "$dir/said" < /dev/null
}
xl_round() { sed -n 's/^other-config:install-round=//p' "$dir/state/vm1.state" 2> /dev/null; }
xapi_round() { xapi_get "$uuid" other-config:install-round; }

# points TOOLSTACK : each call that a whole start makes, as "name number".  Files come through
# pipes in more or fewer pieces, each a write: the start with the fewest calls of some is
# taken, so that another makes all of them, too.
points() {
	local i

	for i in 1 2 3 4; do
		fresh
		"$1_tool" strace -qq -o "$dir/trace.$i" -e trace="$calls" -e signal=none
		if [ "$i" = 1 ] || [ "$(wc -l < "$dir/trace.$i")" -lt "$(wc -l < "$dir/trace")" ]; then
			mv "$dir/trace.$i" "$dir/trace"
		fi
	done
	# an openat or ioctl that only reads changes nothing
	awk -F '(' '/^[a-z0-9_]+\(/ {n[$1]++
		if ($1 == "openat" && !/O_CREAT|O_TMPFILE|O_TRUNC/) next
		if ($1 == "ioctl" && !/FICLONE/) next
		print $1, n[$1]}' "$dir/trace"
}

# A start after a kill is right when it gives out the whole pair and the round is 2, or the
# install is over.  Whose bootloader is pygrub is not started by eliloader any more.
starts_well() {
	if [ "$1" = xapi ] && [ "$(xapi_get "$uuid" PV-bootloader)" = pygrub ]; then
		xapi_is_over
		return
	fi
	"$1_tool" || return
	"$1_result_is_whole" || return
	if [ "$phase" = install ]; then [ "$("$1_round")" = 2 ]; else "$1_is_over"; fi
}
xl_is_over() {
	grep -qx other-config:eliloader-installed=eliloader "$dir/state/vm1.state" &&
		grep -qx -- -other-config:install-round "$dir/state/vm1.state"
}
xapi_is_over() {
	local key

	for key in install-round install-distro eliloader-attempts; do
		! xapi_has "$uuid" "other-config:$key" || return
	done
	[ "$(xapi_get "$uuid" PV-bootloader)" = pygrub ]
}
xl_result_is_whole() {
	cmp -s "$(xl_result kernel)" "$kernel_file" && cmp -s "$(xl_result ramdisk)" "$ramdisk_file"
}
xapi_result_is_whole() {
	cmp -s "$(xapi_result kernel)" "$kernel_file" &&
		cmp -s "$(xapi_result ramdisk)" "$ramdisk_file"
}

# left : files that nobody owns any more; the cache's are whole ones under their names.  What
# a VM has left whose bootloader is pygrub, any VM's start removes an hour later.
left() {
	local later=nothing

	[ "$(xapi_get "$uuid" PV-bootloader)" != pygrub ] || later="eliloader-$uuid-*"
	find /run/xend "$dir/out" -type f ! -name '*.out' ! -name "$later" 2> /dev/null
	find "$dir/cache" "$dir/state" -type f 2> /dev/null |
		grep -vE '/(repo|vm|made|note)-[0-9a-f]{64}$|/\.(boot|lock)$|/vm1\.state$|/vm1\.lock$'
}

# one TOOLSTACK NAME NUMBER
one() {
	local toolstack=$1 name=$2 n=$3 rc

	fresh
	rm -f "/run/xend/boot/eliloader-$uuid-"*
	{
		# (LeakSanitizer cannot work under strace, and says so by its exit status)
		ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0 \
			"${toolstack}_tool" strace -qq -o /dev/null -e trace="$name" -e signal=none \
			-e "inject=$name:signal=KILL:when=$n"
		rc=$?
	} 2> /dev/null # the shell's own word of it
	if [ $rc = 0 ]; then
		missed=$((missed + 1)) # even fewer pieces
		return
	fi
	if [ $rc != 137 ]; then
		fail "$toolstack: killed at $name $n"
		diag "it was not: status $rc" "$(cat "$dir/said")"
		return
	fi
	# killed after the record was changed: as far as that goes the installer was given out,
	# but no toolstack has it.  The disk is blank, so it comes again.
	if ! starts_well "$toolstack"; then
		fail "$toolstack: killed at $name $n, started again"
		diag "$(cat "$dir/said")" "round: $("${toolstack}_round")" "$(xapi_get "$uuid" PV-bootloader)"
		return
	fi
	"${toolstack}_toolstack"
	if [ -n "$(left)" ]; then
		fail "$toolstack: killed at $name $n: nothing is left"
		diag "$(left)"
	fi
}

matrix() {
	local toolstack=$1 name n count=0 bad=$tap_bad

	missed=0
	fresh
	ok "$toolstack: a start that is not killed" starts_well "$toolstack"
	keep_notes
	while read -r name n <&9; do
		one "$toolstack" "$name" "$n"
		count=$((count + 1))
	done 9< <(points "$toolstack")
	ok "$toolstack: enough calls to be killed at ($count)" test $((count - missed)) -gt 20
	ok "$toolstack: hardly one of them was not made ($missed)" test "$missed" -le 4
	[ "$tap_bad" != "$bad" ] || pass "$toolstack: killed at each of $count calls, it starts again, nothing is left"
}
matrix "${1:-xl}"
done_testing
