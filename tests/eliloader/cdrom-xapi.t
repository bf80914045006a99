#!/bin/bash
# cdrom-xapi.t - whole starts from a CD under xapi, with a toolstack that hands over the first
# bootable disk that is not empty: aborted installs, ejected media, either order of the disks.
. "$(dirname "$0")/../tap.sh"
# shellcheck source=tests/eliloader/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/eliloader/xapi.sh
. "$top/tests/eliloader/xapi.sh"

eli_dir
xapi_start "$dir"
tree_el7 "$dir/www/cd"
xorriso -as mkisofs -quiet -R -J -o "$dir/cd.iso" "$dir/www/cd" 2> /dev/null

# power_on : as XAPI does.  Status 3: "there is no bootable device", and nobody was asked
power_on() {
	case $(xapi_boot_device "$uuid") in
	0) DISK=$dir/disk.img xapi_boot "$uuid" ;;
	3) DISK=$dir/cd.iso xapi_boot "$uuid" ;;
	*) return 3 ;;
	esac
}
flags() { echo "$(xapi_vbd_get "$uuid" 0 bootable) $(xapi_vbd_get "$uuid" 3 bootable)"; }
# installs NAME : a start that brings the installer
installs() {
	ok "$1" power_on
	same "$(xapi_result ramdisk)" "$dir/www/cd/images/pxeboot/initrd.img" "$1: from the CD"
	is "$(flags)" "true false" "$1: and the disk is what boots next"
	xapi_toolstack
}
# fails NAME FLAGS REGEX : one that fails with that sentence, and leaves those flags
fails() {
	power_on
	is $? 1 "$1: it fails"
	like "$(tr '\n' ' ' < "$dir/said")" "$3" "$1: and says what to do"
	is "$(flags)" "$2" "$1: what is bootable (disk, CD)"
}
# vm UUID DEVICE... : with its disks in that order
vm() {
	uuid=$1
	shift
	xapi_vm "$uuid" cd other-config:install-repository=cdrom other-config:install-distro=rhlike
	for device; do
		if [ "$device" = 3 ]; then xapi_vbd "$uuid" 3 true CD; else xapi_vbd "$uuid" 0 false; fi
	done
}
insert="xe vm-cd-insert vm=[-0-9a-f]+ cd-name=ISO"

vm 6d2f9a3e-2222-4222-8333-000000000001 0 3
installs "disk before CD"
xapi_eject "$uuid" 3
fails "disk before CD, aborted, ejected" "true false" "$insert"
fails "disk before CD, and again" "true false" "$insert"
xapi_insert "$uuid" 3
fails "disk before CD, inserted" "false true" "leave the medium in the drive.*start the VM once more"
xapi_eject "$uuid" 3
power_on
is $? 3 "disk before CD, ejected all the same: XAPI says so itself"
xapi_insert "$uuid" 3
installs "disk before CD, once more"

vm 6d2f9a3e-2222-4222-8333-000000000002 3 0
installs "CD before disk"
fails "CD before disk, aborted" "true true" "Now it is: start the VM once more"
xapi_eject "$uuid" 3
fails "CD before disk, ejected then" "true true" "$insert"
xapi_insert "$uuid" 3
installs "CD before disk, inserted"
is "$(xapi_get "$uuid" other-config:install-round)" 2 "the round is the second, all that time"

vm 6d2f9a3e-2222-4222-8333-000000000003 3 0
xapi_vbd_set "$uuid" 0 bootable true
xapi_eject "$uuid" 3
fails "round 1, both, no medium" "true true" "$insert"
is "$(xapi_get "$uuid" other-config:install-round)" "" "it stays round 1"
xapi_insert "$uuid" 3
installs "round 1, both, inserted"

xapi_nothing_left
done_testing
