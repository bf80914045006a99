#!/bin/bash
# volumes with real file systems: ext4, xfs and btrfs on loop devices that a fixture of
# sysfs calls disks of Xen, asked by an unprivileged program; and a FUSE file system that
# never answers.  All in a mount namespace and a chroot of its own.
. "$(dirname "$0")/../tap.sh"
need_root
[ -n "${VOLUMES_NS:-}" ] || VOLUMES_NS=1 exec unshare --mount --propagation private "$0" "$@"
cd "$(dirname "$0")/../.." || exit 2
O=${O:-build}
export PATH=$PWD/build/xen/sbin:$PWD/build/xen/bin:/usr/sbin:/sbin:$PATH
dir=$(mktemp -d "${TMPDIR:-/tmp}/volumes-t.XXXXXX")
root=$dir/root
fuse_pid='' probe_pid='' to='' from=''

# shellcheck disable=SC2317 # called by the trap
cleanup() {
	[ -z "$to" ] || exec {to}>&-
	[ -z "$fuse_pid" ] || kill "$fuse_pid" 2> /dev/null
	[ -z "$probe_pid" ] || wait "$probe_pid"
	umount -R "$root" 2> /dev/null
	rm -rf --one-file-system "$dir"
}
trap cleanup EXIT
chmod 755 "$dir"
mkdir -p "$root"/{proc,sys/block,run/udev/data,mnt}
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"

# image NAME SIZE MKFS... : mounted at /mnt/NAME; sets DEV (major:minor)
image() {
	local name=$1 size=$2
	shift 2
	truncate -s "$size" "$dir/$name.img"
	"$@" "$dir/$name.img" > "$dir/mkfs.log" 2>&1 || bail "$* makes a file system"
	mkdir "$root/mnt/$name"
	mount -o loop "$dir/$name.img" "$root/mnt/$name" || bail "$name can be mounted"
	LOOP=$(losetup -j "$dir/$name.img" -O NAME -n | tr -d ' ')
	DEV=$(printf '%d:%d' "0x$(stat -c %t "$LOOP")" "0x$(stat -c %T "$LOOP")")
}

# disk NAME DEVID DEV SECTORS
disk() {
	mkdir -p "$root/sys/block/$1/device"
	echo "$3" > "$root/sys/block/$1/dev"
	echo "$4" > "$root/sys/block/$1/size"
	echo "device/vbd/$2" > "$root/sys/block/$1/device/nodename"
}

# start NAME CHROOT USER [DIR] : the probe; see volumes_probe.c
start() {
	mkfifo "$dir/to.$1" "$dir/from.$1"
	"$O/tests/unit/volumes_probe" "$2" "$3" ${4:+"$4"} < "$dir/to.$1" > "$dir/from.$1" 2> "$dir/log" &
	probe_pid=$!
	exec {to}> "$dir/to.$1" {from}< "$dir/from.$1"
}
stop() {
	exec {to}>&-
	to=''
	wait "$probe_pid"
	status=$?
	probe_pid=''
	exec {from}<&-
	is "$status" 0 "the collector ends"
}

# tell COMMAND : its answer in $answer
tell() {
	local line
	answer=''
	echo "$*" >&"$to"
	while read -r -t 60 -u "$from" line && [ "$line" != end ]; do answer+=$line$'\n'; done
	answer=${answer%$'\n'}
}
# value NAME : of the tree that was printed
value() { sed -n "s,^data/volumes/$1 = \"\(.*\)\"\$,\1,p" <<< "$tree"; }
look() { tell ask; tell wait 30000; tell print; tree=$answer; }
# df_of DIR : "size available" in bytes
df_of() { stat -f -c '%S %b %a' "$root/mnt/$1" | while read -r unit all free; do echo "$((unit * all)) $((unit * free))"; done; }

