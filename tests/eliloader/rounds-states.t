#!/bin/bash
# rounds-states.t [PART...] - whole starts through the table of states of eliloader(8), with
# disks as distributions leave them.  The number of a row stands before each.
# shellcheck disable=SC2119 # functions with optional arguments
. "$(dirname "$0")/../tap.sh"
# shellcheck source=tests/eliloader/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/eliloader/xapi.sh
. "$top/tests/eliloader/xapi.sh"
# shellcheck source=tests/eliloader/images.sh
. "$top/tests/eliloader/images.sh"
# shellcheck source=tests/eliloader/layouts.sh
. "$top/tests/eliloader/layouts.sh"

eli_dir
serve "$dir/www" || bail "nginx"
xapi_start "$dir" || bail "the XAPI of the tests"
tree_el7 "$dir/www/el7"
initrd=$dir/www/el7/images/pxeboot/initrd.img
blank=$dir/blank.img
truncate -s 64M "$blank"
# shellcheck disable=SC2154 # set by serve
keys=("install-repository=$www/el7/" install-distro=rhlike)

# disk NAME : that layout, made once, is what starts get
disk() {
	[ -e "$dir/$1.img" ] || layout "$1" > "$dir/layout.log" 2>&1 || bail "layout $1: $(cat "$dir/layout.log")"
	DISK=$dir/$1.img disk=$1
}
# a partition without a system, and one that cannot be read
make_partitions() {
	[ ! -e "$dir/partitions.img" ] || return 0
	mkdir -p "$dir/files/etc"
	fs_ext "$dir/fs" 16 "$dir/files" && disk_gpt "$dir/partitions.img" "$dir/fs"
}
make_luks() {
	[ ! -e "$dir/luks.img" ] || return 0
	truncate -s 16M "$dir/luks"
	printf 'LUKS\272\276\0\2' | dd of="$dir/luks" conv=notrunc status=none
	disk_gpt "$dir/luks.img" "$dir/luks"
}
# a volume group without a system, and behind it a second one whose metadata is gone
make_two_groups() {
	[ ! -e "$dir/two.img" ] || return 0
	mkdir -p "$dir/files/etc"
	fs_ext "$dir/fs" 16 "$dir/files" && fs_lvm "$dir/pv" seen home="$dir/fs" &&
		fs_lvm "$dir/pv2" unseen data="$dir/fs" && disk_gpt "$dir/one.img" "$dir/pv" &&
		os_pair "$dir/half/vmlinuz-6.1" "$dir/half/initrd.img-6.1" && fs_ext "$dir/boot" 16 "$dir/half" &&
		disk_gpt "$dir/half.img" "$dir/boot" "$dir/pv" &&
		dd if=/dev/zero of="$dir/pv2" bs=4096 seek=1 count=255 conv=notrunc status=none &&
		disk_gpt "$dir/two.img" "$dir/pv" "$dir/pv2"
}
# a file system without a system, and logical partitions; the last link to these is gone
make_links() {
	[ ! -e "$dir/links.img" ] || return 0
	mkdir -p "$dir/files/etc"
	fs_ext "$dir/fs" 16 "$dir/files" && truncate -s 64M "$dir/links.img" &&
		printf '2048,32768\n36864,,5\n38912,8192\n49152,8192\n' |
		sfdisk -q --label dos "$dir/links.img" && part_put "$dir/links.img" 1 "$dir/fs" &&
		cp "$dir/links.img" "$dir/unlinked.img" &&
		printf '\0\0' | dd of="$dir/unlinked.img" bs=1 seek=$((49152 * 512 - 1048576 + 510)) conv=notrunc status=none
}
# vm [KEY=VALUE...] : a new VM under xapi whose installer was given out
vm() {
	local key

	new_uuid
	xapi_vm "$uuid" "vm$next_uuid" other-config:install-round=2 "${keys[@]/#/other-config:}"
	for key; do xapi_set "$uuid" "${key%%=*}" "${key#*=}"; done
}
# left : the keys of the install that are there, in order of their names
left() {
	local key text=

	for key in eliloader-attempts eliloader-installed install-distro install-round; do
		! xapi_has "$uuid" "other-config:$key" || text+="$key=$(xapi_get "$uuid" "other-config:$key") "
	done
	echo "$text$(xapi_get "$uuid" PV-bootloader)"
}
start() { if [ "$1" = xapi ]; then xapi_boot "$uuid"; else xl_start "$vm" "${keys[@]}"; fi; }
starts() { if start "$1"; then pass "$2"; else fail "$2"; diag "$(cat "$dir/said")"; fi; }
# boots_disk WORD NAME : a start under WORD (xapi, xl) gives out what is on the disk
boots_disk() {
	starts "$@"
	same "$("$1_result" kernel)" "$dir/$disk.kernel" "$2: its kernel"
	same "$("$1_result" ramdisk)" "$dir/$disk.ramdisk" "$2: its ramdisk"
	"$1_toolstack"
}
# installs WORD NAME
installs() {
	starts "$@"
	same "$("$1_result" ramdisk)" "$initrd" "$2: the installer"
	"$1_toolstack"
}
# fails WORD NAME REGEX
fails() {
	start "$1"
	is $? 1 "$2: it fails"
	like "$(tr '\n' ' ' < "$dir/said")" "$3" "$2: and is told"
}
state() { grep -v '^#' "$dir/state/$vm.state" | tr '\n' ' '; }

