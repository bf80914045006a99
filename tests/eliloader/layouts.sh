# shellcheck shell=bash
# shellcheck disable=SC2154,SC2034 # $top, $dir: the test's; want_...: for it
# layouts.sh - sourced after images.sh: disks as distributions leave them when they are
# installed.
#
# layout NAME : makes $dir/NAME.img; $layout_names are all NAMEs, ${layout_text[NAME]} says what
#	it is.  Then what the guest's own boot loader would boot from it is in
#	$dir/NAME.kernel, $dir/NAME.ramdisk (absent: none; several: one after the other, each
#	at a multiple of 4 bytes), $want_args, $want_title ("": there is no title), and $want_why
#	(a regular expression; "": it can be booted) says why this cannot be.
# Kernels are those of trees.sh's kernel_small, no two of the same bytes; one is real.
declare -A layout_text=()
layout_names=()
layouts_list="
debian12	Debian 12: GPT, EFI partition, ext4, grub.cfg of its grub-mkconfig
debian12-btrfs	Debian 12: GPT, btrfs with subvolume @rootfs
debian12-lvm	Debian 12: MBR, /boot on ext2, / on LVM
debian12-lvm-root	Debian 12: all of it, /boot too, in one logical volume
debian12-md	Debian 12: /boot on RAID 1 (1.2 metadata)
debian12-md090	Debian 12: /boot on RAID 1 (0.90 metadata)
debian12-md0	Debian 12: all of it on RAID 0
debian12-saved	Debian 12: GRUB_DEFAULT=saved, an older kernel in the submenu
ubuntu2404	Ubuntu 24.04: GPT, EFI stub, /boot on ext4, recordfail, two ramdisks
fedora41	Fedora 41: GPT, EFI stub, /boot on ext4 with BLS entries, btrfs
silverblue	Fedora Silverblue: ostree, BLS behind a symbolic link
fedora41-xfs	Fedora 41 Server: /boot on XFS v5 with BLS entries, / on LVM
rhel7	CentOS 7: MBR, XFS v5, linux16 and initrd16
rhel8	RHEL 8: MBR, /boot on XFS, BLS with kernelopts; its kernel has no PV or PVH
rhel9	RHEL 9: GPT, /boot on XFS, BLS; its kernel has no PV or PVH
el6	EL 6: MBR, active /boot on ext4 with grub.conf, / on LVM
el5	EL 5: a whole disk of ext3 with menu.lst
sles11	SLES 11 installed under Xen: ext3, vmlinuz-xen, no menu.lst
sles12	SLES 12: btrfs, subvolumes and a snapshot as root, grub.cfg
leap15	openSUSE Leap 15: GPT, XFS v5, grub.cfg
arch	Arch Linux: ext4, microcode and initramfs as two ramdisks
arch-systemd	Arch Linux: systemd-boot on an EFI partition
uki	a unified kernel image on an EFI partition
kernel-install	systemd's own kernel-install: entries on an EFI partition
nixos	NixOS: GPT, ext4, kernels on a device of a variable
gentoo	Gentoo: btrfs, a kernel without a ramdisk
alpine	Alpine: MBR, ext4, extlinux.conf
syslinux-fat	syslinux.cfg on FAT with an included file
xfs4	a whole disk of XFS v4, grub.cfg
sles9	SLES 9: reiserfs with menu.lst
logical	grub.cfg in a logical partition of an extended one
active	two systems, the second partition active
no-config	kernels and ramdisks in /boot, no configuration
latin1	grub.cfg with titles that are not UTF-8
variables	grub.cfg with variables, functions and if, elif, else
iso	an ISO 9660 image with isolinux and relative paths
iso-grub	a live ISO (Ubuntu, Debian) with grub.cfg
iso-hybrid	a hybrid ISO (MBR), isolinux
"
while IFS=$'\t' read -r layout_line layout_rest; do
	[ -n "$layout_line" ] || continue
	layout_names+=("$layout_line")
	layout_text[$layout_line]=$layout_rest
done <<< "$layouts_list"

