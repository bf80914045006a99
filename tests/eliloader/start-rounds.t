#!/bin/bash
# start-rounds.t [PART...] - the rounds of an install in whole starts, from a server and from
# a CD, up to what boots the installed disk.
# shellcheck disable=SC2119 # functions with optional arguments
. "$(dirname "$0")/../tap.sh"
# shellcheck source=tests/eliloader/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/eliloader/xapi.sh
. "$top/tests/eliloader/xapi.sh"

eli_dir
serve "$dir/www"
xapi_start "$dir"

# a disk as an installer leaves it
installed_disk() {
	mkdir -p "$dir/root/boot/grub"
	cp "$kernel_file" "$dir/root/boot/vmlinuz"
	echo initrd > "$dir/root/boot/initrd.img"
	cat > "$dir/root/boot/grub/grub.cfg" <<- 'END'
		set default=0
		menuentry "Linux" {
			linux /boot/vmlinuz root=/dev/xvda ro
			initrd /boot/initrd.img
		}
	END
	rm -f "$dir/installed.img"
	mke2fs -q -t ext4 -d "$dir/root" "$dir/installed.img" 32M > /dev/null
}

rounds() {
	tree_el7 "$dir/www/el7"
	tree_sles10 "$dir/www/sles10"
	installed_disk
	# under xapi
	new_uuid
	xapi_vm "$uuid" rounds "other-config:install-repository=$www/el7/" other-config:install-distro=rhlike
	ok "round 1" xapi_boot "$uuid"
	xapi_toolstack
	ok "round 2 with an empty disk" xapi_boot "$uuid"
	same "$(xapi_result ramdisk)" "$dir/www/el7/images/pxeboot/initrd.img" "is the installer again"
	is "$(xapi_get "$uuid" other-config:install-round)" 2 "and stays round 2"
	is "$(xapi_get "$uuid" PV-bootloader)" eliloader "with the same bootloader"
	xapi_toolstack
	DISK=$dir/installed.img
	ok "round 2 with an installed disk" xapi_boot "$uuid"
	is "$(cat "$(xapi_result ramdisk)")" initrd "is that disk's"
	is "$(xapi_result args)" "root=/dev/xvda ro" "with its arguments"
	is "$(xapi_get "$uuid" PV-bootloader)" pygrub "the bootloader becomes pygrub"
	ok "the keys of the install are gone" eval \
		'! xapi_has "$uuid" other-config:install-round && ! xapi_has "$uuid" other-config:install-distro'
	xapi_toolstack
	is "$(boot_files)" 0 "no file is left"
	# SLES writes no menu
	rm "$dir/root/boot/grub/grub.cfg"
	mv "$dir/root/boot/vmlinuz" "$dir/root/boot/vmlinuz-xen"
	mv "$dir/root/boot/initrd.img" "$dir/root/boot/initrd-xen"
	rm "$dir/installed.img"
	mke2fs -q -t ext4 -d "$dir/root" "$dir/installed.img" 32M > /dev/null
	new_uuid
	xapi_vm "$uuid" sles "other-config:install-repository=$www/sles10/" other-config:install-round=2 \
		other-config:install-distro=sleslike other-config:install-arch=x86_64
	ok "SLES, round 2, a disk without a menu" xapi_boot "$uuid"
	is "$(xapi_get "$uuid" PV-bootloader-args)" "--kernel /boot/vmlinuz-xen --ramdisk /boot/initrd-xen" \
		"PV-bootloader-args as domUloader's"
	xapi_toolstack
	DISK=$dir/disk.img
	ok "SLES under xl, round 1" xl_start sles "install-repository=$www/sles10/" \
		install-distro=sleslike install-arch=x86_64
	DISK=$dir/installed.img
	ok "SLES under xl, round 2" xl_start sles "install-repository=$www/sles10/" \
		install-distro=sleslike install-arch=x86_64
	is "$(xl_result args)" console=hvc0 "boots with the arguments of xl's configuration"
	like "$(cat "$dir/state/sles.state")" '^PV-bootloader-args=--kernel /boot/vmlinuz-xen' "which the state keeps"
	ok "SLES under xl, later" xl_start sles "install-repository=$www/sles10/" \
		install-distro=sleslike install-arch=x86_64
	is "$(cat "$(xl_result ramdisk)")" initrd "boots the same"
	xl_toolstack
	# under xl
	installed_disk
	mv "$dir/root/boot/vmlinuz-xen" "$dir/root/boot/vmlinuz" 2> /dev/null
	DISK=$dir/disk.img
	ok "xl: round 1" start_tree el7 xlrounds
	ok "xl: round 2 with an empty disk" start_tree el7 xlrounds
	same "$(xl_result ramdisk)" "$dir/www/el7/images/pxeboot/initrd.img" "xl: is the installer again"
	like "$(cat "$dir/said")" '^eliloader: no system is on the disk.*: the installer again$' "xl: which the console says"
	ok "xl: no attempt is left" eval '! xl_start spent "install-repository=$www/el7/" install-distro=rhlike \
		install-round=2 other-config:eliloader-attempts=5'
	like "$(cat "$dir/said")" 'the installer was given out 5 times' "xl: is told"
	ok "xl: and nothing of an installer that comes again" eval '! grep -q "installer again" "$dir/said"'
	DISK=$dir/installed.img
	ok "xl: round 2 with an installed disk" start_tree el7 xlrounds
	is "$(cat "$(xl_result ramdisk)")" initrd "xl: is that disk's"
	is "$(xl_result args)" "root=/dev/xvda ro console=hvc0" "xl: with both arguments"
	ok "xl: and from then on" start_tree el7 xlrounds
	is "$(cat "$(xl_result ramdisk)")" initrd "xl: it boots the disk"
	DISK=$dir/disk.img
	ok "xl: forgotten" eli --forget xlrounds
	ok "xl: it is round 1 again" start_tree el7 xlrounds
	same "$(xl_result ramdisk)" "$dir/www/el7/images/pxeboot/initrd.img" "xl: with the installer"
	unset DISK
	xl_toolstack
}

