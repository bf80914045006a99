#!/bin/bash
# start-rhel4.t - RHEL 4.1 and 4.4: kernel and ramdisk lie in dom0, and the second round
# removes the updates disk, and no other, before it boots what was installed.
. "$(dirname "$0")/../tap.sh"
# shellcheck source=tests/eliloader/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/eliloader/xapi.sh
. "$top/tests/eliloader/xapi.sh"

eli_dir
xapi_start "$dir" || bail "the XAPI of the tests"
uuid=6d2f9a3e-1111-4222-8333-000000000041
repository=http://127.0.0.1:9/rhel41/ # nobody asks it
kernel_small "$dir/installer/rhel41-vmlinuz"
ramdisk_new
cp "$ramdisk_file" "$dir/installer/rhel41-initrd"

xapi_vm "$uuid" old other-config:install-distro=rhel41 "other-config:install-repository=$repository"
xapi_vbd "$uuid" 0 true
xapi_vbd "$uuid" 1 false Disk eliloader-updates-disk=true
xapi_vbd "$uuid" 2 false Disk eliloader-updates-disk=false
ok "round 1" xapi_boot "$uuid"
same "$(xapi_result kernel)" "$dir/installer/rhel41-vmlinuz" "dom0's kernel"
same "$(xapi_result ramdisk)" "$dir/installer/rhel41-initrd" "dom0's ramdisk"
is "$(xapi_result args)" "method=$repository" "the installer is told its repository"
is "$(xapi_vbd_get "$uuid" 1 userdevice)" 1 "the updates disk is still there"
xapi_toolstack

mkdir -p "$dir/root/boot/grub"
cp "$kernel_file" "$dir/root/boot/vmlinuz"
echo initrd > "$dir/root/boot/initrd.img"
printf '%s\n' 'menuentry "Linux" {' 'linux /boot/vmlinuz ro' 'initrd /boot/initrd.img' '}' \
	> "$dir/root/boot/grub/grub.cfg"
mke2fs -q -t ext4 -d "$dir/root" "$dir/installed.img" 32M > /dev/null
DISK=$dir/installed.img
ok "round 2" xapi_boot "$uuid"
is "$(cat "$(xapi_result ramdisk)")" initrd "boots the disk"
is "$(xapi_vbd_get "$uuid" 1 userdevice)" "" "the updates disk is gone"
is "$(xapi_vbd_get "$uuid" 0 userdevice) $(xapi_vbd_get "$uuid" 2 userdevice)" "0 2" "and no other"
is "$(xapi_get "$uuid" PV-bootloader)" pygrub "pygrub is the bootloader now"
xapi_toolstack

# a host that keeps them elsewhere, and one that has not got them
unset DISK
mv "$dir/installer/rhel41-vmlinuz" "$dir/elsewhere"
xapi_vm "$uuid" old other-config:install-distro=rhel41 "other-config:install-repository=$repository"
xapi_boot "$uuid"
is $? 1 "without the file"
like "$(tr '\n' ' ' < "$dir/said")" \
	'^RuntimeError: SUPPORT_PACKAGE_MISSING Dom0 does not contain a required file: .*rhel41-vmlinuz' \
	"it is named"
echo "rhel41-kernel = $dir/elsewhere" >> "$dir/eliloader.conf"
ok "a setting tells where it is" xapi_boot "$uuid"
xapi_vm "$uuid" old other-config:install-distro=rhel41 other-config:install-repository=cdrom
xapi_boot "$uuid"
is $? 1 "no CD for these"
like "$(cat "$dir/said")" 'rhel41 has no ISO support' "which is said"
done_testing