# of this run alone: the kernel mounts no two btrfs of one UUID at a time
read -r uuid_root < /proc/sys/kernel/random/uuid
read -r uuid_boot < /proc/sys/kernel/random/uuid
machine_id=5d41402abc4b2a76b9719d911017c592

layout() {
	local fn=layout_${1//-/_} at=$dir/layout.$1

	name=$1 img=$dir/$1.img want_args='' want_title='' want_why=''
	rm -rf "$at" && mkdir -p "$at/t" "$at/empty" && cd "$at" && "$fn"
	local rc=$?
	cd "$top" || return
	[ $rc = 0 ] || tail -n 5 "$at"/*.log | sed 's/^/# /'
	rm -rf "$at"
	return $rc
}

# os_kernel FILE [NOTES] : a kernel that no other is like; NOTES as kernel_small has them
os_kernel() {
	local base=$dir/kernel.${2:-both}

	[ -e "$base" ] || kernel_small "$base" "${2:-both}"
	put "$base" "$1" && echo "$RANDOM$RANDOM$RANDOM" >> "$1"
}
os_ramdisk() { ramdisk_new && put "$ramdisk_file" "$1"; }
os_pair() { os_kernel "$1" && os_ramdisk "$2"; }
# want TITLE ARGS KERNEL RAMDISK... : files as they are now
want() {
	local file

	want_title=$1 want_args=$2
	cp "$3" "$dir/$name.kernel" || return
	rm -f "$dir/$name.ramdisk"
	shift 3
	for file; do
		[ ! -e "$dir/$name.ramdisk" ] || truncate -s %4 "$dir/$name.ramdisk" || return
		cat "$file" >> "$dir/$name.ramdisk" || return
	done
}
# text FILE : from stdin, its directory made
text() { mkdir -p "${1%/*}" && cat > "$1"; }

# debian_system TREE : two versions; want is the newer one
debian_system() {
	local v=6.1.0-18-amd64

	os_pair "$1/boot/vmlinuz-6.1.0-9-amd64" "$1/boot/initrd.img-6.1.0-9-amd64" &&
		os_pair "$1/boot/vmlinuz-$v" "$1/boot/initrd.img-$v" &&
		want 'Debian GNU/Linux' "root=UUID=$uuid_root ro console=hvc0 quiet" \
			"$1/boot/vmlinuz-$v" "$1/boot/initrd.img-$v" || return
	ln -s "boot/vmlinuz-$v" "$1/vmlinuz" && ln -s "boot/initrd.img-$v" "$1/initrd.img"
	echo bookworm | text "$1/etc/debian_version"
	text "$1/etc/default/grub" <<- 'END'
		GRUB_DEFAULT=0
		GRUB_TIMEOUT=5
		GRUB_DISTRIBUTOR=Debian
		GRUB_CMDLINE_LINUX_DEFAULT="quiet"
		GRUB_CMDLINE_LINUX="console=hvc0"
	END
}
# split_boot TREE BOOT-TREE : /boot as a file system of its own
split_boot() { mkdir -p "$2" && mv "$1"/boot/* "$2/"; }
efi_partition() { mkdir -p efi/EFI && fs_fat "$1" 34 efi ESP 1A2B3C4D; }
# plain_grub TREE : one entry of the simplest kind
plain_grub() {
	os_pair "$1/boot/vmlinuz" "$1/boot/initrd.img" && want "${2:-Plain}" "root=/dev/xvda1 ro" \
		"$1/boot/vmlinuz" "$1/boot/initrd.img" || return
	text "$1/boot/grub/grub.cfg" <<- END
		set default=0
		set timeout=1
		menuentry "$want_title" {
			linux /boot/vmlinuz root=/dev/xvda1 ro
			initrd /boot/initrd.img
		}
	END
}

# shellcheck source=tests/eliloader/layouts_grub.sh
. "$top/tests/eliloader/layouts_grub.sh"
# shellcheck source=tests/eliloader/layouts_bls.sh
. "$top/tests/eliloader/layouts_bls.sh"
# shellcheck source=tests/eliloader/layouts_more.sh
. "$top/tests/eliloader/layouts_more.sh"
