# shellcheck shell=bash
# shellcheck disable=SC2154,SC2030,SC2031 # $top, $dir: the test's; $LOOP: of img_loop's subshell
# images.sh - sourced after trees.sh: disks as guests have them, made by the real tools, in
# sparse files.  Nothing here needs device-mapper or md in the kernel.
#
# A file system from a directory TREE; MIB is its size, LABEL and UUID may be "" (none is
# asked for), OPTIONs are those of the tool.  Bytes are put as they are, whatever their names:
#	fs_ext  FILE MIB TREE [LABEL [UUID [OPTION...]]]   mke2fs; -t ext2, -t ext3: OPTIONs
#	fs_xfs  FILE MIB TREE [LABEL [UUID [OPTION...]]]   MIB >= 300; names without white space
#	fs_xfs4 ...             XFS v4 as of 2014: no checksums, no types in directories
#	fs_btrfs FILE MIB TREE [LABEL [UUID [OPTION...]]]  MIB >= 110
#	fs_fat  FILE MIB TREE [LABEL [ID [OPTION...]]]     ID: 8 hexadecimal digits
#	fs_iso  FILE TREE [OPTION...]                      xorriso's as mkisofs, with Rock Ridge
#	fs_btrfs_sub FILE MIB TREE LABEL UUID SUBVOLUME... the kernel's btrfs: the SUBVOLUMEs are
#				directories of TREE, parents first; [ro:]DIR
# A disk of them; each PART is [TYPE=]FILE, TYPE as sfdisk has it (83, U, S...):
#	disk_gpt IMAGE PART...
#	disk_mbr IMAGE ACTIVE PART...       ACTIVE: a partition's number, 0: none
#	disk_logical IMAGE PRIMARY LOGICAL...   partition 1 and 5 and on
#	disk_part_start IMAGE N             where partition N begins, bytes
# img_loop FILE COMMAND... : with the environment's LOOP a loop device of it, that goes with
#	the command
sbin=$top/build/xen/sbin

fs_new() { rm -f "$1" && truncate -s "$2M" "$1"; }

fs_ext() {
	local file=$1 mib=$2 tree=$3 label=${4:-} uuid=${5:-}

	shift $(($# < 5 ? $# : 5))
	fs_new "$file" "$mib" && mke2fs -q -F -t ext4 -d "$tree" ${label:+-L "$label"} \
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

fs_iso() {
	local file=$1 tree=$2

	shift 2
	xorriso -as mkisofs -quiet -R -J -V IMAGES "$@" -o "$file" "$tree" > "$file.log" 2>&1
}

# The descriptor keeps the device, and the kernel detaches it when that is closed: however
# the command ends.
img_loop() {
	local file=$1

	shift
	(
		LOOP=$(losetup --find --show "$file") && exec 7< "$LOOP" && losetup -d "$LOOP" &&
			LOOP=$LOOP "$@"
	)
}

# btrfs_fill TREE SUBVOLUME... : of $LOOP, in a mount namespace of its own
btrfs_fill() {
	local tree=$1 at sub

	shift
	at=$(mktemp -d) && mount -t btrfs "$LOOP" "$at" || return
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
	umount "$at" && rmdir "$at"
}
fs_btrfs_sub() {
	local file=$1 mib=$2 tree=$3

	fs_new "$file" "$mib" && "$sbin/mkfs.btrfs" -q ${4:+-L "$4"} ${5:+-U "$5"} "$file" \
		> "$file.log" || return
	shift 5
	export top && export -f btrfs_fill
	# shellcheck disable=SC2016 # the inner shell expands them
	img_loop "$file" unshare --mount --propagation private \
		bash -c 'btrfs_fill "$@"' btrfs_fill "$tree" "$@"
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
	sfdisk -q --no-tell-kernel --no-reread -X "$1" "$2" > "$2.log" 2>&1
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
