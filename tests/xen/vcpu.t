#!/bin/bash
# vcpu.t - a processor that the host gives to a running guest: the shipped udev rule takes it
# into use, and does nothing else: not at boot, not for one that an administrator took out.
# shellcheck source=tests/xen/lib.sh
. "$(dirname "$0")/lib.sh"
send packaging/udev/60-xe-guest-vcpu.rules

dom0_online() { guest cat /sys/devices/system/cpu/online; }
dom0_online_is() { [ "$(dom0_online)" = "$1" ]; }
# dom0_settled : udev has gone through all that it was told
dom0_settled() { guest 'udevadm settle --timeout=30'; }
dom0_has_cpu() { guest 'test -e /sys/devices/system/cpu/cpu1/online'; }

# dom0_plug COUNT : so many from the host's side, which itself has one
dom0_plug() { quiet xl vcpu-set --ignore-host lab "$1" || fail "xl vcpu-set"; }

# shellcheck disable=SC2154 # guest_config: of dom0/lib.sh
# dom0_boot : the rule is there from the start, as after an installation
dom0_boot() {
	guest_put /job/60-xe-guest-vcpu.rules /etc/udev/rules.d/60-xe-guest-vcpu.rules
	# processors are among what udev looks at at boot, as on every real system
	guest 'sed -i "s/--subsystem-match=block/--subsystem-match=cpu &/" \
		/etc/systemd/system/systemd-udev-trigger.service.d/lab.conf; sync'
	guest_destroy
	sed "s/^vcpus = 1/&\nmaxvcpus = 2/" "$guest_config" > /run/two.cfg
	ok "a guest that may have two boots" guest_create /run/two.cfg
	is "$(guest systemctl is-system-running)" running "no unit has failed or waits"
	ok "udev has nothing left to do" dom0_settled
	is "$(dom0_online)" 0 "it has the one that it was started with"
}

dom0_plugged() {
	dom0_plug 2
	ok "the second one is in use" wait_for 20 dom0_online_is 0-1
	is "$(guest nproc)" 2 "programs may use both"
	dom0_plug 1
	ok "it goes" wait_for 20 dom0_online_is 0
	dom0_plug 2
	ok "and comes again" wait_for 20 dom0_online_is 0-1
}

# What the kernel did not add now, but udev was told to look at again.
dom0_taken_out() {
	local how

	guest 'echo 0 > /sys/devices/system/cpu/cpu1/online'
	is "$(dom0_online)" 0 "an administrator takes it out"
	for how in "trigger" "trigger --action=add" "trigger --action=add --subsystem-match=cpu" \
		"trigger --action=online --subsystem-match=cpu" "control --reload"; do
		guest "udevadm $how"
		ok "udevadm $how" dom0_settled
		is "$(dom0_online)" 0 "it stays out"
	done
	guest 'systemctl restart systemd-udevd systemd-udev-trigger'
	ok "udev and its first look at all again" dom0_settled
	is "$(dom0_online)" 0 "it still stays out"
	guest 'echo 1 > /sys/devices/system/cpu/cpu1/online'
	is "$(dom0_online)" 0-1 "until it is taken in"
}

# it was the rule
dom0_without_rule() {
	dom0_plug 1
	wait_for 20 dom0_online_is 0
	guest 'rm /etc/udev/rules.d/60-xe-guest-vcpu.rules; udevadm control --reload'
	dom0_plug 2
	ok "without the rule it comes, too" wait_for 20 dom0_has_cpu
	dom0_settled
	is "$(dom0_online)" 0 "but is not used"
}

dom0_vcpu() {
	dom0_boot
	dom0_plugged
	dom0_taken_out
	dom0_without_rule
}

LIMIT=300 on C-systemd dom0_vcpu
done_testing
