#!/bin/bash
# disks-features.t - file systems as today's and yesterday's tools make them: a start reads the
# same bytes whatever features they were made with; those that GRUB cannot read are named.
. "$(dirname "$0")/../tap.sh"
# shellcheck source=tests/eliloader/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/eliloader/images.sh
. "$top/tests/eliloader/images.sh"
# shellcheck source=tests/eliloader/layouts.sh
. "$top/tests/eliloader/layouts.sh"
eli_dir
name=plain img=$dir/plain.img
head -c 5000000 /dev/urandom > "$dir/big"
cd "$dir" || exit
plain_grub t || bail "a system"
# several extents, a hole in it, and reached through links
truncate -s 9M big && cat big >> t/boot/initrd.img && cp t/boot/initrd.img "$dir/plain.ramdisk"
mkdir -p t/usr/lib && mv t/boot/vmlinuz t/usr/lib/linux && ln -s ../usr/lib/linux t/boot/vmlinuz
long=usr/$(printf 'long%.0s' {1..50}) && mkdir "t/$long" && mv t/boot/initrd.img "t/$long/r" &&
	ln -s "/$long/r" t/boot/initrd.img

# reads NAME MAKE OPTION... : MAKE gets the image's name, MIB and the tree first
reads() {
	local what=$1 make=$2 mib=$3

	shift 3
	"$make" "$img" "$mib" t "" "" "$@" > "$dir/made" 2>&1 || { fail "$what: is made"; diag "$(cat "$dir/made")"; return; }
	if ! DISK=$img xl_start "f$tap_n"; then
		fail "$what: starts"
		diag "$(cat "$dir/said")"
	else
		same "$(xl_result kernel)" "$dir/plain.kernel" "$what: the kernel"
		same "$(xl_result ramdisk)" "$dir/plain.ramdisk" "$what: the ramdisk"
	fi
	xl_toolstack
}
# unknown NAME MAKE MIB OPTION...
unknown() {
	local what=$1 make=$2 mib=$3

	shift 3
	"$make" "$img" "$mib" t "" "" "$@" > "$dir/made" 2>&1 || { fail "$what: is made"; return; }
	DISK=$img xl_start "f$tap_n"
	is $? 1 "$what: does not start"
	is "$(grep -c '' "$dir/said")" 1 "$what: one message"
	DISK=$img xl_start "i$tap_n" install-repository=http://127.0.0.1:1/ install-distro=rhlike
	is $? 1 "$what: no installer is given out"
	like "$(cat "$dir/said")" 'install-round=1' "$what: what to do is said"
	diag "$(cat "$dir/said")"
	xl_toolstack
}

reads "ext2 of revision 0" fs_ext 64 -t ext2 -r 0
reads "ext3" fs_ext 64 -t ext3
reads "ext4, 1 KiB blocks, small inodes" fs_ext 64 -t ext4 -b 1024 -I 128
for feature in ^64bit metadata_csum_seed,orphan_file encrypt,verity fast_commit,quota large_dir; do
	reads "ext4 with $feature" fs_ext 64 -t ext4 -O "$feature"
done
for feature in inline_data casefold ea_inode bigalloc; do
	unknown "ext4 with $feature" fs_ext 64 -t ext4 -O $feature
done
luks() { fs_new "$1" 64 && printf 'LUKS\272\276\0\2' | dd of="$1" conv=notrunc status=none; }
unknown "an encrypted disk" luks 64
for feature in bigtime=1 bigtime=0,inobtcount=0 reflink=0,rmapbt=0 rmapbt=1,reflink=1; do
	reads "XFS with $feature" fs_xfs 300 -m $feature
done
reads "XFS with nrext64" fs_xfs 300 -i nrext64=1
reads "XFS, 1 KiB blocks" fs_xfs 300 -b size=1024
reads "XFS, directory blocks of 16 KiB" fs_xfs 300 -n size=16384
reads "XFS v4" fs_xfs4 300
for sum in crc32c xxhash sha256 blake2; do reads "btrfs with $sum" fs_btrfs 128 --csum $sum; done
reads "btrfs without no-holes" fs_btrfs 128 -O ^no-holes
btrfs_packed() { BTRFS_OPTIONS=compress-force=$6 fs_btrfs_sub "$1" "$2" "$3" "" ""; }
for algorithm in zlib lzo zstd; do reads "btrfs with $algorithm" btrfs_packed 128 $algorithm; done
reads "reiserfs" fs_reiserfs 64
done_testing