pygrub() {
	disk debian12
	vm
	boots_disk xapi "8: a disk that pygrub can boot"
	is "$(left)" pygrub "8: pygrub boots it from now on, and no key is left"
	vm other-config:install-bootloader=eliloader
	boots_disk xapi "9: install-bootloader is eliloader"
	is "$(left)" "eliloader-installed=eliloader eliloader" "9: it stays"
	# a kill between the last calls
	vm other-config:eliloader-installed=pygrub
	xapi_unset "$uuid" other-config:install-round
	boots_disk xapi "4: an end of an install that was cut"
	is "$(left)" pygrub "4: is brought about"
	# no pygrub in dom0
	sed -i 's,^pygrub = .*,pygrub = /nowhere/pygrub,' "$dir/eliloader.conf"
	vm
	boots_disk xapi "9: a dom0 without pygrub"
	is "$(left)" "eliloader-installed=eliloader eliloader" "9: eliloader stays"
	vm other-config:install-bootloader=pygrub
	boots_disk xapi "9: although it shall be pygrub"
	is "$(left)" "eliloader-installed=eliloader eliloader" "9: eliloader stays then, too"
	sed -i "s,^pygrub = .*,pygrub = $top/build/xen/usr/lib/xen-4.17/bin/pygrub," "$dir/eliloader.conf"
}

# What a finished install costs at XAPI, and in which order the record changes.
calls() {
	disk debian12
	vm
	xapi_forget
	boots_disk xapi "8: a finished install in few calls"
	is "$(xapi_methods | tr '\n' ' ')" "session.login_with_password VM.get_by_uuid VM.get_record \
VM.add_to_other_config VM.remove_from_other_config VM.remove_from_other_config VM.set_PV_bootloader \
VM.remove_from_other_config session.logout " "8: in one session, the switch last but one"
}

# XAPI refuses a call of the end, or goes away in it: the start fails, or comes through, and
# the next one brings the install to the same end.
dies() {
	local n word good=0 failed=0

	disk debian12
	echo 'xapi-timeout = 5' >> "$dir/eliloader.conf" # so long it waits for one that is gone
	for n in 4 5 6 7 8; do
		for word in "fail code=INTERNAL_ERROR" exit-after; do
			vm
			xapi_rules "$word at=$n"
			xapi_boot "$uuid" || failed=$((failed + 1))
			xapi_toolstack
			if [ "$word" = exit-after ]; then
				xapi_stop
				rm -f "$dir/sessions" # nobody could be told of their end
				xapi_start "$dir"
			fi
			xapi_rules
			if [ "$(xapi_get "$uuid" PV-bootloader)" != pygrub ] && { ! xapi_boot "$uuid" ||
				! cmp -s "$(xapi_result ramdisk)" "$dir/$disk.ramdisk"; }; then
				diag "$word at $n: $(cat "$dir/said")"
				continue
			fi
			xapi_toolstack
			# what a failed last call leaves means nothing
			case $(left) in
			pygrub | "eliloader-installed=pygrub pygrub") good=$((good + 1)) ;;
			*) diag "$word at $n: $(left)" ;;
			esac
		done
	done
	sed -i '/^xapi-timeout/d' "$dir/eliloader.conf"
	is "$good" 10 "8: a XAPI that fails in each call of the end: the end is the same"
	ok "8: and starts did fail ($failed)" test "$failed" -ge 5
}

