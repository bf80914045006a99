# shellcheck shell=bash
# shellcheck disable=SC2154,SC2034,SC2086 # layouts.sh has them, and the constants are words
# layouts_grub.sh - sourced by layouts.sh: distributions that boot by a grub.cfg with entries.

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
		grub_entry "$want_title" gentoo gpt2 btrfs $uuid_root \
			"linux	/gentoo/boot/kernel-6.6.58-gentoo-x86_64 $want_args" ""
	} | text top/gentoo/boot/grub/grub.cfg
	BTRFS_OPTIONS=compress-force=zstd fs_btrfs_sub root 128 top "" $uuid_root gentoo &&
		efi_partition esp && disk_gpt "$img" U=esp root
}
