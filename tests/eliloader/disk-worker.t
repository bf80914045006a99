#!/bin/bash
# disk-worker.t - eliloader-disk as root starts it, by hand (wire_client plays eliloader):
# real images read by the real grub-fstest, and programs in its place that have been taken
# over or work badly (fake_fstest).
. "$(dirname "$0")/../tap.sh"
# shellcheck source=tests/eliloader/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/eliloader/images.sh
. "$top/tests/eliloader/images.sh"
eli_dir
real=$top/build/xen/usr/bin/grub-fstest
fake=$O/tests/eliloader/fake_fstest
uid=$((2000000 + $$)) # nobody else's
client=("$O/tests/eliloader/wire_client" "--uid=$uid")

# job NAME KERNEL-LIMIT RAMDISK-LIMIT [LINE...]
job() { printf '%s\n' "limit/kernel = \"$2\"" "limit/ramdisk = \"$3\"" "${@:4}" > "$dir/$1.job"; }
# serve IMAGE PROGRAM [OPTION...] : run the worker; what it said is in $said, streams in $dir/o
serve() {
	rm -rf "$dir/${out:=o}"
	mkdir "$dir/$out"
	said=$(timeout 100 "${client[@]}" --out="$dir/$out" --fd="$1" --fd="$2" "${@:3}" \
		"$O/eliloader-disk" "$dir/${job:-usual}.job" 2>&1)
	[ "$out" = o ] || echo "$said"
}
# says RESULT REGEX NAME : it ended with one DONE, of that kind, and by itself
says() {
	like "$(tail -n 2 <<< "$said" | tr '\n' ' ')" "^done $1 \".*$2.*\" exit [01] $" "$3"
	[ "$(grep -c '^done ' <<< "$said")" = 1 ] || fail "$3: one DONE"
}
# key PATH : of the report
key() { sed -n "s|^$1 = \"\(.*\)\"\$|\1|p" <<< "$said"; }
# came KERNEL RAMDISK NAME : byte by byte; "": no such stream
came() {
	local file want

	for file in kernel ramdisk; do
		want=$1
		[ "$file" = kernel ] || want=$2
		if [ -z "$want" ]; then
			[ ! -e "$dir/o/$file" ] || fail "$3: no $file"
		elif ! cmp "$want" "$dir/o/$file"; then
			fail "$3: the $file"
			diag "$said"
			return
		fi
	done
	pass "$3"
}
# word WORD : what the program in grub-fstest's place shall do
word() { printf '%s\n' "$1" > "$dir/$1.img" && truncate -s 1M "$dir/$1.img"; }

# --- a disk ---
t=$dir/tree
mkdir -p "$t/boot/grub" "$t/odd"
head -c 3000001 /dev/urandom > "$t/boot/vmlinuz-6.1"
head -c 5000003 /dev/urandom > "$t/boot/initrd.img-6.1"
printf microcode > "$t/boot/ucode.img"
head -c 100000 /dev/zero | gzip -9 > "$t/boot/packed"
: > "$t/boot/nothing"
ln -s boot/vmlinuz-6.1 "$t/vmlinuz"
ln -s nowhere "$t/dangling"
truncate -s 3G "$t/boot/sparse"
odd=("a b" "(loop0)" "quote'\"" $'\xe4\xff' '$(id)' "-l" "--" "x,y" "back\\slash" "0+1")
for name in "${odd[@]}"; do printf 'odd %s' "$name" > "$t/odd/$name"; done
cat > "$t/boot/grub/grub.cfg" <<- 'END'
	set timeout=7
	menuentry "One" {
		linux /boot/vmlinuz-6.1 root=/dev/xvda1
		initrd /boot/ucode.img /boot/initrd.img-6.1
	}
	menuentry "Two" {
		linux /vmlinuz single
	}
END
fs_ext "$dir/fs.img" 64 "$t" system || bail "an image"
truncate -s 1M "$dir/zeros" "$dir/swap"
mkswap "$dir/swap" > "$dir/log" 2>&1 || bail "swap space"
disk_gpt "$dir/disk.img" "$dir/fs.img" "S=$dir/swap" "$dir/zeros" || bail "a disk"
{ cat "$t/boot/ucode.img"; printf '\0\0\0'; cat "$t/boot/initrd.img-6.1"; } > "$dir/both"
job usual 4000000 9000000
img=$dir/disk.img

