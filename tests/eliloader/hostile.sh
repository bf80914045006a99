# shellcheck shell=bash
# shellcheck disable=SC2154,SC2034 # $dir: the test's; $img and $may_boot: for it
# hostile.sh - sourced after layouts.sh: disks made to hurt who reads them.
#
# hostile NAME : makes $dir/NAME.img and sets $img; $hostile_names are all of them.  $may_boot is
#	"yes" where the disk holds a system all the same, "no" where it must not boot, "" where
#	either is right; $want_said is what must be said of it (a regular expression); $want_kept
#	is "yes" where no installer may come again, since not all of it can be read
hostile_names=(sparse-ramdisk sparse-kernel sparse-config kernel-missing kernel-empty
	kernel-garbage kernel-directory kernel-device kernel-loop kernel-outside config-loop
	config-itself directory-loop entries-10000 bls-10000 names-10000 links-10000 tops-10000
	unlisted-boot unlisted-link unlisted-target unlisted-config linked-boot linked-grub linked-empty
	zeroed-boot zeroed-root depth-500 endless bomb newline control-characters long-line no-partition beyond-end
	extended-loop gpt-count cut-middle lvm-lies md-lies empty-file one-sector)

hostile() {
	local at=$dir/hostile.$1 rc

	img=$dir/$1.img may_boot=no want_said='' want_kept='' name=$1
	rm -rf "$at" && mkdir -p "$at/t" "$at/empty" && cd "$at" && "hostile_${1//-/_}"
	rc=$?
	cd "$top" && rm -rf "$at"
	return $rc
}

ext_disk() { fs_ext root 64 t && disk_gpt "$img" root; }
# debugfs_do COMMAND... : on ./root
debugfs_do() { printf '%s\n' "$@" | debugfs -w -f - root > debugfs.log 2>&1; }

# many_files [UUID] : ./t as ./root; the kernel is quicker with directories than mke2fs is
tree_fill() { mkdir -p "$2" && mount -t ext4 "$LOOP" "$2" && cp -a "$1/." "$2" && umount "$2"; }
many_files() {
	fs_ext root 64 empty "" "${1:-}" -t ext4 -N 12000 && img_mounted tree_fill root "$PWD/t" "$PWD/at"
}

