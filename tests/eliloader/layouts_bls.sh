# shellcheck shell=bash
# shellcheck disable=SC2154,SC2034,SC2086 # layouts.sh has them, and the constants are words
# layouts_bls.sh - sourced by layouts.sh: those with Boot Loader Specification entries, for GRUB
# and for systemd-boot.

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
