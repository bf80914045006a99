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

uuid_root=3f1c8e56-0d65-4f0b-9c43-5b8f7d2a6e11
uuid_boot=a4d0c2b7-91be-4e7a-8f55-17c3e9d20b48
machine_id=5d41402abc4b2a76b9719d911017c592

layout() {
	local fn=layout_${1//-/_} at=$dir/layout.$1

	name=$1 img=$dir/$1.img want_args='' want_title='' want_why=''
	rm -rf "$at" && mkdir -p "$at/t" "$at/empty" && cd "$at" && "$fn"
	local rc=$?
	cd "$top" || return
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

layout_debian12() {
	debian_system t && put "$netboot/linux" t/boot/vmlinuz-6.1.0-18-amd64 &&
		cp "$netboot/linux" "$dir/$name.kernel" && fs_ext root 64 t root $uuid_root && grub_mkconfig root &&
		efi_partition esp && disk_gpt "$img" U=esp root
}
layout_debian12_btrfs() {
	mkdir top && debian_system t && mv t top/@rootfs || return
	want_args="root=UUID=$uuid_root ro rootflags=subvol=@rootfs console=hvc0 quiet"
	fs_btrfs_sub root 128 top root $uuid_root @rootfs && grub_mkconfig root subvol=@rootfs &&
		efi_partition esp && disk_gpt "$img" U=esp root
}
layout_debian12_lvm() {
	debian_system t && split_boot t b && fs_ext root 32 t root $uuid_root &&
		fs_ext boot 32 b boot $uuid_boot -t ext2 && grub_mkconfig root "" boot &&
		fs_lvm pv vg0 root=root && disk_mbr "$img" 1 boot 8e=pv
}
layout_debian12_lvm_root() {
	debian_system t && fs_ext root 32 t root $uuid_root && grub_mkconfig root &&
		fs_ext srv 16 empty srv && fs_lvm pv debian-vg srv=srv root=root &&
		disk_gpt "$img" V=pv
}
layout_debian12_md() {
	debian_system t && split_boot t b && fs_ext root 32 t root $uuid_root &&
		fs_ext boot 32 b boot $uuid_boot && grub_mkconfig root "" boot &&
		fs_md 1.2 1 boot m0 m1 && disk_gpt "$img" R=m0 R=m1 root
}
layout_debian12_md090() {
	debian_system t && split_boot t b && fs_ext root 32 t root $uuid_root &&
		fs_ext boot 32 b boot $uuid_boot && grub_mkconfig root "" boot &&
		fs_md 0.90 1 boot m0 m1 && disk_mbr "$img" 0 fd=m0 fd=m1 root
}
layout_debian12_md0() {
	debian_system t && fs_ext root 32 t root $uuid_root && grub_mkconfig root &&
		fs_md 1.2 0 root m0 m1 && disk_gpt "$img" R=m0 R=m1
}
layout_debian12_saved() {
	local v=6.1.0-9-amd64

	debian_system t && sed -i 's/^GRUB_DEFAULT=.*/GRUB_DEFAULT=saved/' t/etc/default/grub &&
		"$top/build/xen/usr/bin/grub-editenv" "$PWD/env" create &&
		"$top/build/xen/usr/bin/grub-editenv" "$PWD/env" set \
			"saved_entry=gnulinux-advanced-$uuid_root>gnulinux-$v-advanced-$uuid_root" &&
		put env t/boot/grub/grubenv && want "Debian GNU/Linux, with Linux $v" "$want_args" \
		"t/boot/vmlinuz-$v" "t/boot/initrd.img-$v" &&
		fs_ext root 64 t root $uuid_root && grub_mkconfig root && disk_mbr "$img" 1 root
}

# grub_head : what distributions' own files begin with
grub_head() {
	cat <<- 'END'
		if [ -s $prefix/grubenv ]; then
		  set have_grubenv=true
		  load_env
		fi
		if [ "${initrdfail}" = 2 ]; then
		   set initrdfail=
		elif [ "${next_entry}" ] ; then
		   set default="${next_entry}"
		   set next_entry=
		   save_env next_entry
		   set boot_once=true
		else
		   set default="0"
		fi
		if [ x"${feature_menuentry_id}" = xy ]; then
		  menuentry_id_option="--id"
		else
		  menuentry_id_option=""
		fi
		export menuentry_id_option
		function savedefault {
		  if [ -z "${boot_once}" ]; then
		    saved_entry="${chosen}"
		    save_env saved_entry
		  fi
		}
		function recordfail {
		  set recordfail=1
		  if [ -n "${have_grubenv}" ]; then if [ -z "${boot_once}" ]; then save_env recordfail; fi; fi
		}
		function load_video {
		  if [ x$feature_all_video_module = xy ]; then
		    insmod all_video
		  else
		    insmod efi_gop
		    insmod vbe
		  fi
		}
		if [ "${recordfail}" = 1 ] ; then
		  set timeout=30
		else
		  if [ x$feature_timeout_style = xy ] ; then
		    set timeout_style=hidden
		    set timeout=0
		  elif sleep --interruptible 0 ; then
		    set timeout=0
		  fi
		fi
	END
}
# grub_search PARTITION FS UUID : how an entry finds its file system
grub_search() {
	cat <<- END
		insmod $2
		set root='hd0,$1'
		if [ x\$feature_platform_search_hint = xy ]; then
		  search --no-floppy --fs-uuid --set=root --hint-bios=hd0,$1 --hint-efi=hd0,$1 --hint-baremetal=ahci0,$1  $3
		else
		  search --no-floppy --fs-uuid --set=root $3
		fi
	END
}
# grub_entry TITLE ID PARTITION FS UUID "LINUX-LINE" "INITRD-LINE"
grub_entry() {
	echo "menuentry '$1' --class gnu-linux --class gnu --class os \$menuentry_id_option '$2' {"
	cat <<- 'END'
		recordfail
		load_video
		gfxmode $linux_gfx_mode
		insmod gzio
		if [ x$grub_platform = xxen ]; then insmod xzio; insmod lzopio; fi
		insmod part_gpt
	END
	grub_search "$3" "$4" "$5"
	printf '%s\n%s\n}\n' "$6" "$7"
}

layout_ubuntu2404() {
	local v=6.8.0-45-generic

	os_pair b/vmlinuz-$v b/initrd.img-$v && head -c 3001 /dev/urandom > b/microcode.cpio &&
		want Ubuntu "root=UUID=$uuid_root ro quiet splash console=hvc0" b/vmlinuz-$v \
			b/microcode.cpio b/initrd.img-$v || return
	{
		grub_head
		cat <<- 'END'
			function gfxmode {
				set gfxpayload="${1}"
				if [ "${1}" = "keep" ]; then
					set vt_handoff=vt.handoff=7
				else
					set vt_handoff=
				fi
			}
			if [ "${recordfail}" != 1 ]; then
			  if [ -e ${prefix}/gfxblacklist.txt ]; then
			    if [ ${grub_platform} != pc ]; then
			      set linux_gfx_mode=keep
			    else
			      set linux_gfx_mode=text
			    fi
			  else
			    set linux_gfx_mode=keep
			  fi
			else
			  set linux_gfx_mode=text
			fi
			export linux_gfx_mode
		END
		# (written without $vt_handoff, which depends on the display)
		grub_entry Ubuntu "gnulinux-simple-$uuid_root" gpt2 ext2 $uuid_boot \
			"linux	/vmlinuz-$v root=UUID=$uuid_root ro  quiet splash console=hvc0" \
			"initrd	/microcode.cpio /initrd.img-$v"
		echo "submenu 'Advanced options for Ubuntu' \$menuentry_id_option 'gnulinux-advanced' {"
		grub_entry "Ubuntu, with Linux $v (recovery mode)" "gnulinux-$v-recovery" gpt2 ext2 \
			$uuid_boot "linux	/vmlinuz-$v root=UUID=$uuid_root ro recovery nomodeset" \
			"initrd	/initrd.img-$v"
		echo '}'
	} | text b/grub/grub.cfg
	text efi/EFI/ubuntu/grub.cfg <<- END
		search.fs_uuid $uuid_boot root hd0,gpt2
		set prefix=(\$root)'/grub'
		configfile \$prefix/grub.cfg
	END
	fs_ext root 16 t root $uuid_root && fs_ext boot 64 b boot $uuid_boot &&
		efi_partition esp && disk_gpt "$img" U=esp boot root
}

# bls_entry FILE TITLE VERSION OPTIONS [RAMDISK-WORDS [LINUX]]
bls_entry() {
	text "$1" <<- END
		title $2
		version $3
		linux ${6:-/vmlinuz-$3}
		initrd ${5:-/initramfs-$3.img}
		options $4
		grub_users \$grub_users
		grub_arg --unrestricted
		grub_class fedora
	END
}
# bls_grub_cfg PARTITION FS UUID [KERNELOPTS] : what Fedora's grub2-mkconfig writes
bls_grub_cfg() {
	cat <<- 'END'
		set pager=1
		if [ -f ${config_directory}/grubenv ]; then
		  load_env -f ${config_directory}/grubenv
		elif [ -s $prefix/grubenv ]; then
		  load_env
		fi
		if [ "${next_entry}" ] ; then
		   set default="${next_entry}"
		   set next_entry=
		   save_env next_entry
		   set boot_once=true
		else
		   set default="${saved_entry}"
		fi
		if [ x$feature_timeout_style = xy ] ; then
		  set timeout_style=menu
		  set timeout=5
		else
		  set timeout=5
		fi
	END
	grub_search "$1" "$2" "$3"
	cat <<- END
		if [ -z "\${kernelopts}" ]; then
		  set kernelopts="${4:-root=UUID=$uuid_root ro}"
		fi
		insmod blscfg
		blscfg
		if [ "\$grub_platform" = "efi" ]; then
			menuentry 'UEFI Firmware Settings' \$menuentry_id_option 'uefi-firmware' {
				fwsetup
			}
		fi
	END
}
# grub_env FILE NAME=VALUE...
grub_env() {
	local file=$1

	shift
	mkdir -p "${file%/*}" && "$top/build/xen/usr/bin/grub-editenv" "$file" create &&
		"$top/build/xen/usr/bin/grub-editenv" "$file" set "$@"
}
# efi_stub : Fedora's on the EFI partition, which leads to /boot
efi_stub() {
	text efi/EFI/fedora/grub.cfg <<- END
		search --no-floppy --root-dev-only --fs-uuid --set=dev $uuid_boot
		set prefix=(\$dev)/grub2
		export \$prefix
		configfile \$prefix/grub.cfg
	END
}
# fedora_boot TREE FS ARGS
fedora_boot() {
	local new=6.11.10-300.fc41.x86_64 old=6.11.4-301.fc41.x86_64 at=$1/loader/entries/$machine_id

	os_pair "$1/vmlinuz-$old" "$1/initramfs-$old.img" &&
		os_pair "$1/vmlinuz-$new" "$1/initramfs-$new.img" &&
		os_pair "$1/vmlinuz-0-rescue-$machine_id" "$1/initramfs-0-rescue-$machine_id.img" &&
		want "Fedora Linux ($new) 41 (Server Edition)" "$3" "$1/vmlinuz-$new" \
			"$1/initramfs-$new.img" || return
	bls_entry "$at-$old.conf" "Fedora Linux ($old) 41 (Server Edition)" $old "$3" &&
		bls_entry "$at-$new.conf" "$want_title" $new "$3" &&
		bls_entry "$at-0-rescue.conf" "Fedora Linux (0-rescue-$machine_id) 41" \
			"0-rescue-$machine_id" "$3" &&
		bls_grub_cfg gpt2 "$2" $uuid_boot | text "$1/grub2/grub.cfg" &&
		grub_env "$1/grub2/grubenv" "saved_entry=$machine_id-$new" boot_success=1
}
layout_fedora41() {
	fedora_boot b ext2 "root=UUID=$uuid_root ro rootflags=subvol=root console=hvc0" &&
		mkdir -p top/root/etc top/home && efi_stub && fs_ext boot 64 b "" $uuid_boot &&
		fs_btrfs_sub root 128 top fedora $uuid_root root home && efi_partition esp &&
		disk_gpt "$img" U=esp boot root
}
# /boot/loader leads to the deployment that is in use
layout_silverblue() {
	local v=6.11.10-300.fc41.x86_64 at=b/ostree/fedora-0123456789abcdef

	os_pair $at/vmlinuz-$v $at/initramfs-$v.img && want "Fedora Linux 41 (Silverblue) (ostree:0)" \
		"root=UUID=$uuid_root rw ostree=/ostree/boot.1/fedora/0123456789abcdef/0 console=hvc0" \
		$at/vmlinuz-$v $at/initramfs-$v.img || return
	text b/loader.1/entries/ostree-2-fedora.conf <<- END
		title $want_title
		version 2
		options $want_args
		linux /${at#b/}/vmlinuz-$v
		initrd /${at#b/}/initramfs-$v.img
	END
	text b/loader.1/entries/ostree-1-fedora.conf <<- END
		title Fedora Linux 41 (Silverblue) (ostree:1)
		version 1
		options $want_args
		linux /ostree/gone/vmlinuz-$v
		initrd /ostree/gone/initramfs-$v.img
	END
	ln -s loader.1 b/loader && bls_grub_cfg gpt2 ext2 $uuid_boot | text b/grub2/grub.cfg &&
		grub_env b/grub2/grubenv boot_success=1 && efi_stub && fs_ext boot 64 b "" $uuid_boot &&
		mkdir -p top/root && fs_btrfs_sub root 128 top fedora $uuid_root root &&
		efi_partition esp && disk_gpt "$img" U=esp boot root
}
layout_fedora41_xfs() {
	fedora_boot b xfs "root=/dev/mapper/fedora-root ro rd.lvm.lv=fedora/root console=hvc0" &&
		efi_stub && fs_xfs boot 300 b "" $uuid_boot && fs_xfs root 300 t "" $uuid_root &&
		fs_lvm pv fedora root=root && efi_partition esp && disk_gpt "$img" U=esp boot V=pv
}

layout_rhel7() {
	local v=3.10.0-1160.el7.x86_64

	os_kernel b/vmlinuz-$v pv && os_ramdisk b/initramfs-$v.img &&
		want "CentOS Linux ($v) 7 (Core)" \
			"root=/dev/mapper/centos-root ro crashkernel=auto rd.lvm.lv=centos/root console=hvc0" \
			b/vmlinuz-$v b/initramfs-$v.img || return
	{
		grub_head | sed 's/set default="0"/set default="${saved_entry}"/'
		grub_entry "$want_title" "gnulinux-$v-advanced-$uuid_root" msdos1 xfs $uuid_boot \
			"linux16 /vmlinuz-$v $want_args" "initrd16 /initramfs-$v.img" | sed '/recordfail/d'
	} | text b/grub2/grub.cfg
	grub_env b/grub2/grubenv "saved_entry=$want_title" && fs_xfs boot 300 b "" $uuid_boot &&
		fs_ext root 16 t "" $uuid_root && fs_lvm pv centos root=root && disk_mbr "$img" 1 boot 8e=pv
}
# el_bls V OPTIONS ARGS : of RHEL 8 and 9
el_bls() {
	os_kernel "b/vmlinuz-$1" el9 && os_ramdisk "b/initramfs-$1.img" &&
		want "Red Hat Enterprise Linux ($1) (Plow)" "$3" "b/vmlinuz-$1" "b/initramfs-$1.img" &&
		bls_entry "b/loader/entries/$machine_id-$1.conf" "$want_title" "$1" "$2" \
			"/initramfs-$1.img \$tuned_initrd"
	want_why='(PV|PVH)'
}
layout_rhel8() {
	local v=4.18.0-553.el8_10.x86_64 args="root=UUID=$uuid_root ro console=hvc0"

	el_bls $v "\$kernelopts \$tuned_params" "$args" &&
		bls_grub_cfg msdos1 xfs $uuid_boot | text b/grub2/grub.cfg &&
		grub_env b/grub2/grubenv "saved_entry=$machine_id-$v" "kernelopts=$args " &&
		fs_xfs boot 300 b "" $uuid_boot && fs_xfs root 300 t "" $uuid_root &&
		disk_mbr "$img" 1 boot root
}
layout_rhel9() {
	local v=5.14.0-503.el9.x86_64 args="root=UUID=$uuid_root ro console=hvc0"

	el_bls $v "$args" "$args" && bls_grub_cfg gpt2 xfs $uuid_boot | text b/grub2/grub.cfg &&
		efi_stub && grub_env b/grub2/grubenv "saved_entry=$machine_id-$v" &&
		fs_xfs boot 300 b "" $uuid_boot && fs_xfs root 300 t "" $uuid_root &&
		efi_partition esp && disk_gpt "$img" U=esp boot root
}

# legacy_entry TITLE ROOT PREFIX V ARGS
legacy_entry() {
	printf 'title %s\n\troot (%s)\n\tkernel %s %s\n\tinitrd %s\n' "$1" "$2" "$3/vmlinuz-$4" "$5" \
		"$3/initrd-$4.img"
}
layout_el6() {
	local v=2.6.32-754.el6.x86_64 old=2.6.32-71.el6.x86_64
	local args="ro root=/dev/mapper/vg-lv_root rd_LVM_LV=vg/lv_root rhgb quiet"

	os_kernel b/vmlinuz-$v pv && os_ramdisk b/initrd-$v.img && os_kernel b/vmlinuz-$old pv &&
		os_ramdisk b/initrd-$old.img && want "CentOS ($v)" "$args" b/vmlinuz-$v b/initrd-$v.img ||
		return
	{
		printf '# written by the installer\n#boot=/dev/xvda\ndefault=1\ntimeout=5\n'
		printf 'splashimage=(hd0,0)/grub/splash.xpm.gz\nhiddenmenu\n'
		legacy_entry "CentOS ($old)" hd0,0 "" $old "$args"
		legacy_entry "CentOS ($v)" hd0,0 "" $v "$args"
	} | text b/grub/grub.conf
	ln -s ./grub.conf b/grub/menu.lst && fs_ext boot 64 b && fs_ext root 16 t &&
		fs_lvm pv vg lv_root=root && disk_mbr "$img" 1 boot 8e=pv
}
layout_el5() {
	local v=2.6.18-419.el5xen

	os_kernel t/boot/vmlinuz-$v pv && os_ramdisk t/boot/initrd-$v.img &&
		want "CentOS ($v)" "ro root=/dev/xvda console=xvc0" t/boot/vmlinuz-$v \
			t/boot/initrd-$v.img || return
	{
		printf 'default=0\ntimeout=5\n'
		legacy_entry "CentOS ($v)" hd0 /boot $v "$want_args"
	} | text t/boot/grub/menu.lst
	fs_ext "$img" 64 t "" "" -t ext3
}
layout_sles11() {
	local v=3.0.101-63-xen

	os_kernel t/boot/vmlinuz-$v pv && os_ramdisk t/boot/initrd-$v &&
		os_kernel t/boot/vmlinuz-3.0.101-63-default none &&
		os_ramdisk t/boot/initrd-3.0.101-63-default &&
		want "" "" t/boot/vmlinuz-$v t/boot/initrd-$v && ln -s vmlinuz-$v t/boot/vmlinuz-xen &&
		ln -s initrd-$v t/boot/initrd-xen && fs_new swap 4 && mkswap swap > swap.log 2>&1 &&
		fs_ext root 64 t "" "" -t ext3 && disk_mbr "$img" 2 82=swap root
}
# suse_grub_cfg PARTITION FS UUID V
suse_grub_cfg() {
	echo 'set btrfs_relative_path="yes"'
	echo 'export btrfs_relative_path'
	cat <<- 'END'
		if [ -f ${config_directory}/grubenv ]; then
		  load_env -f ${config_directory}/grubenv
		elif [ -s $prefix/grubenv ]; then
		  load_env
		fi
		if [ "${next_entry}" ] ; then
		   set default="${next_entry}"
		else
		   set default="${saved_entry}"
		fi
		if [ -z "${default}" ]; then set default=0; fi
	END
	grub_entry "$want_title" "gnulinux-simple-$3" "$1" "$2" "$3" \
		"linux /boot/vmlinuz-$4 $want_args" "initrd /boot/initrd-$4" | sed '/recordfail/d'
	cat <<- END
		if [ -f  \${config_directory}/custom.cfg ]; then
		  source \${config_directory}/custom.cfg
		fi
	END
}
layout_sles12() {
	local v=4.12.14-122.37-default at=top/@/.snapshots/1/snapshot

	os_pair $at/boot/vmlinuz-$v $at/boot/initrd-$v && want "SLES 12-SP5" \
		"root=UUID=$uuid_root console=hvc0 splash=silent" $at/boot/vmlinuz-$v $at/boot/initrd-$v &&
		suse_grub_cfg gpt2 btrfs $uuid_root $v | text $at/boot/grub2/grub.cfg &&
		grub_env $at/boot/grub2/grubenv "saved_entry=$want_title" &&
		mkdir -p top/@/home top/@/boot/grub2/i386-pc &&
		fs_btrfs_sub root 128 top "" $uuid_root @ @/home @/boot/grub2/i386-pc \
			@/.snapshots @/.snapshots/1/snapshot && fs_new bios 1 &&
		disk_gpt "$img" 21686148-6449-6E6F-744E-656564454649=bios root
}
layout_leap15() {
	local v=6.4.0-150600.21-default

	os_pair t/boot/vmlinuz-$v t/boot/initrd-$v && want "openSUSE Leap 15.6" \
		"root=UUID=$uuid_root splash=silent quiet console=hvc0" t/boot/vmlinuz-$v \
		t/boot/initrd-$v && suse_grub_cfg gpt2 xfs $uuid_root $v | text t/boot/grub2/grub.cfg &&
		fs_xfs root 300 t "" $uuid_root && efi_partition esp && disk_gpt "$img" U=esp root
}
layout_arch() {
	os_pair t/boot/vmlinuz-linux t/boot/initramfs-linux.img &&
		os_ramdisk t/boot/initramfs-linux-fallback.img && os_ramdisk t/boot/amd-ucode.img &&
		want "Arch Linux" "root=UUID=$uuid_root rw loglevel=3 quiet" t/boot/vmlinuz-linux \
			t/boot/amd-ucode.img t/boot/initramfs-linux.img || return
	{
		grub_head
		grub_entry "Arch Linux" "gnulinux-simple-$uuid_root" msdos1 ext2 $uuid_root \
			"linux	/boot/vmlinuz-linux root=UUID=$uuid_root rw  loglevel=3 quiet" \
			"initrd	/boot/amd-ucode.img /boot/initramfs-linux.img" | sed '/recordfail/d'
	} | text t/boot/grub/grub.cfg
	fs_ext root 64 t "" $uuid_root && disk_mbr "$img" 0 root
}
layout_arch_systemd() {
	os_pair efi/vmlinuz-linux efi/initramfs-linux.img && os_ramdisk efi/intel-ucode.img &&
		os_ramdisk efi/initramfs-linux-fallback.img && want "Arch Linux" \
		"root=UUID=$uuid_root rw" efi/vmlinuz-linux efi/intel-ucode.img \
		efi/initramfs-linux.img || return
	printf 'default  arch.conf\ntimeout  4\nconsole-mode max\n' | text efi/loader/loader.conf
	text efi/loader/entries/arch.conf <<- END
		title   Arch Linux
		linux   /vmlinuz-linux
		initrd  /intel-ucode.img
		initrd  /initramfs-linux.img
		options root=UUID=$uuid_root rw
	END
	sed 's/Linux$/Linux (fallback)/; s/-linux.img/-linux-fallback.img/' \
		efi/loader/entries/arch.conf > efi/loader/entries/arch-fallback.conf
	efi_partition esp && fs_ext root 16 t "" $uuid_root && disk_gpt "$img" U=esp root
}
layout_uki() {
	os_kernel efi/EFI/Linux/arch-linux.efi && want "" "" efi/EFI/Linux/arch-linux.efi || return
	printf 'timeout 3\n' | text efi/loader/loader.conf
	efi_partition esp && fs_ext root 16 t "" $uuid_root && disk_gpt "$img" U=esp root
	want_why='unified kernel image'
}
# kernel_install VERSION KERNEL RAMDISK ... : systemd's, into ./efi.  It names files as they are
# called below the mount point.
kernel_install() {
	mount -t tmpfs tmpfs efi && mkdir -p efi/$machine_id efi/loader || return
	while [ $# != 0 ]; do
		KERNEL_INSTALL_CONF_ROOT=$PWD/conf \
			KERNEL_INSTALL_PLUGINS=/usr/lib/kernel/install.d/90-loaderentry.install \
			kernel-install add "$1" "$2" "$3" > install.log 2>&1 || return
		shift 3
	done
	cp -a efi made && umount efi && cp -a made/. efi/
}
layout_kernel_install() {
	local v=6.11.4-arch1-1 entry

	os_pair ./k1 ./r1 && os_pair ./k2 ./r2 && mkdir conf efi && want "" "" k2 r2 || return
	printf 'layout=bls\nBOOT_ROOT=%s/efi\nMACHINE_ID=%s\n' "$PWD" $machine_id > conf/install.conf
	echo "root=UUID=$uuid_root ro console=hvc0" > conf/cmdline
	kernel_install 6.9.12-arch1-1 k1 r1 $v k2 r2 || return
	entry=efi/loader/entries/$machine_id-$v.conf
	# of two that are called the same, systemd-boot also shows the versions
	want_title="$(sed -n 's/^title *//p' "$entry") ($v)"
	want_args=$(sed -n 's/^options *//p' "$entry" | sed 's/ *$//')
	efi_partition esp && fs_ext root 16 t "" $uuid_root && disk_gpt "$img" U=esp root
}
layout_nixos() {
	local at=t/boot/kernels init=/nix/store/1b2c-nixos-system-24.11/init

	os_pair $at/0abc-linux-6.6.60-bzImage $at/0def-initrd-linux-6.6.60-initrd &&
		want "NixOS - Default" "init=$init console=hvc0 loglevel=4" \
			$at/0abc-linux-6.6.60-bzImage $at/0def-initrd-linux-6.6.60-initrd || return
	text t/boot/grub/grub.cfg <<- END
		search --set=drive1 --fs-uuid $uuid_root
		if [ -s \$prefix/grubenv ]; then
		  load_env
		fi
		if [ "\${next_entry}" ]; then
		  set default="\${next_entry}"
		  set next_entry=
		  save_env next_entry
		  set timeout=1
		  set boot_once=true
		else
		  set default=0
		  set timeout=5
		fi
		function savedefault {
		  if [ -z "\${boot_once}"]; then
		    saved_entry="\${chosen}"
		    save_env saved_entry
		  fi
		}
		menuentry "$want_title" --class nixos --unrestricted {
		search --set=drive1 --fs-uuid $uuid_root
		  linux (\$drive1)/boot//kernels/0abc-linux-6.6.60-bzImage $want_args
		  initrd (\$drive1)/boot//kernels/0def-initrd-linux-6.6.60-initrd
		}
		submenu "NixOS - All configurations" --class submenu {
		  menuentry "NixOS - Configuration 1" { linux (\$drive1)/gone }
		}
	END
	fs_ext root 64 t nixos $uuid_root && efi_partition esp && disk_gpt "$img" U=esp root
}
layout_gentoo() {
	mkdir -p top/gentoo && os_kernel top/gentoo/boot/kernel-6.6.58-gentoo-x86_64 &&
		want "Gentoo GNU/Linux" "root=UUID=$uuid_root ro rootflags=subvol=gentoo" \
			top/gentoo/boot/kernel-6.6.58-gentoo-x86_64 || return
	{
		grub_head
		grub_entry "$want_title" gentoo gpt2 btrfs $uuid_root "linux	/gentoo/boot/kernel-6.6.58-gentoo-x86_64 $want_args" ""
	} | text top/gentoo/boot/grub/grub.cfg
	BTRFS_OPTIONS=compress-force=zstd fs_btrfs_sub root 128 top "" $uuid_root gentoo &&
		efi_partition esp && disk_gpt "$img" U=esp root
}
layout_alpine() {
	os_pair t/boot/vmlinuz-virt t/boot/initramfs-virt && want "Linux virt" \
		"root=UUID=$uuid_root modules=sd-mod,usb-storage,ext4 quiet rootfstype=ext4" \
		t/boot/vmlinuz-virt t/boot/initramfs-virt || return
	text t/boot/extlinux.conf <<- END
		DEFAULT menu.c32
		PROMPT 0
		MENU TITLE Alpine/Linux Boot Menu
		MENU HIDDEN
		MENU AUTOBOOT Alpine will be booted automatically in # seconds.
		TIMEOUT 10
		LABEL virt
		  MENU DEFAULT
		  MENU LABEL Linux virt
		  LINUX vmlinuz-virt
		  INITRD initramfs-virt
		  APPEND $want_args

		MENU SEPARATOR
	END
	fs_ext root 64 t "" $uuid_root && disk_mbr "$img" 1 root
}
layout_syslinux_fat() {
	os_pair efi/syslinux/linux efi/syslinux/initrd.gz && want "Install now" "vga=normal ramdisk_size=1" \
		efi/syslinux/linux efi/syslinux/initrd.gz || return
	printf 'include menu/more.cfg\ndefault install\ntimeout 100\n' | text efi/syslinux/syslinux.cfg
	text efi/syslinux/menu/more.cfg <<- 'END'
		label install
			menu label ^Install now
			kernel linux
			append vga=normal ramdisk_size=1
			initrd initrd.gz
	END
	fs_fat fat 40 efi && disk_mbr "$img" 1 c=fat
}
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
layout_xfs4() { plain_grub t && fs_xfs4 "$img" 300 t; }
layout_sles9() {
	local args="root=/dev/xvda1 selinux=0 console=xvc0"

	os_kernel t/boot/vmlinuz pv && os_ramdisk t/boot/initrd &&
		want Linux "$args" t/boot/vmlinuz t/boot/initrd || return
	text t/boot/grub/menu.lst <<- END
		color white/blue black/light-gray
		default 1
		timeout 8
		title Failsafe
		    kernel (hd0,0)/boot/vmlinuz root=/dev/xvda1 showopts ide=nodma
		    initrd (hd0,0)/boot/initrd
		title Linux
		    kernel (hd0,0)/boot/vmlinuz $args
		    initrd (hd0,0)/boot/initrd
		title Floppy
		    root (fd0)
		    chainloader +1
	END
	fs_reiserfs root 64 t && disk_mbr "$img" 1 root
}
layout_logical() {
	plain_grub t && fs_ext root 64 t && fs_ext other 16 empty &&
		disk_logical "$img" other other root
}
layout_active() {
	plain_grub one "The first system" && plain_grub two "The second system" &&
		fs_ext p1 32 one && fs_ext p2 32 two && disk_mbr "$img" 2 p1 p2
}
layout_no_config() {
	local v

	for v in 5.10.0-9 5.10.0-28 5.9.16-1; do
		os_pair t/boot/vmlinuz-$v-amd64 t/boot/initrd.img-$v-amd64 || return
	done
	want "" "" t/boot/vmlinuz-5.10.0-28-amd64 t/boot/initrd.img-5.10.0-28-amd64 &&
		fs_ext root 64 t && disk_gpt "$img" root
}
layout_latin1() {
	plain_grub t "D$(printf '\351')marrer" && fs_ext root 64 t && disk_gpt "$img" root
}
layout_variables() {
	os_pair t/boot/k-new t/boot/r-new && os_pair t/boot/k-old t/boot/r-old &&
		want "New one" "root=/dev/xvda1 ro a=b=c" t/boot/k-new t/boot/r-new || return
	text t/boot/grub/grub.cfg <<- 'END'
		set options="a=b=c"
		set which=new
		if [ "$which" = "old" ]; then
		  set default=1
		elif [ "$which" = "new" -a -f /boot/k-$which ]; then
		  set default=0
		else
		  set default=7
		fi
		function load { linux /boot/k-$1 root=/dev/xvda1 ro $options; initrd "/boot/r-${1}"; }
		menuentry 'New one' { load $which }
		if false; then menuentry 'Never' { load never }; fi
		menuentry 'Old one' { load old }
	END
	fs_ext root 64 t && disk_gpt "$img" root
}
iso_tree() {
	os_pair t/boot/x86_64/linux t/boot/x86_64/initrd && want "Install" "install=cd quiet" \
		t/boot/x86_64/linux t/boot/x86_64/initrd || return
	text t/boot/x86_64/isolinux.cfg <<- 'END'
		default linux
		prompt 1
		timeout 600
		label linux
		  menu label Install
		  kernel linux
		  append initrd=initrd install=cd quiet
		label harddisk
		  localboot 0x80
	END
	want_args="initrd=initrd install=cd quiet"
}
layout_iso() { iso_tree && mkdir -p t/isolinux && mv t/boot/x86_64/* t/isolinux/ && fs_iso "$img" t; }
layout_iso_hybrid() {
	iso_tree && mkdir -p t/isolinux && mv t/boot/x86_64/* t/isolinux/ &&
		head -c 432 /dev/zero > mbr && fs_iso "$img" t -partition_offset 16 \
		-partition_cyl_align off --mbr-force-bootable -G mbr
}
layout_iso_grub() {
	os_pair t/casper/vmlinuz t/casper/initrd && want "Try or Install Ubuntu Server" "--- quiet" \
		t/casper/vmlinuz t/casper/initrd || return
	text t/boot/grub/grub.cfg <<- 'END'
		set timeout=30
		loadfont unicode
		set menu_color_normal=white/black
		menuentry "Try or Install Ubuntu Server" {
			set gfxpayload=keep
			linux	/casper/vmlinuz  --- quiet
			initrd	/casper/initrd
		}
		grub_platform
		if [ "$grub_platform" = "efi" ]; then
		menuentry 'Boot from next volume' {
			exit 1
		}
		fi
	END
	fs_iso "$img" t
}
