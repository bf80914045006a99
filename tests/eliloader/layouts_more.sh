# shellcheck shell=bash
# shellcheck disable=SC2154,SC2034,SC2086 # layouts.sh has them, and the constants are words
# layouts_more.sh - sourced by layouts.sh: GRUB Legacy, syslinux and its kin, no configuration at
# all, and odd disks.

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
