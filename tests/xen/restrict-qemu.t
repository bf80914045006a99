#!/bin/bash
# restrict-qemu.t - a real device model on real Xen in a room of xen-restrict: xl starts it
# through qemu-xen-restricted, SeaBIOS boots the guest from its disk and the guest writes to
# its serial port and its disk; what --verify says of the running qemu; its end with the
# domain.  Without libxl's dm_restrict and with it, and then saved and restored, too.
# shellcheck source=tests/xen/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/xen/restrict.sh
. tests/xen/restrict.sh
xen=build/xen
send_program "$O"/{xen-restrict,xenstore-broker,qemu-xen-restricted} \
	$xen/usr/libexec/xen-qemu-system-i386
send "$O/profiles" "$O/libqemu-pty-preload.so" $xen/usr/lib/xen-4.17/boot/hvmloader
mkdir "$job_dir/seabios" "$job_dir/qemu"
cp /usr/share/seabios/bios-256k.bin "$job_dir/seabios/"
mkdir "$job_dir/qemu/keymaps"
cp /usr/share/qemu/keymaps/en-us "$job_dir/qemu/keymaps/"
cp /usr/share/qemu/kvmvapic.bin "$job_dir/qemu/"
# the guest: the boot sector of its disk
as --32 -o "$job_dir/hvm.o" tests/xen/guest/hvm.S || bail "the boot sector"
ld -m elf_i386 -Ttext 0x7c00 --oformat binary -o "$job_dir/hvm.bin" "$job_dir/hvm.o" ||
	bail "the boot sector, linked"

dom0_prepare() {
	dom0_install
	mv /job/bin/qemu-xen-restricted /usr/libexec/xen-pv-tools/
	mv /job/bin/xen-qemu-system-i386 /usr/libexec/
	mv /job/libqemu-pty-preload.so /usr/lib/xen-pv-tools/
	mkdir -p /usr/lib/xen-4.17/boot
	mv /job/hvmloader /usr/lib/xen-4.17/boot/
	mv /job/seabios /job/qemu /usr/share/
	# dm_restrict: the users that libxl gives to device models
	echo 'xen-qemuuser-range-base:x:131072:65534::/:/bin/false' >> /etc/passwd
}

# dom0_config LINE... : of an HVM guest, and a fresh disk
dom0_config() {
	truncate -s 1M /run/hvm.img
	dd if=/job/hvm.bin of=/run/hvm.img conv=notrunc status=none
	printf 'text on the disk\n' | dd of=/run/hvm.img bs=512 seek=1 conv=notrunc status=none
	dd if=/dev/zero of=/run/hvm.img bs=512 seek=2 count=1 conv=notrunc status=none
	chmod 600 /run/hvm.img # root's: it is handed in
	cat > /run/hvm.cfg <<- CFG
		name = "hvm"
		type = "hvm"
		memory = 32
		vcpus = 1
		vga = "none"
		usb = 0
		serial = "pty"
		disk = [ "format=raw,vdev=hda,access=rw,target=/run/hvm.img" ]
		on_crash = "destroy"
		on_reboot = "destroy"
		device_model_version = "qemu-xen"
		device_model_override = "/usr/libexec/xen-pv-tools/qemu-xen-restricted"
	CFG
	printf '%s\n' "$@" >> /run/hvm.cfg
}

dom0_says() { grep -qs "$1" /run/serial; }
dom0_wrote() { [ "$(dd if=/run/hvm.img bs=512 skip=2 count=1 status=none | tr '\0' '\n' | head -n 1)" = "from the guest" ]; }

# dom0_lives NAME : it boots, and its serial port and disk work
dom0_lives() {
	local tty

	tty=$(xenstore-read "/local/domain/$(xl domid hvm)/serial/0/tty")
	like "$tty" '^/dev/pts/[0-9]+$' "$1: its terminal is in the store"
	cat "$tty" > /run/serial &
	reader=$!
	ok "$1: unpaused" xl unpause hvm
	ok "$1: SeaBIOS boots it from its disk" wait_for 60 dom0_says '@@hvm up'
	ok "$1: it reads its disk" wait_for 20 dom0_says 'text on the disk'
	ok "$1: it writes to it" wait_for 20 dom0_says '@@hvm wrote'
	ok "$1: what it wrote is there" wait_for 20 dom0_wrote
	like "$(xl qemu-monitor-command hvm 'info status')" 'running' "$1: qemu answers over QMP"
}