serve "$img" "$real" --pick=0
says ok '' "a disk"
came "$t/boot/vmlinuz-6.1" "$dir/both" "the entry's kernel, and its ramdisks one after the other"
is "$(key table)" gpt "the table"
is "$(key device/000/name) $(key device/000/fs) $(key device/000/label)" "loop0,gpt1 ext* system" \
	"a device"
is "$(key device/001/swap)$(key device/001/blank)" 10 "swap space"
is "$(key device/002/swap)$(key device/002/blank)" 01 "a blank partition"
is "$(key menu/kind) $(key menu/timeout)" "grub 7" "the configuration"
is "$(key entry/000/title)/$(key entry/001/title)" One/Two "its entries"
is "$(key entry/000/args)" root=/dev/xvda1 "arguments"
is "$(losetup -j "$img")" '' "no loop device is left"

serve "$img" "$real" --pick=1
came "$t/boot/vmlinuz-6.1" '' "a kernel by a symbolic link, no ramdisk"
serve "$img" "$real" --pick=/boot/packed,/boot/ucode.img
came "$t/boot/packed" "$t/boot/ucode.img" "files by their paths, packed as they are"
serve "$img" "$real" --pick=boot/../boot/./packed
came "$t/boot/packed" '' "a path with dots"
serve "$img" "$real" --pick=/../../../../etc/passwd
says absent "no file '/etc/passwd'|no file '/../../../../etc/passwd'" "no path leads out of the disk"
serve "$img" "$real" --pick=/dangling
says absent "/dangling" "a link that leads nowhere"
serve "$img" "$real" --pick=/boot
says absent "/boot" "a directory is no file"
serve "$img" "$real" --pick=/boot/packed,/boot/absent
says absent "/boot/absent" "no ramdisk"
serve "$img" "$real" --pick=/boot/nothing
came /dev/null '' "an empty file"
serve "$img" "$real" --pick=7
says invalid '' "an entry that was not offered"
serve "$img" "$real" --pick=none
like "$said" "^exit 0$" "when nothing is wanted, it ends"
for name in "${odd[@]}"; do
	serve "$img" "$real" --pick="/odd/${name/,/_}"
	[ "$name" = "x,y" ] || came "$t/odd/$name" '' "a file with an odd name: $(printf %q "$name")"
done
job nomenu 4000000 9000000 'menu = "0"'
job=nomenu serve "$img" "$real" --pick=/boot/packed
is "$(key menu/kind)$(key entry/000/title)" '' "without its configuration, if that is not wanted"
came "$t/boot/packed" '' "files can be had all the same"

# --- limits ---
serve "$img" "$real" --pick=/boot/sparse
says limit "'/boot/sparse' has 3221225472 bytes, more than 4000000" "a huge file is not begun"
is "$(ls "$dir/o")" '' "not a byte of it came"
job small 3000000 9000000
job=small serve "$img" "$real" --pick=0
says limit "3000001 bytes, more than 3000000" "a kernel over its limit"
job tight 4000000 5000014
job=tight serve "$img" "$real" --pick=0
says limit "'/boot/initrd.img-6.1' has 5000003 bytes, more than 5000002" "ramdisks count together, with what pads them"
job=broken
printf 'limit/kernel = "x"\n' > "$dir/broken.job"
serve "$img" "$real" --pick=0
says internal malformed "a malformed job"
job=usual

