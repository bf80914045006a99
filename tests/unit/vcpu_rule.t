#!/bin/bash
# The udev rule for added vCPUs, as udev itself reads it, over a made-up /sys.
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/tap.sh
. tests/tap.sh
need_root
udevadm=$PWD/build/xen/bin/udevadm
rule=$PWD/packaging/udev/60-xe-guest-vcpu.rules
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cpu=sys/devices/system/cpu/cpu1

# sys TYPE ONLINE [PROPERTY]: a machine with one CPU more; "" leaves a file out
sys() {
	rm -rf "${dir:?}/sys"
	mkdir -p "$dir/$cpu" "$dir/sys/bus/cpu/devices" "$dir/sys/class"
	ln -s ../../../../bus/cpu "$dir/$cpu/subsystem"
	ln -s ../../../devices/system/cpu/cpu1 "$dir/sys/bus/cpu/devices/cpu1"
	echo "${3:-DRIVER=processor}" > "$dir/$cpu/uevent"
	[ -z "$2" ] || echo "$2" > "$dir/$cpu/online"
	[ -z "$1" ] || { mkdir "$dir/sys/hypervisor" && echo "$1" > "$dir/sys/hypervisor/type"; }
}

# event ACTION: what udev does with it, in a mount namespace where nothing else is
event() {
	# shellcheck disable=SC2016 # the inner shell's
	unshare -m sh -c 'mount --bind "$1/sys" /sys && mkdir -p "$1/rules" "$1/none" &&
		cp "$2" "$1/rules" && mount -t tmpfs none /run && mkdir -p /run/udev/rules.d &&
		cp "$2" /run/udev/rules.d &&
		for d in /etc/udev /lib/udev /usr/lib/udev /usr/local/lib/udev; do
			[ ! -d $d ] || mount --bind "$1/none" $d || exit 1
		done &&
		SYSTEMD_DEVICE_VERIFY_SYSFS=0 timeout 60 "$3" --debug test -a "$4" "/$5"' \
		sh "$dir" "$rule" "$udevadm" "$1" "$cpu" > "$dir/out" 2>&1
}

# check NAME WANTED ACTION TYPE ONLINE [PROPERTY]
check() {
	sys "$4" "$5" "${6:-}"
	event "$3" || { fail "$1"; diag "$(cat "$dir/out")"; return; }
	if ! [ -e "$dir/$cpu/online" ]; then
		is absent "$2" "$1"
	else
		is "$(cat "$dir/$cpu/online")" "$2" "$1"
	fi
}

check "an added vCPU is put to use" 1 add xen 0
check "a coldplug leaves an administrator's alone" 0 add xen 0 SYNTH_UUID=0
check "so does a trigger with a UUID" 0 add xen 0 SYNTH_UUID=7d2c0a6e-0000-4000-8000-000000000001
check "another event does nothing" 0 change xen 0
check "an offline event does nothing" 0 offline xen 0
check "outside Xen nothing is done" 0 add "" 0
check "a CPU that cannot be offline is left alone" absent add xen ""
check "one that is online stays so" 1 add xen 1
sys xen 0
event add
ok "udev reads the rule" grep -q 'Reading rules file: .*60-xe-guest-vcpu.rules' "$dir/out"
ok "and has nothing to say against it" sh -c "! grep -E '60-xe-guest-vcpu.rules:[0-9]+.*(Invalid|Unknown|ignor|Failed)' '$dir/out'"
is "$(grep -vE '^#|^$' "$rule" | grep -cE 'RUN|PROGRAM|IMPORT|WAIT_FOR')" 0 "nothing is run, imported or waited for"
done_testing