# pygrub reads the disks
reader() {
	echo "disk-reader = pygrub" >> "$dir/eliloader.conf"
	disk debian12
	vm
	boots_disk xapi "8: read by pygrub"
	is "$(left)" pygrub "8: and booted by it from now on"
	disk sles11
	vm other-config:install-distro=sleslike other-config:install-arch=x86_64
	boots_disk xapi "8: read by pygrub, SLES 11 without a menu"
	is "$(xapi_get "$uuid" PV-bootloader-args)" "--kernel /boot/vmlinuz-xen --ramdisk /boot/initrd-xen" \
		"8: with domUloader's words"
	DISK=$blank
	vm
	installs xapi "11: read by pygrub, blank"
	disk fedora41-xfs
	fails xapi "13: read by pygrub, which fails and says 0" '^RuntimeError: INVALID_SOURCE .*pygrub'
	is "$(left)" "eliloader-attempts=2 install-distro=rhlike install-round=2 eliloader" "13: nothing changes"
	sed -i '/^disk-reader/d' "$dir/eliloader.conf"
}

ours() {
	disk fedora41-xfs
	vm
	boots_disk xapi "9: XFS v5 and BLS"
	is "$(left)" "eliloader-installed=eliloader eliloader" "9: eliloader stays the bootloader"
	boots_disk xapi "3: the start after that"
	is "$(left)" "eliloader-installed=eliloader eliloader" "3: changes nothing"
	xapi_forget
	boots_disk xapi "3: and the next"
	is "$(xapi_methods | sort -u | tr '\n' ' ')" \
		"VM.get_by_uuid VM.get_record session.login_with_password session.logout " "3: only reads the record"
	# begun anew
	xapi_set "$uuid" other-config:install-round 1
	xapi_set "$uuid" other-config:install-distro rhlike
	installs xapi "5: begun anew"
	is "$(left)" "install-distro=rhlike install-round=2 eliloader" "5: as if for the first time"
	# pygrub boots something else of it: it does not see the flag of the active partition
	disk active
	vm
	boots_disk xapi "9: a disk of which pygrub boots another system"
	is "$(left)" "eliloader-installed=eliloader eliloader" "9: eliloader stays"
	vm other-config:install-bootloader=pygrub
	boots_disk xapi "8: install-bootloader is pygrub, which boots another system"
	is "$(left)" pygrub "8: the word is obeyed"
	like "$(cat "$dir/said")" 'pygrub becomes the bootloader.*another kernel' "8: with a warning"
	disk variables
	vm other-config:install-bootloader=pygrub
	boots_disk xapi "9: install-bootloader is pygrub, which boots nothing"
	is "$(left)" "eliloader-installed=eliloader eliloader" "9: eliloader stays"
	like "$(cat "$dir/said")" 'install-bootloader is pygrub, but eliloader stays' "9: with a warning"
}

no_system() {
	DISK=$blank
	vm
	installs xapi "11: a blank disk"
	is "$(left)" "eliloader-attempts=2 install-distro=rhlike install-round=2 eliloader" "11: is counted"
	disk no-config
	installs xapi "11: a half-written disk"
	is "$(xapi_get "$uuid" other-config:eliloader-attempts)" 3 "11: is counted, too"
	make_partitions
	DISK=$dir/partitions.img
	installs xapi "11: partitions and a file system without a kernel"
	DISK=$blank
	installs xapi "11: the fifth time"
	fails xapi "12: the sixth" \
		'^RuntimeError: INVALID_SOURCE the installer was given out 5 times.*xe vm-param-set uuid=[-0-9a-f]+ other-config:install-round=1'
	is "$(left)" "eliloader-attempts=5 install-distro=rhlike install-round=2 eliloader" "12: nothing changes"
	xapi_set "$uuid" other-config:install-round 1
	installs xapi "5: doing what it said"
	is "$(left)" "install-distro=rhlike install-round=2 eliloader" "5: counts anew"
	disk debian12
	boots_disk xapi "8: and an install that came to its end"
	is "$(left)" pygrub "8: is over"
}