# iso TREE : an ISO image of it
iso() { xorriso -as mkisofs -quiet -R -J -o "$1.iso" "$1" 2> /dev/null; }
start_cd() {
	EXTRA=(--cdrom "$dir/www/cd.iso")
	xl_start "$1" install-repository=cdrom install-distro=rhlike
	local rc=$?
	EXTRA=()
	return "$rc"
}

cdroms() {
	tree_el7 "$dir/www/cd"
	iso "$dir/www/cd"
	ok "cdrom under xl" start_cd cd1
	same "$(xl_result ramdisk)" "$dir/www/cd/images/pxeboot/initrd.img" "the ramdisk of the CD"
	ok "cdrom, round 2, an empty disk" start_cd cd1
	same "$(xl_result ramdisk)" "$dir/www/cd/images/pxeboot/initrd.img" "the CD again"
	installed_disk
	DISK=$dir/installed.img
	ok "cdrom, round 2, an installed disk" start_cd cd1
	is "$(cat "$(xl_result ramdisk)")" initrd "boots the disk"
	unset DISK
	rm -r "$dir/out/"*

	new_uuid
	xapi_vm "$uuid" cd other-config:install-repository=cdrom other-config:install-distro=rhlike
	xapi_vbd "$uuid" 0 false
	xapi_vbd "$uuid" 3 true CD
	DISK=$dir/www/cd.iso
	ok "cdrom under xapi" xapi_boot "$uuid"
	same "$(xapi_result ramdisk)" "$dir/www/cd/images/pxeboot/initrd.img" "xapi: the ramdisk of the CD"
	is "$(xapi_vbd_get "$uuid" 0 bootable) $(xapi_vbd_get "$uuid" 3 bootable)" "true false" \
		"the disk is bootable now, the CD is not"
	xapi_toolstack
	DISK=$dir/disk.img # as XAPI does now
	xapi_boot "$uuid"
	is $? 1 "an aborted install: the disk does not boot"
	like "$(tr '\n' ' ' < "$dir/said")" '^RuntimeError: .*start' "and the next start is said to bring the CD"
	is "$(xapi_vbd_get "$uuid" 0 bootable) $(xapi_vbd_get "$uuid" 3 bootable)" "false true" "which is bootable again"
	DISK=$dir/www/cd.iso
	ok "it does" xapi_boot "$uuid"
	xapi_toolstack
	DISK=$dir/installed.img
	ok "an install that came to its end" xapi_boot "$uuid"
	is "$(cat "$(xapi_result ramdisk)")" initrd "xapi: boots the disk"
	is "$(xapi_get "$uuid" PV-bootloader)" pygrub "with pygrub from then on"
	xapi_toolstack
	unset DISK
}

if [ $# = 0 ]; then set -- rounds cdroms; fi
for part; do "$part"; done
done_testing
