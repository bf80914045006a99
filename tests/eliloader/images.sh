# shellcheck shell=bash
# shellcheck disable=SC2154,SC2030,SC2031 # $top, $dir: the test's; $LOOP: of a subshell
# images.sh - sourced after trees.sh: disks as guests have them, made by the real tools, in
# sparse files.  Nothing here needs device-mapper or md in the kernel.
#
# A file system from a directory TREE; MIB is its size, LABEL and UUID may be "" (none is
# asked for), OPTIONs are those of the tool.  Bytes are put as they are, whatever their names:
#	fs_ext  FILE MIB TREE [LABEL [UUID [OPTION...]]]   mke2fs; -t ext2, -t ext3: first OPTION
#	fs_xfs  FILE MIB TREE [LABEL [UUID [OPTION...]]]   MIB >= 300; names without white space
#	fs_xfs4 ...             XFS v4 as of 2014: no checksums, no types in directories
#	fs_btrfs FILE MIB TREE [LABEL [UUID [OPTION...]]]  MIB >= 110
#	fs_fat  FILE MIB TREE [LABEL [ID [OPTION...]]]     ID: 8 hexadecimal digits
#	fs_reiserfs FILE MIB TREE [LABEL]                  mkreiserfs and reiserfs.py; MIB < 128
#	fs_iso  FILE TREE [OPTION...]                      xorriso's as mkisofs, with Rock Ridge
#	fs_btrfs_sub FILE MIB TREE LABEL UUID SUBVOLUME... the kernel's btrfs: the SUBVOLUMEs are
#			directories of TREE, parents first; [ro:]DIR.
#			BTRFS_OPTIONS: mount options (compress=zstd)
#	fs_lvm  FILE VG NAME=FS...   a physical volume with logical volumes that hold these
#	fs_md   METADATA LEVEL FS OUT...   members of a RAID that holds FS, see md.py
# A disk of them; each PART is [TYPE=]FILE, TYPE as sfdisk has it (83, U, S...):
#	disk_gpt IMAGE PART...
#	disk_mbr IMAGE ACTIVE PART...       ACTIVE: a partition's number, 0: none
#	disk_logical IMAGE PRIMARY LOGICAL...   partition 1 and 5 and on
#	disk_part_start IMAGE N             where partition N begins, bytes
# What lies in a system:
#	grub_mkconfig FS [MOUNT-OPTIONS [BOOT-FS]]  Debian's own grub-mkconfig writes
#			/boot/grub/grub.cfg, for the kernels that are there, by the system's
#			/etc/default/grub (the kernel must know the file systems)
sbin=$top/build/xen/sbin

fs_new() { rm -f "$1" && truncate -s "$2M" "$1"; }