foreign() {
	make_luks
	DISK=$dir/luks.img
	vm
	fails xapi "13: LUKS" '^RuntimeError: INVALID_SOURCE .*encrypted.*other-config:install-round=1'
	make_two_groups || bail "disks with LVM"
	DISK=$dir/two.img
	vm
	fails xapi "13: one volume group is seen, another is not" \
		'^RuntimeError: INVALID_SOURCE .*LVM.*other-config:install-round=1'
	DISK=$dir/one.img
	installs xapi "11: all that it has is seen"
	DISK=$dir/half.img
	installs xapi "11: kernels without a configuration, and a volume group"
	make_links || bail "disks with logical partitions"
	DISK=$dir/links.img
	vm
	installs xapi "11: logical partitions"
	DISK=$dir/unlinked.img
	fails xapi "13: one of them is not seen any more" \
		'^RuntimeError: INVALID_SOURCE .*partition table.*other-config:install-round=1'
	disk rhel9
	vm
	fails xapi "13: a kernel that cannot run" '^RuntimeError: INVALID_SOURCE .*PVH.*other-config:install-round=1'
	is "$(left)" "install-distro=rhlike install-round=2 eliloader" "13: nothing changes"
	disk uki
	fails xapi "13: a unified kernel image" '^RuntimeError: INVALID_SOURCE .*unified kernel image.*other-config:install-round=1'
	# a power cut: the configuration is there, the ramdisk's bytes are not
	local tree=$dir/cut
	os_kernel "$tree/boot/vmlinuz" && : > "$tree/boot/initrd.img"
	printf 'menuentry "x" {\nlinux /boot/vmlinuz\ninitrd /boot/initrd.img\n}\n' |
		text "$tree/boot/grub/grub.cfg"
	fs_ext "$dir/cut.img" 16 "$tree"
	DISK=$dir/cut.img
	fails xapi "13: an empty ramdisk" '^RuntimeError: INVALID_SOURCE .*empty.*other-config:install-round=1'
	is "$(left)" "install-distro=rhlike install-round=2 eliloader" "13: nothing changes then, either"
	# a configuration that nobody can read, and kernels
	tree=$dir/odd
	os_pair "$tree/boot/vmlinuz" "$tree/boot/initrd.img"
	printf 'menuentry "x" {\n\tfrobnicate\n}\n' | text "$tree/boot/grub/grub.cfg"
	cp "$tree/boot/vmlinuz" "$dir/odd.kernel"
	cp "$tree/boot/initrd.img" "$dir/odd.ramdisk"
	fs_ext "$dir/odd.img" 16 "$tree"
	DISK=$dir/odd.img disk=odd
	vm
	boots_disk xapi "10: a configuration without an entry, and kernels"
	is "$(left)" "install-distro=rhlike install-round=2 eliloader" "10: the round stays"
	vm other-config:install-round=7
	fails xapi "14: another round" "there are only rounds 1 and 2"
}

suse() {
	disk sles11
	vm other-config:install-distro=sleslike other-config:install-arch=x86_64 "PV-bootloader-args=--cache=off"
	boots_disk xapi "8: SLES 11 without a menu"
	is "$(left)" pygrub "8: pygrub boots it from now on"
	is "$(xapi_get "$uuid" PV-bootloader-args)" "--kernel /boot/vmlinuz-xen --ramdisk /boot/initrd-xen" \
		"8: with domUloader's words, and none that it does not know"
	vm=sles keys=("install-repository=$www/el7/" install-distro=sleslike install-arch=x86_64 install-round=2)
	boots_disk xl "9: under xl"
	like "$(state)" 'PV-bootloader-args=--kernel /boot/vmlinuz-xen --ramdisk /boot/initrd-xen ' "9: the state keeps them"
	boots_disk xl "3: and again"
	keys=("install-repository=$www/el7/" install-distro=rhlike)
}