# dom0_verify NAME DOMID BASE : the running qemu, told what its launcher was told
dom0_verify() {
	local said

	said=$(xen-restrict --verify "$qemu" --domid "$2" --user "$3" --profile qemu \
		--bind /usr/share/qemu --bind /usr/share/seabios \
		--bind /usr/lib/xen-pv-tools/libqemu-pty-preload.so:/qemu-pty-preload.so \
		--bind-rw "/run/xen/vnc-room-$2:/vnc" --bind-rw /run/hvm.img --bind-rw /dev/ptmx)
	is $? 0 "$1: --verify passes"
	grep -v '^ok ' <<< "$said" | sed 's/^/# /'
	is "$(grep -c '^ok .*/dev/xen/[a-z]*: proved' <<< "$said")" 5 "$1: all its Xen descriptors are restricted"
	like "$said" '^ok +root +found /empty' "$1: its root is empty"
	is "$(xen-restrict --verify "$qemu" --domid "$(($2 + 1))" --user "$(($3 - 1))" --profile qemu |
		grep -c '^FAIL +descriptor.*/dev/xen/' -E)" 5 "$1: not to another domain"
}

dom0_gone() { ! kill -0 "$1" 2> /dev/null; }

# dom0_ends NAME : with the domain
dom0_ends() {
	ok "$1: xl destroy" quiet xl destroy hvm
	ok "$1: qemu ends" wait_for 20 dom0_gone "$qemu"
	ok "$1: its launcher ends" wait_for 20 dom0_gone "$launcher"
	# shellcheck disable=SC2009 # there is no pgrep in dom0
	is "$(ps | grep -E '[x]enstore-broker|[x]en-restrict|[q]emu-system')" "" "$1: no process is left"
	is "$(find /sys/fs/cgroup -path '*xen-restrict/*' -type d)" "" "$1: nor a control group"
	is "$(find /run/xen-pv-tools/room /run/xen -name '*xs*')" "" "$1: nor a socket"
	kill "$reader" 2> /dev/null
}

# dom0_find : $id, and the processes of its device model
dom0_find() {
	id=$(xl domid hvm)
	qemu=$(pidof xen-qemu-system-i386)
	launcher=$(xenstore-read "/local/domain/$id/image/device-model-pid")
}

# dom0_restored NAME : saved and restored, it is another domain with another qemu
dom0_restored() {
	local before=$id

	ok "$1: xl save" quiet xl save hvm /run/hvm.save
	ok "$1: the old qemu is gone" dom0_gone "$qemu"
	ok "$1: xl restore" quiet xl restore -p /run/hvm.save
	rm -f /run/hvm.save
	dom0_find
	ok "$1: another domain" test "$id" != "$before"
	ok "$1: restored, unpaused" xl unpause hvm
	like "$(xl qemu-monitor-command hvm 'info status')" 'running' "$1: restored, it runs"
}

# dom0_one NAME BASE LINE... : the life of one guest
dom0_one() {
	local name=$1 base=$2 state; shift 2

	dom0_config "$@"
	ok "$name: xl create" quiet xl create -q -p /run/hvm.cfg
	if [ "$tap_bad" != 0 ]; then cat /var/log/xen/qemu-dm-hvm.log; return; fi
	dom0_find
	is "$(sed -n 's/^Uid:\t\([0-9]*\).*/\1/p' "/proc/$qemu/status")" $((base + id)) \
		"$name: qemu runs as a user of the domain's own"
	state=/local/domain/0/device-model/$id/state
	# with dm_restrict libxl asks over QMP, and nobody writes it
	is "$(xenstore-read "$state" 2>&1)" \
		"$([ "$name" = plain ] && echo running || echo "xenstore-read: couldn't read path $state")" \
		"$name: its state"
	dom0_lives "$name"
	dom0_verify "$name" "$id" "$base"
	if [ "$name" = dm_restrict ]; then
		dom0_restored "$name"
		dom0_verify "$name, restored" "$id" "$base"
	fi
	dom0_ends "$name"
}

dom0_qemu() {
	dom0_prepare
	dom0_one plain 1879048192
	dom0_one dm_restrict 131072 'dm_restrict = 1' 'vnc = 0'
}

for machine in ${1:-C-none O-none}; do LIMIT=200 on "$machine" dom0_qemu; done
done_testing