fs_ext() {
	local file=$1 mib=$2 tree=$3 label=${4:-} uuid=${5:-}

	shift $(($# < 5 ? $# : 5))
	[ "${1:-}" = -t ] || set -- -t ext4 "$@"
	fs_new "$file" "$mib" && mke2fs -q -F -d "$tree" ${label:+-L "$label"} \
		${uuid:+-U "$uuid"} "$@" "$file"
}

# xfs_protofile DIR : what mkfs.xfs -p reads, see its manual page
xfs_protofile() {
	printf '/\n0 0\nd--755 0 0\n'
	xfs_proto_dir "$1"
	echo '$'
}
xfs_proto_dir() {
	local path

	for path in "$1"/* "$1"/.[!.]*; do
		if [ -L "$path" ]; then
			echo "${path##*/} l--777 0 0 $(readlink "$path")"
		elif [ -d "$path" ]; then
			echo "${path##*/} d--755 0 0"
			xfs_proto_dir "$path"
			echo '$'
		elif [ -e "$path" ]; then
			echo "${path##*/} ---644 0 0 $path"
		fi
	done
}
fs_xfs() {
	local file=$1 mib=$2 tree=$3 label=${4:-} uuid=${5:-}

	shift $(($# < 5 ? $# : 5))
	xfs_protofile "$tree" > "$file.proto"
	fs_new "$file" "$mib" && "$sbin/mkfs.xfs" -q -f -p "$file.proto" ${label:+-L "$label"} \
		${uuid:+-m "uuid=$uuid"} "$@" "$file" > "$file.log" 2>&1 && rm "$file.proto"
}
# without a UUID of its own choice
fs_xfs4() {
	fs_xfs "$1" "$2" "$3" "${4:-}" "" -m crc=0,finobt=0 -n ftype=0
}

fs_btrfs() {
	local file=$1 mib=$2 tree=$3 label=${4:-} uuid=${5:-}

	shift $(($# < 5 ? $# : 5))
	fs_new "$file" "$mib" && "$sbin/mkfs.btrfs" -q -m single -d single -r "$tree" \
		${label:+-L "$label"} ${uuid:+-U "$uuid"} "$@" "$file" > "$file.log" 2>&1
}

fs_fat() {
	local file=$1 mib=$2 tree=$3 label=${4:-} id=${5:-} path

	shift $(($# < 5 ? $# : 5))
	fs_new "$file" "$mib" && mkfs.vfat ${label:+-n "$label"} ${id:+-i "$id"} "$@" "$file" \
		> "$file.log" && for path in "$tree"/*; do
		[ ! -e "$path" ] || MTOOLS_SKIP_CHECK=1 mcopy -s -i "$file" "$path" :: || return
	done
}

fs_reiserfs() {
	fs_new "$1" "$2" && "$sbin/mkreiserfs" -q -f -s 513 ${4:+-l "$4"} "$1" > "$1.log" 2>&1 &&
		python3 "$top/tests/eliloader/reiserfs.py" "$1" "$3"
}

fs_iso() {
	local file=$1 tree=$2

	shift 2
	xorriso -as mkisofs -quiet -R -J -V IMAGES "$@" -o "$file" "$tree" > "$file.log" 2>&1
}

# img_mounted FUNCTION FILE WORD... : calls it, LOOP being a loop device of FILE, in a mount
# namespace of its own.  The descriptor keeps the device: the kernel detaches it when
# that is closed and nothing is mounted from it, however this ends.
img_mounted() {
	(
		export top dir sbin LOOP BTRFS_OPTIONS=${BTRFS_OPTIONS:-}
		LOOP=$(losetup --find --show "$2") && exec 7< "$LOOP" && losetup -d "$LOOP" || exit
		export -f "${1?}" "${img_functions[@]}"
		# shellcheck disable=SC2016 # the inner shell expands them
		exec unshare --mount --propagation private bash -c '"$@"' img_mounted "$1" "${@:3}"
	)
}
img_functions=(lv_run chroot_node chroot_system)

# btrfs_fill TREE SUBVOLUME...
btrfs_fill() {
	local tree=$1 at=$dir/btrfs sub

	shift
	mkdir -p "$at" && mount -t btrfs ${BTRFS_OPTIONS:+-o "$BTRFS_OPTIONS"} "$LOOP" "$at" ||
		return
	for sub; do
		mkdir -p "$(dirname "$at/${sub#ro:}")" &&
			"$top/build/xen/bin/btrfs" -q subvolume create "$at/${sub#ro:}" || return
	done
	cp -a "$tree/." "$at/" || return
	for sub; do
		case $sub in
		ro:*) "$top/build/xen/bin/btrfs" property set "$at/${sub#ro:}" ro true || return ;;
		esac
	done
	umount "$at"
}
fs_btrfs_sub() {
	local file=$1 mib=$2 tree=$3

	fs_new "$file" "$mib" && "$sbin/mkfs.btrfs" -q ${4:+-L "$4"} ${5:+-U "$5"} "$file" \
		> "$file.log" || return
	shift 5
	img_mounted btrfs_fill "$file" "$tree" "$@"
}

# lv_run COMMAND WORD... : of LVM, on $LOOP alone; nothing of the machine's is asked or changed
lv_run() {
	LVM_SYSTEM_DIR=$dir/lvm LVM_SUPPRESS_FD_WARNINGS=1 "$sbin/lvm" "$@" --driverloaded n \
		--devices "$LOOP" --config "devices { use_devicesfile=0 obtain_device_list_from_udev=0
			external_device_info_source=none } global { locking_dir=\"$dir/lvm\" use_lvmpolld=0
			event_activation=0 } backup { backup=0 archive=0 }
			activation { udev_sync=0 udev_rules=0 monitoring=0 }" 2>> "$dir/lvm/log"
}
# lvm_fill VG NAME=MIB... : prints the lines "NAME EXTENT" of what was made
lvm_fill() {
	local vg=$1 lv

	shift
	lv_run pvcreate -q -q -ff -y "$LOOP" && lv_run vgcreate -q -q "$vg" "$LOOP" || return
	for lv; do
		lv_run lvcreate -q -q -an -Zn -Wn -y -n "${lv%%=*}" -L "${lv#*=}m" "$vg" || return
	done
	lv_run lvs --noheadings -o lv_name,devices "$vg" | sed 's/(\([0-9]*\))$/ \1/; s, /[^ ]* , ,'
}
fs_lvm() {
	local file=$1 vg=$2 lv extent mib=1 sizes=()

	shift 2
	for lv; do
		sizes+=("${lv%%=*}=$((($(mib_of "${lv#*=}") + 3) / 4 * 4))")
		mib=$((mib + ${sizes[-1]#*=}))
	done
	mkdir -p "$dir/lvm" && fs_new "$file" $((mib + 4)) &&
		img_mounted lvm_fill "$file" "$vg" "${sizes[@]}" > "$file.lvs" || return
	for lv; do
		# extents of 4 MiB begin at 1 MiB
		extent=$(awk -v name="${lv%%=*}" '$1 == name { print $2 }' "$file.lvs")
		part_put "$file" $((1 + extent * 4)) "${lv#*=}" || return
	done
}

fs_md() { python3 "$top/tests/eliloader/md.py" "$@"; }

# chroot_node DIR LOOP NAME UUID : a guest's name for the device
chroot_node() {
	mknod "$1/$3" b "$(stat -c %Hr "$2")" "$(stat -c %Lr "$2")" && mkdir -p "$1/disk/by-uuid" &&
		{ [ -z "$4" ] || ln -s "../../$3" "$1/disk/by-uuid/$4"; }
}
# chroot_system DIR : this machine's programs and GRUB's as those of the system there
chroot_system() {
	local part

	mkdir -p "$1"/{usr,dev,proc,tmp,etc/grub.d,boot/grub} || return
	for part in bin sbin lib lib64; do
		if [ -L /$part ]; then
			cp -a /$part "$1/"
		else
			mkdir -p "$1/$part" && mount --bind /$part "$1/$part"
		fi || return
	done
	mount -t overlay -o "ro,lowerdir=$top/build/xen/usr:/usr" overlay "$1/usr" &&
		mount -t proc proc "$1/proc" && mount -t tmpfs tmpfs "$1/tmp" &&
		mount -t tmpfs tmpfs "$1/etc/grub.d" &&
		cp "$top"/build/xen/etc/grub.d/{00_header,10_linux} "$1/etc/grub.d/"
}
# mkconfig_fill FILE OPTIONS BOOT : in $dir/at the system on $LOOP; BOOT: "" or a second device
mkconfig_fill() {
	local at=$dir/at type boot

	mkdir -p "$at" && mount -t tmpfs tmpfs "$at" && mkdir "$at/dev" "$at/root" &&
		mknod "$at/dev/null" c 1 3 && ln -s /proc/self/fd "$at/dev/fd" &&
		chroot_node "$at/dev" "$LOOP" xvdb "$(blkid -p -s UUID -o value "$LOOP")" || return
	if [ -n "$2" ]; then
		chroot_node "$at/dev" "$2" xvda "$(blkid -p -s UUID -o value "$2")" || return
		boot=$(blkid -p -s TYPE -o value "$2")
	fi
	# grub-probe looks for the names that were mounted
	type=$(blkid -p -s TYPE -o value "$LOOP") && mount --rbind "$at/dev" /dev &&
		mount -t "$type" ${1:+-o "$1"} /dev/xvdb "$at/root" || return
	[ -z "$2" ] || mount -t "$boot" /dev/xvda "$at/root/boot" || return
	chroot_system "$at/root" && mount --rbind "$at/dev" "$at/root/dev" &&
		chroot "$at/root" grub-mkconfig -o /boot/grub/grub.cfg && umount -R "$at"
}
grub_mkconfig() {
	local file=$1 boot=''

	if [ -n "${3:-}" ]; then
		boot=$(losetup --find --show "$3") && exec 8< "$boot" && losetup -d "$boot" || return
	fi
	img_mounted mkconfig_fill "$file" "${2:-}" "$boot" > "$file.log" 2>&1 || return
	exec 8<&-
}

# mib_of FILE : its size, rounded up
mib_of() { echo $((($(stat -c %s "$1") + 1048575) / 1048576)); }
# part_put IMAGE MIB FILE : its bytes there, holes left out
part_put() {
	python3 -c '
import os, sys
to, frm, base = os.open(sys.argv[1], os.O_WRONLY), os.open(sys.argv[3], os.O_RDONLY), int(sys.argv[2]) << 20
at, end = 0, os.fstat(frm).st_size
while at < end:
    try: at = os.lseek(frm, at, os.SEEK_DATA)
    except OSError: break # ENXIO: only a hole is left
    stop = os.lseek(frm, at, os.SEEK_HOLE)
    while at < stop:
        at += os.pwrite(to, os.pread(frm, min(stop - at, 1 << 20), at), base + at)
' "$@"
}

# disk_table LABEL IMAGE TAIL-MIB : the lines of sfdisk on stdin
disk_table() {
	{ echo "label: $1"; cat; } | sfdisk -q --no-tell-kernel --no-reread "$2" > "$2.log" 2>&1
}

# disk_parts GAP FLAGGED PART... : sets $lines (sfdisk's), $places ("MIB FILE"), $mib;
# GAP: MiB that stay free before each
disk_parts() {
	local gap=$1 flagged=$2 part file type size n=0

	shift 2
	for part; do
		n=$((n + 1)) file=${part#*=} type=
		[ "$part" = "$file" ] || type=,type=${part%%=*}
		size=$(mib_of "$file")
		mib=$((mib + gap))
		lines+="start=$((mib * 2048)),size=$((size * 2048))$type"
		[ $n != "$flagged" ] || lines+=",bootable"
		lines+=$'\n'
		places+=("$mib $file")
		mib=$((mib + size))
	done
}
# disk_write LABEL IMAGE : as $lines and $places say
disk_write() {
	local place

	rm -f "$2" && truncate -s $((mib + 1))M "$2" &&
		disk_table "$1" "$2" <<< "$lines" || return
	for place in "${places[@]}"; do
		part_put "$2" "${place%% *}" "${place#* }" || return
	done
}

disk_gpt() {
	local lines='' places=() mib=1

	disk_parts 0 0 "${@:2}" && disk_write gpt "$1"
}
disk_mbr() {
	local lines='' places=() mib=1

	disk_parts 0 "$2" "${@:3}" && disk_write dos "$1"
}
disk_logical() {
	local lines='' places=() mib=1

	disk_parts 0 1 "$2"
	lines+="start=$((mib * 2048)),type=5"$'\n'
	disk_parts 1 0 "${@:3}" && disk_write dos "$1"
}
disk_part_start() { echo $(($(partx -g -o START -n "$2" "$1") * 512)); }