# --- what an image may be ---
device=$(losetup -r -f --show "$img") || bail "a loop device"
serve "$device" "$real" --pick=0
losetup -d "$device"
came "$t/boot/vmlinuz-6.1" "$dir/both" "a block device"
cp "$img" "$dir/cut.img" && truncate -s -300 "$dir/cut.img"
serve "$dir/cut.img" "$real" --pick=0
came "$t/boot/vmlinuz-6.1" "$dir/both" "a file whose last sector is not whole"
cp "$dir/fs.img" "$dir/whole.img"
serve "$dir/whole.img" "$real" --pick=0
came "$t/boot/vmlinuz-6.1" "$dir/both" "a file system without partitions"
is "$(key table)$(key device/000/name)" loop0 "is the only device"
head -c 4M /dev/urandom > "$dir/random"
truncate -s 4M "$dir/zeros4" "$dir/swap4"
mkswap "$dir/swap4" > "$dir/log" 2>&1 || bail "swap space"
fs_lvm "$dir/pv" vg "root=$dir/fs.img" "blank=$dir/zeros4" "swap=$dir/swap4" "random=$dir/random" ||
	bail "logical volumes"
disk_gpt "$dir/lvm.img" "$dir/pv" "$dir/zeros" || bail "a disk"
serve "$dir/lvm.img" "$real" --pick=0
came "$t/boot/vmlinuz-6.1" "$dir/both" "a system on LVM, after volumes that GRUB stops at"
is "$(sed -nE 's/^device\/[0-9]+\/(blank|fs|name|swap) = "(.*)"$/\2/p' <<< "$said" | paste -d ' ' - - - - |
	LC_ALL=C sort -t ' ' -k 3)" \
	"$(printf '%s\n' '0 lvm loop0,gpt1 0' '1  loop0,gpt2 0' '1  lvm/vg-blank 0' '0  lvm/vg-random 0' \
		'0 ext* lvm/vg-root 0' '0  lvm/vg-swap 1')" "each is what it is"
mkfifo "$dir/fifo"
said=$(timeout 100 "${client[@]}" --rwfd="$dir/fifo" --fd="$real" "$O/eliloader-disk" "$dir/usual.job")
says access "neither a block device nor a regular file" "a fifo"
serve "$dir/tree" "$real"
says access "neither a block device" "a directory"
serve /dev/zero "$real"
says access "neither a block device" "a character device"
: > "$dir/empty"
serve "$dir/empty" "$real"
says access "empty" "an empty file"
serve "$dir/zeros" "$real" --pick=0
is "$(key device/000/name)$(key device/000/blank)" loop01 "a blank disk"
says invalid '' "has nothing to boot"
cp "$img" "$dir/shrinks.img"
serve "$dir/shrinks.img" "$real" --pick=0 --after-offer="truncate -s 2M '$dir/shrinks.img'; echo 3 > /proc/sys/vm/drop_caches"
like "$said" '^done access' "an image that shrinks"

# --- the program ---
said=$(timeout 100 "${client[@]}" --fd="$img" "$O/eliloader-disk" "$dir/usual.job")
says internal "no program" "no program at all"
serve "$img" "$dir/usual.job"
says internal "no program of this machine" "no program of this machine"
word probe
serve "$dir/probe.img" "$fake"
says access "all 21 ways are closed" "a program that has been taken over finds every way closed"
serve "$dir/probe.img" "${fake}_static"
says access "all 21 ways are closed" "a static one, too"
like "$("$fake" "$dir/probe.img" ls 2>&1)" "^open: " "which are open elsewhere"
word exit
serve "$dir/exit.img" "$fake"
says access 'cannot read it: .*a bad\\x1b\[2J day' "one that fails, with its last words"
word crash
serve "$dir/crash.img" "$fake"
says access "crashed" "one that crashes"
word silent
serve "$dir/silent.img" "$fake"
says access "does not see the disk" "one that says nothing"
word flood
serve "$dir/flood.img" "$fake"
says limit "more than it may" "one that says too much"
word lie
serve "$dir/lie.img" "$fake" --pick=0
is "$(key 'device/[0-9]*/name' | tr '\n' ' ')" "loop0 loop0,gpt1 lvm/../../etc " "of what one lies only names on the disk are taken"
says limit "'/vmlinuz' has 18446744073709551615 bytes" "and no size"
word long
serve "$dir/long.img" "$fake" --pick=/vmlinuz
says access "larger than it seemed" "a file that does not end"
word short
serve "$dir/short.img" "$fake" --pick=/vmlinuz
says access "'/vmlinuz' has 5 bytes, and 3 came" "a file that ends early"