# Oracle's Enterprise Linux 5, whose default does not run as PV
oracle() {
	local tree=$dir/oracle

	os_kernel "$tree/boot/vmlinuz-2.6.39-300.el5uek" none
	os_kernel "$tree/boot/vmlinuz-2.6.18-348.el5xen" pv
	os_ramdisk "$tree/boot/initrd-2.6.18-348.el5xen.img"
	cp "$tree/boot/vmlinuz-2.6.18-348.el5xen" "$dir/oracle.kernel"
	cp "$tree/boot/initrd-2.6.18-348.el5xen.img" "$dir/oracle.ramdisk"
	text "$tree/boot/grub/menu.lst" <<- 'END'
		default=0
		timeout=5
		title Oracle Linux Server (2.6.39-300.el5uek)
			root (hd0,0)
			kernel /boot/vmlinuz-2.6.39-300.el5uek ro
			initrd /boot/initrd-2.6.18-348.el5xen.img
		title Oracle Linux Server (2.6.18-348.el5xen)
			root (hd0,0)
			kernel /boot/vmlinuz-2.6.18-348.el5xen ro root=/dev/xvda1
			initrd /boot/initrd-2.6.18-348.el5xen.img
	END
	fs_ext "$dir/oracle.fs" 16 "$tree" "" "" -t ext3
	disk_mbr "$dir/oracle.img" 1 "$dir/oracle.fs"
	DISK=$dir/oracle.img disk=oracle
	vm
	boots_disk xapi "8: Oracle's el5uek is passed over"
	is "$(xapi_get "$uuid" PV-bootloader-args)" "--entry 1" "8: which pygrub is told"
	is "$(left)" pygrub "8: and so boots it"
	vm other-config:install-bootloader=eliloader
	boots_disk xapi "9: the same with eliloader"
	is "$(left)" "eliloader-installed=eliloader eliloader" "9: that stays"
	ok "3: told the words by xenopsd" xapi_boot "$uuid" --entry 1
	same "$(xapi_result kernel)" "$dir/oracle.kernel" "3: it boots the same"
	xapi_toolstack
}

limits() {
	disk debian12
	vm platform:pv-postinstall-kernel-max-size=1000 platform:pv-kernel-max-size=100000000
	fails xapi "limits of after the install hold for the disk" 'RuntimeError: LIMITS'
	vm platform:pv-postinstall-kernel-max-size=100000000 platform:pv-kernel-max-size=1000
	boots_disk xapi "8: also when they are wider"
	is "$(xapi_get "$uuid" platform:pv-kernel-max-size)" 100000000 "8: and become those of the VM"
	ok "8: and go" eval '! xapi_has "$uuid" platform:pv-postinstall-kernel-max-size'
}

xl() {
	vm=web
	DISK=$blank
	installs xl "6: xl, a blank disk"
	like "$(state)" 'install-round=2' "6: the round is kept"
	disk no-config
	installs xl "11: xl, a half-written disk"
	like "$(state)" 'eliloader-attempts=2' "11: is counted"
	disk fedora41-xfs
	boots_disk xl "9: xl, XFS v5 and BLS"
	like "$(state)" 'eliloader-installed=eliloader' "9: the install is over"
	boots_disk xl "3: xl, and again"
	DISK=$blank
	xl_start "$vm" "${keys[@]}"
	is $? 1 "3: xl, a system that was wiped is not installed by itself"
	ok "forgotten" eli --forget web
	installs xl "6: xl, it is a new VM"
	for kind in no-config debian12 partitions luks; do
		rm -f "$dir/state/web.state"
		case $kind in
		partitions | luks) "make_$kind" && DISK=$dir/$kind.img ;;
		*) disk "$kind" ;;
		esac
		fails xl "7: xl, $kind" 'is not empty: .*--set install-round=1'
		ok "7: xl, $kind: no state is kept" test ! -e "$dir/state/web.state"
	done
	keys+=(install-round=1)
	installs xl "5: xl, a word allows it"
	keys=("install-repository=$www/el7/" install-distro=rhlike)
	vm=none keys=()
	disk debian12
	boots_disk xl "1: xl, no keys"
	ok "1: keeps no state" test ! -e "$dir/state/none.state"
	keys=("install-repository=$www/el7/" install-distro=rhlike)
	mkdir -p "$dir/state"
	printf 'PV-bootloader=pygrub\n' > "$dir/state/old.state"
	vm=old
	boots_disk xl "2: xl, a state of eliloader 0.3"
}

if [ $# = 0 ]; then set -- pygrub calls dies reader no_system foreign; fi # others: rounds-layouts.t
for part; do "$part"; done
is "$(xapi_sessions)" 0 "no session is left"
is "$(boot_files)" 0 "no file is left"
done_testing