hostile_sparse_ramdisk() {
	plain_grub t && truncate -s 3G t/boot/initrd.img && want_said='more than' && ext_disk
}
hostile_sparse_kernel() {
	plain_grub t && truncate -s 3G t/boot/vmlinuz && want_said='more than' && ext_disk
}
hostile_sparse_config() { plain_grub t && truncate -s 3G t/boot/grub/grub.cfg && may_boot='' && ext_disk; }
hostile_kernel_missing() { plain_grub t && rm t/boot/vmlinuz && ext_disk; }
hostile_kernel_empty() { plain_grub t && : > t/boot/vmlinuz && ext_disk; }
hostile_kernel_garbage() { plain_grub t && head -c 300000 /dev/urandom > t/boot/vmlinuz && ext_disk; }
hostile_kernel_directory() { plain_grub t && rm t/boot/vmlinuz && mkdir t/boot/vmlinuz && ext_disk; }
hostile_kernel_device() {
	plain_grub t && rm t/boot/vmlinuz t/boot/initrd.img && mknod t/boot/vmlinuz c 1 5 &&
		mkfifo t/boot/initrd.img && ext_disk
}
hostile_kernel_loop() {
	plain_grub t && ln -sf /boot/two t/boot/vmlinuz && ln -s vmlinuz t/boot/two && ext_disk
}
# of dom0 it has the path, but the guest has no such file
hostile_kernel_outside() {
	plain_grub t && ln -sf ../../../../../../../../bin/sh t/boot/vmlinuz && ext_disk
}
hostile_config_loop() {
	plain_grub t && ln -sf /boot/grub/b t/boot/grub/grub.cfg && ln -s grub.cfg t/boot/grub/b &&
		may_boot='' && ext_disk
}
hostile_config_itself() {
	plain_grub t && { printf 'source /boot/grub/grub.cfg\nconfigfile $prefix/grub.cfg\n'
		cat t/boot/grub/grub.cfg; } > new && mv new t/boot/grub/grub.cfg && may_boot='' && ext_disk
}
hostile_directory_loop() {
	plain_grub t && mkdir -p t/EFI/BOOT t/loader/entries && fs_ext root 64 t &&
		debugfs_do 'link /boot /boot/boot' 'link / /boot/grub/up' 'link /EFI /EFI/EFI' \
			'link /loader /loader/entries/x.conf' && may_boot=yes && disk_gpt "$img" root
}
hostile_entries_10000() {
	plain_grub t && for ((i = 0; i < 10000; i++)); do
		echo "menuentry 'Number $i' { linux /boot/vmlinuz number=$i; initrd /boot/initrd.img; }"
	done > t/boot/grub/grub.cfg && may_boot=yes && ext_disk
}
hostile_bls_10000() {
	local i

	os_pair t/boot/vmlinuz-1 t/boot/initramfs-1.img && mkdir -p t/boot/loader/entries || return
	for ((i = 0; i < 10000; i++)); do
		printf 'title E\nversion %s\nlinux /boot/vmlinuz-1\ninitrd /boot/initramfs-1.img\noptions n=%s\n' $i $i \
			> t/boot/loader/entries/id-$i.conf
	done
	bls_grub_cfg gpt1 ext2 "$uuid_root" | text t/boot/grub2/grub.cfg
	may_boot='' && many_files "$uuid_root" && disk_gpt "$img" root
}
hostile_names_10000() {
	local i

	plain_grub t && for ((i = 0; i < 10000; i++)); do
		echo "" > t/boot/vmlinuz-$i.$i
	done && may_boot=yes && many_files && disk_gpt "$img" root
}
# none of them is anywhere; GRUB tries each in turn, and has not a word to say
hostile_links_10000() {
	local i

	plain_grub t && for ((i = 0; i < 10000; i++)); do
		ln -s /boot/nowhere/$i t/boot/vmlinuz-$i.$i
	done && may_boot=yes && many_files && disk_gpt "$img" root
}
# of a partition beside the system's
hostile_tops_10000() {
	local i

	plain_grub t && fs_ext system 32 t && rm -r t && mkdir t && for ((i = 0; i < 10000; i++)); do
		echo "" > "t/a file $i"
	done && may_boot=yes && many_files && disk_gpt "$img" root system
}
# a system whose kernels or configurations are in a directory that cannot be read any more
unlisted() { plain_grub t && want_said='cannot be read' want_kept=yes && fs_ext root 64 t; }
hostile_unlisted_boot() {
	unlisted && debugfs_do 'sif /boot flags 0' 'sif /boot block[0] 99999999' && disk_gpt "$img" root
}
# what the link leads to is listed, /boot is not
hostile_unlisted_link() {
	mkdir -p t/other && : > t/other/file && ln -s other t/grub && hostile_unlisted_boot
}
# as ostree has it, whose kernels only a configuration names
hostile_unlisted_target() {
	mkdir -p t/loader.1/entries t/ostree/os && os_pair t/ostree/os/vmlinuz-6 t/ostree/os/initramfs-6.img &&
		ln -s loader.1 t/loader && printf 'title OS\nlinux /ostree/os/vmlinuz-6\n' > t/loader.1/entries/ostree-1.conf &&
		want_said='cannot be read' want_kept=yes && fs_ext root 64 t &&
		debugfs_do 'sif /loader.1 flags 0' 'sif /loader.1 block[0] 99999999' && disk_gpt "$img" root
}
hostile_unlisted_config() {
	unlisted && debugfs_do 'sif /boot/grub flags 0' 'sif /boot/grub block[0] 99999999' && may_boot=yes &&
		want_said='' && disk_gpt "$img" root
}
# what a link leads to is damaged, so that GRUB has no word of either
linked() {
	want_said='cannot be read' want_kept=yes && fs_ext root 64 t &&
		debugfs_do 'sif /other flags 0' 'sif /other block[0] 99999999' && disk_gpt "$img" root
}
hostile_linked_boot() { plain_grub t && mv t/boot t/other && ln -s other t/boot && linked; }
# beside it is nothing that boots
hostile_linked_grub() { mkdir -p t/other && : > t/other/grub.cfg && ln -s other t/grub2 && linked; }
# no more than an installer that was cut leaves
hostile_linked_empty() {
	mkdir -p t/other && ln -s other t/boot && ln -s other t/grub2 && want_said='nothing is installed' && ext_disk
}
hostile_zeroed_boot() { unlisted && debugfs_do 'zap_block -f /boot 0' && disk_gpt "$img" root; }
hostile_zeroed_root() { unlisted && debugfs_do 'zap_block -f / 0' && disk_gpt "$img" root; }
hostile_depth_500() {
	plain_grub t && { for ((i = 0; i < 500; i++)); do printf 'submenu x { if true; then '; done
		echo 'menuentry y { linux /boot/vmlinuz }'
		for ((i = 0; i < 500; i++)); do printf '; fi }'; done; } > t/boot/grub/grub.cfg &&
		may_boot='' && ext_disk
}
hostile_endless() {
	plain_grub t && cat > t/boot/grub/grub.cfg <<- 'END' && may_boot='' && ext_disk
		function f { f; f; }
		while true; do set x="$x."; done
		f
		until false; do menuentry "$x" { linux /boot/vmlinuz $x; }; done
	END
}
hostile_bomb() {
	plain_grub t && { echo 'set x=0123456789abcdef'
		for ((i = 0; i < 40; i++)); do echo 'set x="$x$x"'; done
		cat t/boot/grub/grub.cfg; } > new && mv new t/boot/grub/grub.cfg && may_boot='' && ext_disk
}
# what it says must not look like a line more of the answer
hostile_newline() {
	plain_grub t && cat > t/boot/grub/grub.cfg <<- 'END' && may_boot='' && ext_disk
		set x="a
		ramdisk /etc/passwd"
		menuentry "one
		kernel /etc/passwd" { linux /boot/vmlinuz "$x"; initrd /boot/initrd.img; }
	END
}
hostile_control_characters() {
	local odd=$'\033[2Jx\001\177y\302\233'

	plain_grub t "$odd" && cp t/boot/vmlinuz "t/boot/$odd" && may_boot='' &&
		sed -i "s,linux /boot/vmlinuz,linux '/boot/$odd'," t/boot/grub/grub.cfg && ext_disk
}
hostile_long_line() {
	plain_grub t && { printf 'menuentry x { linux /boot/vmlinuz '; head -c 900000 /dev/zero | tr '\0' a
		printf '\n}\n'; } > t/boot/grub/grub.cfg && may_boot='' && ext_disk
}
hostile_no_partition() { disk_gpt "$img"; }
hostile_beyond_end() {
	plain_grub t && fs_ext root 64 t && disk_mbr "$img" 1 root &&
		printf '\x80\0\0\0\x83\0\0\0\0\0\0\x10\0\0\0\x10' | dd of="$img" bs=1 seek=446 conv=notrunc status=none
}
# the second EBR leads to the first
hostile_extended_loop() {
	local ebr

	plain_grub t && fs_ext root 64 t && fs_ext other 8 empty &&
		disk_logical "$img" other other root || return
	ebr=$(($(disk_part_start "$img" 6) - 1048576))
	printf '\0\0\0\0\5\0\0\0\0\0\0\0\0\0\1\0' | dd of="$img" bs=1 seek=$((ebr + 462)) conv=notrunc status=none
	may_boot=''
}
hostile_gpt_count() {
	plain_grub t && ext_disk || return
	printf '\xff\xff\xff\xff\xff\xff\xff\xff' | dd of="$img" bs=1 seek=$((512 + 80)) conv=notrunc status=none
	may_boot=''
}
hostile_cut_middle() { plain_grub t && ext_disk && truncate -s 20M "$img" && may_boot=''; }
hostile_lvm_lies() {
	plain_grub t && fs_ext root 32 t && fs_lvm pv vg root=root && disk_mbr "$img" 1 8e=pv || return
	sed -i 's/extent_count = [0-9]*/extent_count = 9999999999/; s/stripe_count = 1/stripe_count = 7777777/' "$img"
	may_boot=''
}
hostile_md_lies() {
	plain_grub t && fs_ext root 32 t && fs_md 1.2 1 root m0 && disk_mbr "$img" 1 fd=m0 || return
	# level 5, of 65535 disks, chunks of 4 G
	printf '\5\0\0\0' | dd of="$img" bs=1 seek=$((1048576 + 4096 + 72)) conv=notrunc status=none
	printf '\xff\xff\xff\xff\xff\xff\0\0' | dd of="$img" bs=1 seek=$((1048576 + 4096 + 88)) conv=notrunc status=none
	may_boot=''
}
hostile_empty_file() { : > "$img"; }
hostile_one_sector() { head -c 512 /dev/urandom > "$img"; }

