# shellcheck shell=sh
# layouts.sh - sourced by the installer: disks as distributions leave them.  Each layout_NAME
# calls half_way where an installer that is cut leaves a system that does not boot yet.

# table LABEL : sfdisk's lines on stdin; then the kernel knows the partitions
table() {
	{
		echo "label: $1"
		cat
	} | sfdisk -q /dev/xvda || return
	wait_until test -b /dev/xvda1
}

new_uuid() { cat /proc/sys/kernel/random/uuid; }

# initramfs FILE TYPE [ROOT] : the target's RAM disk, and what it must know
initramfs() {
	get initrd "$1"
	mkdir -p /run/more && echo "$2" > /run/more/root.type
	echo "$3" > /run/more/root.conf
	(cd /run/more && find . | cpio -o -H newc 2> /dev/null) >> "$1"
}

# system ROOT ID NAME VERSION : what all have
system() {
	get root.tar /run/root.tar
	tar -x -C "$1" -f /run/root.tar && rm /run/root.tar || return
	printf 'ID=%s\nNAME="%s"\nVERSION_ID="%s"\nPRETTY_NAME="%s %s"\n' \
		"$2" "$3" "$4" "$3" "$4" > "$1/etc/os-release"
}

# entry TITLE KERNEL RAMDISK UUID ARGS : of a grub.cfg, as grub-mkconfig writes them
entry() {
	cat <<- END
		menuentry '$1' --class gnu-linux --class os \$menuentry_id_option 'gnulinux-$4' {
			load_video
			insmod gzio
			if [ x\$grub_platform = xxen ]; then insmod xzio; insmod lzopio; fi
			if [ x\$feature_platform_search_hint = xy ]; then
			  search --no-floppy --fs-uuid --set=root --hint='xen/xvda' $4
			else
			  search --no-floppy --fs-uuid --set=root $4
			fi
			echo 'Loading Linux ...'
			linux $2 $5
			initrd $3
		}
	END
}

# grub_head DIR : of that boot directory, up to the entries
grub_head() {
	cat <<- END
		if [ -s \$prefix/grubenv ]; then
		  set have_grubenv=true
		  load_env
		fi
		if [ "\${next_entry}" ] ; then
		   set default="\${next_entry}"
		   set next_entry=
		   save_env next_entry
		   set boot_once=true
		else
		   set default="0"
		fi
		if [ x"\${feature_menuentry_id}" = xy ]; then
		  menuentry_id_option="--id"
		else
		  menuentry_id_option=""
		fi
		function load_video {
		  if [ x\$feature_all_video_module = xy ]; then
		    insmod all_video
		  fi
		}
		set timeout=1
	END
}

# Debian: MBR, one active ext4, swap, grub.cfg with a submenu.
layout_debian() {
	uuid=$(new_uuid)
	load ext4
	table dos <<- END || return
		start=2048, size=192MiB, type=83, bootable
		size=8MiB, type=82
	END
	/sbin/mke2fs -q -F -t ext4 -U "$uuid" /dev/xvda1 && mkswap /dev/xvda2 > /dev/null &&
		mount -t ext4 /dev/xvda1 /mnt || return
	system /mnt debian "Debian GNU/Linux" 12 || return
	get vmlinuz /mnt/boot/vmlinuz-6.1.0-18-amd64
	initramfs /mnt/boot/initrd.img-6.1.0-18-amd64 ext4
	half_way
	mkdir /mnt/boot/grub
	{
		grub_head
		entry 'Debian GNU/Linux' /boot/vmlinuz-6.1.0-18-amd64 /boot/initrd.img-6.1.0-18-amd64 \
			"$uuid" "root=UUID=$uuid ro console=hvc0 quiet"
		echo "submenu 'Advanced options for Debian GNU/Linux' {"
		entry 'Debian GNU/Linux, with Linux 6.1.0-18-amd64 (recovery mode)' \
			/boot/vmlinuz-6.1.0-18-amd64 /boot/initrd.img-6.1.0-18-amd64 \
			"$uuid" "root=UUID=$uuid ro single console=hvc0"
		echo '}'
	} > /mnt/boot/grub/grub.cfg
	umount /mnt
}