image ext 64M mkfs.ext4 -q -F
disk xvdb 51728 "$DEV" 131072
image xfs 320M mkfs.xfs -q
disk xvdc 51744 "$DEV" 655360
image btrfs 128M mkfs.btrfs -q
btrfs_loop=${LOOP#/dev/}
disk "$btrfs_loop" 51760 "$DEV" 262144
start 1 "$root" 65534
look
i=0
for fs in ext xfs btrfs; do
	is "$(value $i/size) $(value $i/free)" "$(df_of $fs)" "$fs: size and free as df has them"
	is "$(value $i/mount_points/0)" "/mnt/$fs" "$fs: where it is mounted"
	is "$(value $i/extents/0/target)" $((i + 1)) "$fs: the number of its disk"
	i=$((i + 1))
done
is "$(value 0/extents/0) $(value 0/filesystem)" "xvdb ext4" "its name, and the type"
is "$(value 3/name)" "" "and that was all"

stop

# the same without any right, Landlock and seccomp with it
before=$tree
start agent "$root" agent
look
is "$tree" "$before" "all the same without any right"
stop
start 1b "$root" 65534
look

head -c 300000 /dev/urandom > "$root/mnt/ext/small"
sync -f "$root/mnt/ext"
before=$(value 0/free)
look
is "$(value 0/free)" "$before" "a small file changes nothing"
head -c 8000000 /dev/urandom > "$root/mnt/ext/big"
sync -f "$root/mnt/ext"
look
is "$(value 0/free)" "$(df_of ext | cut -d' ' -f2)" "a large one does"

# the real table of mounts says when it changes: the turns before it take up what is past
tell turn 3000
mkdir "$root/mnt/again"
mount --bind "$root/mnt/ext" "$root/mnt/again"
tell turn 60000
is "$answer" "turn 1" "a new mount is seen without being asked"
tell print; tree=$answer
is "$(value 0/mount_points/0) $(value 0/mount_points/1)" "/mnt/again /mnt/ext" "and told"
umount "$root/mnt/again"
tell turn 60000
tell print; tree=$answer
is "$(value 0/mount_points/0) $(value 0/mount_points/1)" "/mnt/ext " "and its end"

# the kernel says when a disk comes (here a loop device, seen through the fixture's one)
tell turn 3000
disk xvdj 51856 99:8 4096
mkdir -p "$root/run/udev/data"
echo "E:ID_FS_TYPE=xfs" > "$root/run/udev/data/b99:8"
truncate -s 1M "$dir/event.img"
device=$(losetup -f --show "$dir/event.img")
tell turn 60000
is "$answer" "turn 1" "a new disk is seen without being asked"
losetup -d "$device"
tell print; tree=$answer
is "$(value 3/name) $(value 3/size) $(value 3/free)" "/dev/xvdj 2097152 " "and told, unmounted, in its place"
rm -r "$root/sys/block/xvdj"
look

chmod 700 "$root/mnt"
look
is "$(value 0/free)$(value 1/free)$(value 2/free)" "" "nobody may not look there: no free"
is "$(value 0/size) $(value 0/mount_points/0)" "67108864 /mnt/ext" "the device's size, and where it is mounted"
chmod 755 "$root/mnt"
look
like "$(value 0/free)" '^[0-9]+$' "until he may"

# mounted over: what is there now is not the volume
mount -t tmpfs tmpfs "$root/mnt/ext"
look
is "$(value 0/free)$(value 0/mount_points/0)" "" "mounted over: neither free nor mount point"
like "$(value 1/free)" '^[0-9]+$' "others are told"
umount "$root/mnt/ext"
look
is "$(value 0/mount_points/0)" "/mnt/ext" "uncovered again"

# a FUSE file system is not touched
mkdir "$root/mnt/fuse"
: > "$dir/fuse.log"
# (without the probe's end of the pipe: or it would not see that it ends)
(exec {to}>&- {from}<&-; exec "$O/tests/unit/volumes_fuse" "$root/mnt/fuse") > "$dir/fuse.log" &
fuse_pid=$!
ok "FUSE is mounted" wait_for 30 grep -q mounted "$dir/fuse.log"
look
like "$(value 0/free)" '^[0-9]+$' "beside FUSE volumes are told"
is "$(grep -c request "$dir/fuse.log")" 0 "and FUSE was asked nothing"
stop

# the same, but the table calls it a disk: whoever asks it hangs
umount "$root/proc"
mkdir "$root/proc/self"
table() { sed "s,$root,,g" /proc/self/mountinfo | awk '$5 ~ "^/mnt/"'; }
fuse_dev=$(table | awk '$5 == "/mnt/fuse" { print $3 }')
{
	echo "1 0 0:1 / / rw - tmpfs t rw"
	table | awk '{ $2 = 1; print }' | sed "s, 0:[0-9]* / /mnt/fuse \(.*\) - fuse , 99:9 / /mnt/fuse \1 - ext4 ,"
} > "$root/proc/self/mountinfo"
disk xvdf 51776 99:9 2048
start 2 / 65534 "$root"
tell ask
is "$answer" "ask 0" "asking does not wait for it ($fuse_dev)"
tell turn 60000
is "$answer" "turn 1" "the others are told when it is late"
tell print; tree=$answer
like "$(value 0/free)" '^[0-9]+$' "with what is free there"
is "$(value 3/name) $(value 3/size) $(value 3/free)" "/dev/xvdf 1048576 " "but not here"
ok "it was asked" wait_for 30 grep -q request "$dir/fuse.log"
requests=$(grep -c request "$dir/fuse.log")
tell ask
tell ask
tell turn 300
is "$(grep -c request "$dir/fuse.log")" "$requests" "once only, while it has not answered"
tell print
is "$answer" "$tree" "and what was told stays"
is "$(grep -c "the file system at '/mnt/fuse' does not answer" "$dir/log")" 1 "one line in the log names it"
kill "$fuse_pid"
wait "$fuse_pid" 2> /dev/null
fuse_pid=''
rm "$root/mnt/ext/big"
sync -f "$root/mnt/ext"
tell turn 60000
is "$answer" "turn 1" "when it is gone, all is asked again"
tell print; tree=$answer
is "$(value 0/size) $(value 0/free)" "$(df_of ext)" "and told as it is now"
stop
done_testing