# hostile_fs NAME FILE : a small system in a file system, whole-disk
hostile_fs_names=(ext2 ext4 xfs xfs4 btrfs fat iso reiserfs lvm md)
hostile_fs() {
	local t=$dir/fs.t

	[ -d "$t" ] || plain_grub "$t" || return
	case $1 in
	ext2) fs_ext "$2" 32 "$t" "" "" -t ext2 ;;
	ext4) fs_ext "$2" 32 "$t" ;;
	xfs) fs_xfs "$2" 300 "$t" ;;
	xfs4) fs_xfs4 "$2" 300 "$t" ;;
	btrfs) fs_btrfs "$2" 110 "$t" ;;
	fat) fs_fat "$2" 34 "$t" ;;
	reiserfs) fs_reiserfs "$2" 40 "$t" ;;
	iso) fs_iso "$2" "$t" ;;
	lvm) fs_ext "$dir/fs.e" 16 "$t" && fs_lvm "$2" vg root="$dir/fs.e" ;;
	md) fs_ext "$dir/fs.e" 16 "$t" && fs_md 1.2 1 "$dir/fs.e" "$2" ;;
	esac
}
# where what a reader meets first lies: "FROM TO" in bytes
hostile_super() {
	case $1 in
	ext*) echo "1024 1280" ;;
	xfs*) echo "0 264" ;;
	btrfs) echo "65536 66560" ;;
	reiserfs) echo "65536 65760" ;;
	fat) echo "0 96" ;;
	iso) echo "32768 33024" ;;
	lvm) echo "512 8192" ;;
	md) echo "4096 4360" ;;
	esac
}