# Those that wait for limits, side by side.
for w in hang burn deaf flood-err stall slow; do
	word $w
	out=o.$w serve "$dir/$w.img" "$fake" --pick=/vmlinuz --timeout=90 > "$dir/$w.said" &
done
wait
for w in hang burn deaf flood-err stall slow; do
	said=$(cat "$dir/$w.said")
	case $w in
	stall) says access "/vmlinuz" "one that stops in the midst of a file" ;;
	# (on a busy machine the clock may come first)
	burn) says '(access|limit)' "(no end|seconds)" "one that takes all of its CPU time" ;;
	slow) says limit "more than 8 seconds" "configurations that take too long are not passed over" ;;
	flood-err) says access "" "one that complains for ever" ;;
	*) says limit "more than 8 seconds" "one that does not end: $w" ;;
	esac
done
# (nobody may have waited for those that are killed with the worker)
none_left() { ! pgrep -u "$uid" -r D,R,S,T > "$dir/left"; }
ok "none of them is left" wait_for 10 none_left

# --- an old kernel: the loop device is made in two steps, by another process ---
cat > "$dir/old" <<- END
	#!/bin/sh
	exec $(command -v strace) -o "$dir/trace" -e trace=ioctl -e inject=ioctl:error=EINVAL:when=2 "$O/eliloader-disk" "\$@"
END
chmod +x "$dir/old"
said=$(timeout 100 "${client[@]}" --fd="$img" --fd="$real" "$dir/old" "$dir/usual.job" 2>&1)
like "$(cat "$dir/trace")" 'LOOP_CONFIGURE.*EINVAL' "before Linux 5.8"
is "$(key menu/kind)" grub "the disk is read, too"
ok "and no loop device is left" [ -z "$(losetup -j "$img")" ]

# --- its end ---
# begin WORD : wire_client in the background; sets $pid, and $worker, $starter and $program when it runs
begin() {
	"${client[@]}" --fd="$dir/$1.img" --fd="$fake" "$O/eliloader-disk" "$dir/usual.job" \
		> "$dir/killed" 2>&1 &
	pid=$!
	wait_for 10 started || bail "the worker runs"
}
started() {
	worker=$(pgrep -P "$pid") && starter=$(pgrep -P "$worker") && program=$(pgrep -P "$starter") &&
		grep -q /disk "/proc/$program/cmdline"
}
gone() { ! kill -0 "$1" 2> /dev/null || grep -q '^State:.*Z' "/proc/$1/status"; }
detached() { [ -z "$(losetup -j "$1")" ]; }
# filters PID : how many lie over one another
filters() { awk '/^Seccomp_filters:/ { print $2 }' "/proc/$1/status"; }
begin hang
is "$(filters "$starter") $(filters "$worker") $(filters "$program")" "1 2 2" \
	"who reads can start nothing, and neither can what was started"
is "$(find "/proc/$starter/fd" -lname '/dev/loop*' -o -lname "$dir/hang.img" | wc -l)" 0 "who starts has not the disk"
ok "while it runs, the disk is a loop device" [ -n "$(losetup -j "$dir/hang.img")" ]
kill -9 "$worker"
wait "$pid"
ok "a killed worker takes the starter with it" wait_for 10 gone "$starter"
ok "and the program" wait_for 10 gone "$program"
ok "and the loop device" wait_for 10 detached "$dir/hang.img"
begin hang
kill -9 "$starter"
ok "a killed starter takes the program with it" wait_for 10 gone "$program"
wait "$pid"
like "$(cat "$dir/killed")" '^done internal ' "and the worker says that it cannot go on"
begin hang
kill -9 "$pid"
{ wait "$pid"; } 2> /dev/null
ok "when eliloader is killed, so is the worker" wait_for 10 gone "$worker"
ok "the starter" wait_for 10 gone "$starter"
ok "the program" wait_for 10 gone "$program"
ok "and the loop device" wait_for 10 detached "$dir/hang.img"
done_testing