# Fedora Server: GPT, BIOS boot, /boot and / on XFS v5, BLS entries, a grub.cfg that has
# blscfg do the work.
layout_fedora() {
	v=6.11.4-301.fc41.x86_64
	id=5d41402abc4b2a76b9719d911017c592
	uuid=$(new_uuid)
	load xfs
	table gpt <<- END || return
		start=2048, size=1MiB, type=21686148-6449-6E6F-744E-656564454649
		size=320MiB
		size=320MiB
	END
	wait_until test -b /dev/xvda3
	mkfs.xfs -q -f /dev/xvda2 && mkfs.xfs -q -f -m "uuid=$uuid" /dev/xvda3 &&
		mount -t xfs /dev/xvda3 /mnt && mkdir -p /mnt/boot &&
		mount -t xfs /dev/xvda2 /mnt/boot || return
	system /mnt fedora "Fedora Linux" 41 || return
	get vmlinuz /mnt/boot/vmlinuz-$v
	initramfs /mnt/boot/initramfs-$v.img xfs
	half_way
	mkdir -p /mnt/boot/grub2 /mnt/boot/loader/entries
	cat > /mnt/boot/loader/entries/$id-$v.conf <<- END
		title Fedora Linux ($v) 41 (Server Edition)
		version $v
		linux /vmlinuz-$v
		initrd /initramfs-$v.img
		options root=UUID=$uuid ro console=hvc0
		grub_users \$grub_users
		grub_arg --unrestricted
		grub_class fedora
	END
	{
		grub_head
		echo 'insmod blscfg'
		echo 'blscfg'
	} > /mnt/boot/grub2/grub.cfg
	umount /mnt/boot && umount /mnt
}

# SLES 11 installed under Xen: MBR, swap and ext3, kernels by their names, no menu.lst.
layout_sles() {
	uuid=$(new_uuid)
	load ext4
	table dos <<- END || return
		start=2048, size=8MiB, type=82
		size=192MiB, type=83, bootable
	END
	wait_until test -b /dev/xvda2
	mkswap /dev/xvda1 > /dev/null && /sbin/mke2fs -q -F -t ext3 -U "$uuid" /dev/xvda2 &&
		mount -t ext4 /dev/xvda2 /mnt || return
	system /mnt sles "SUSE Linux Enterprise Server" 11.4 || return
	get vmlinuz /mnt/boot/vmlinuz-3.0.101-63-xen
	half_way
	initramfs /mnt/boot/initrd-3.0.101-63-xen ext4 "UUID=$uuid"
	ln -s vmlinuz-3.0.101-63-xen /mnt/boot/vmlinuz-xen
	ln -s initrd-3.0.101-63-xen /mnt/boot/initrd-xen
	umount /mnt
}

# openSUSE without snapshots: GPT, BIOS boot, btrfs whose default subvolume is @, grub.cfg in
# there.
layout_opensuse() {
	at=/mnt/@
	v=6.4.0-150600.21-default
	uuid=$(new_uuid)
	load btrfs
	table gpt <<- END || return
		start=2048, size=1MiB, type=21686148-6449-6E6F-744E-656564454649
		size=256MiB
	END
	wait_until test -b /dev/xvda2
	mkfs.btrfs -q -f -U "$uuid" /dev/xvda2 && mount -t btrfs /dev/xvda2 /mnt &&
		btrfs -q subvolume create $at || return
	system $at opensuse-leap "openSUSE Leap" 15.6 || return
	get vmlinuz $at/boot/vmlinuz-$v
	initramfs $at/boot/initrd-$v btrfs
	half_way
	mkdir -p $at/boot/grub2
	{
		echo 'set btrfs_relative_path="yes"'
		echo 'export btrfs_relative_path'
		grub_head
		entry 'openSUSE Leap 15.6' /boot/vmlinuz-$v /boot/initrd-$v "$uuid" \
			"root=UUID=$uuid splash=silent console=hvc0"
	} > $at/boot/grub2/grub.cfg
	btrfs subvolume set-default $at && umount /mnt
}
