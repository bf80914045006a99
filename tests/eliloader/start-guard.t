#!/bin/bash
# start-guard.t - a disk that holds something is never given to an installer by mistake.
. "$(dirname "$0")/../tap.sh"
# shellcheck source=tests/eliloader/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/eliloader/xapi.sh
. "$top/tests/eliloader/xapi.sh"

eli_dir
serve "$dir/www" || bail "nginx"
tree_el7 "$dir/www/el7"
initrd=$dir/www/el7/images/pxeboot/initrd.img
keys=("install-repository=$www/el7/" install-distro=rhlike)
xapi_start "$dir" || bail "the XAPI of the tests"
uuid=6d2f9a3e-1111-4222-8333-000000000001
truncate -s 16M "$dir/used.img"
echo "something" | dd of="$dir/used.img" bs=1 seek=70000 conv=notrunc status=none

# under xl: no state, a used disk
DISK=$dir/used.img
xl_start used "${keys[@]}"
is $? 1 "xl: nothing is known, and the disk is not blank"
like "$(cat "$dir/said")" 'its disk is not empty: something on loop0.*--set install-round=1' "xl: what to do is said"
ok "xl: no state is kept" test ! -e "$dir/state/used.state"
ok "xl: a word allows it" xl_start used "${keys[@]}" install-round=1
same "$(xl_result ramdisk)" "$initrd" "xl: the installer"
# the installer was given out, and left something that is not known
xl_start used "${keys[@]}" install-round=1
is $? 1 "xl: round 2, a disk that is neither empty nor bootable"
like "$(cat "$dir/said")" 'not empty, and cannot be booted: \(loop0\) has something .*--forget' "xl: is not installed over"
# a dom0 that cannot read disks
cp "$dir/eliloader.conf" "$dir/conf.kept"
sed -i 's,^grub-fstest = .*,grub-fstest = /nowhere,' "$dir/eliloader.conf"
truncate -s 16M "$dir/zeros.img"
DISK=$dir/zeros.img
ok "xl: a disk of zeros needs no reader" xl_start zeros "${keys[@]}"
same "$(xl_result ramdisk)" "$initrd" "xl: the installer, on it"
DISK=$dir/used.img
xl_start unread "${keys[@]}"
is $? 1 "xl: another disk does"
like "$(cat "$dir/said")" 'SUPPORT_PACKAGE_MISSING.*grub-fstest' "xl: which is said"
mv "$dir/conf.kept" "$dir/eliloader.conf"
DISK=$dir/nowhere.img
xl_start nowhere "${keys[@]}" install-round=2
is $? 1 "xl: a disk that is not there"
like "$(cat "$dir/said")" 'nowhere.img cannot be opened' "xl: is named"

DISK=/dev/null
xl_start null "${keys[@]}"
is $? 1 "xl: a disk that is neither a file nor a block device"

# an image that is no ISO but the disk, which boots without a ramdisk
mkdir -p "$dir/root/boot/grub"
cp "$kernel_file" "$dir/root/boot/vmlinuz"
printf '%s\n' 'menuentry "Linux" {' 'linux /boot/vmlinuz ro' '}' > "$dir/root/boot/grub/grub.cfg"
mke2fs -q -t ext4 -d "$dir/root" "$dir/plain.img" 32M > /dev/null
DISK=$dir/plain.img
ok "xl: a disk that was taken for a CD first" xl_start plain install-repository=cdrom \
	install-distro=rhlike install-round=2
is "$(xl_result ramdisk)" "" "xl: has no ramdisk, and is given none"
# as a program starts that was told to ignore its children
if timeout 30 python3 -c 'import os, signal, sys
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
os.execv(sys.argv[1], sys.argv[1:])' "$O/eliloader" --config "$dir/eliloader.conf" \
	"--output=$dir/out/plain.out" --output-format=simple0 "--output-directory=$dir/out/plain.d" \
	--domain plain "$DISK" > "$dir/said" 2>&1; then
	pass "a start whose starter ignores its children"
else
	fail "a start whose starter ignores its children"
	diag "$(cat "$dir/said")"
fi

# under xapi: round 2, also with a pygrub that fails
xapi_vm "$uuid" vm other-config:install-round=2 "${keys[@]/#/other-config:}"
DISK=$dir/used.img
xapi_boot "$uuid"
is $? 1 "xapi: round 2, a disk that is neither empty nor bootable"
like "$(tr '\n' ' ' < "$dir/said")" 'RuntimeError: INVALID_SOURCE .*xe vm-param-set' "xapi: what to do is said"
is "$(xapi_get "$uuid" other-config:install-round)" 2 "xapi: nothing changes"
sed -i 's,^pygrub = .*,pygrub = /bin/false,' "$dir/eliloader.conf"
xapi_boot "$uuid"
is $? 1 "xapi: a pygrub that always fails"
ok "xapi: no file is left" test -z "$(ls -A /run/xend/boot)"
DISK=$dir/disk.img
ok "xapi: a blank disk is installed on whatever pygrub says" xapi_boot "$uuid"
same "$(xapi_result ramdisk)" "$initrd" "xapi: the installer"
xapi_toolstack

# a user that was named must be there
sed -i 's/^worker-user = .*/worker-user = no-such-user/' "$dir/eliloader.conf"
xl_start user "${keys[@]}"
is $? 1 "a user for the workers that does not exist"
like "$(cat "$dir/said")" "'no-such-user'" "is named"
done_testing
