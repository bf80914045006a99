#!/bin/bash
# recipes-systemd.t - in a Debian guest on real Xen: the recipes run from their units, and the
# udev rule lets a group use xenstore when it is enabled.
# shellcheck source=tests/xen/lib.sh
. "$(dirname "$0")/lib.sh"
send_program "$O/vm-data"

# as make install puts them, but only these
root=$job_dir/root
mkdir -p "$root/usr/bin" "$root/usr/sbin" "$root/lib/systemd/system" "$root/usr/share/xen-pv-tools"
cp "$O/static/vm-data" "$root/usr/bin/"
cp "$O/static/xe-guest-network" "$root/usr/sbin/"
for name in cloud-seed health-check vm-network; do
	cp "recipes/xe-guest-$name" "$root/usr/sbin/"
	sed 's,@SBINDIR@,/usr/sbin,g' "recipes/xe-guest-$name.service" \
		> "$root/lib/systemd/system/xe-guest-$name.service"
done
cp packaging/udev/xe-guest-xenstore-group.rules.disabled "$root/usr/share/xen-pv-tools/"
send_root

dom0_map() { printf 'vm-data/%s\n' "$@" | vm-data populate --domain lab -; }
dom0_result() { guest "systemctl show --value -p $2 xe-guest-$1"; }
dom0_journal() { guest "journalctl -q -o cat -u xe-guest-$1"; }

dom0_put() {
	ok "the files" guest_unpack /job/root.tar
	guest 'rm -rf /var/lib/cloud; mkdir -p /etc/xe-guest-agent/health-check.d; systemctl daemon-reload'
	is "$(guest 'systemd-analyze verify --man=no xe-guest-cloud-seed.service xe-guest-health-check.service xe-guest-vm-network.service' 2>&1)" "" \
		"systemd-analyze verify has nothing to say"
}

dom0_seed() {
	dom0_map 'metadata=instance-id: i-1' "userdata=$(printf '#cloud-config\n' | base64)" userdata/encoding=base64
	ok "the seed's unit" guest systemctl start xe-guest-cloud-seed
	is "$(guest cat /var/lib/cloud/seed/nocloud/user-data)" '#cloud-config' "has written the seed"
	is "$(guest stat -c '%a%U' /var/lib/cloud/seed/nocloud/user-data)" 600root "for root alone"
	is "$(dom0_journal cloud-seed | grep -ciE 'denied|not permitted')" 0 "the unit denies it nothing"
}

dom0_health() {
	dom0_map xo-backup-health-check=planned
	guest 'printf "#!/bin/sh\nsystemctl is-active -q basic.target\n" > /etc/xe-guest-agent/health-check.d/10-up
		chmod 755 /etc/xe-guest-agent/health-check.d/10-up
		systemctl start xe-guest-health-check'
	is "$(vm-data --domain lab wait xo-backup-health-check --value success --timeout 60)" success \
		"the health check's unit answers"
	like "$(dom0_journal health-check)" "running 10-up" "and says what it did"
	is "$(dom0_result health-check Result)" success "it ends well"
}

# What is applied is static-ip.t's matter, and that of tests/recipes.
dom0_network() {
	dom0_map role=db
	ok "the network's unit, with nothing to do" guest systemctl start xe-guest-vm-network
	is "$(dom0_journal vm-network | grep -c xe-guest-vm-network:)" 0 "and nothing to say"
	dom0_map networks/0/mac=00:16:3e:ff:ff:fe networks/0/type=dhcp
	guest 'systemctl start xe-guest-vm-network 2> /dev/null'
	is "$(dom0_result vm-network Result)" exit-code "for a MAC that no interface has it fails"
	like "$(dom0_journal vm-network | tr '\n' ' ')" "there is no interface with MAC 00:16:3e:ff:ff:fe .*xe-guest-vm-network: interface 0 stays as it was" \
		"and the journal tells why"
}

dom0_device() { guest 'stat -c "%a %G" /dev/xen/xenbus'; }
dom0_device_is() { [ "$(dom0_device)" = "$1" ]; }
# somebody who is in the group: who is not has no group of that name to be in
dom0_as_user() { guest "setpriv --reuid 65534 --regid 65534 $1 vm-data get role 2>&1"; }

dom0_group() {
	dom0_map role=db
	is "$(dom0_device)" "600 root" "the device is root's"
	like "$(dom0_as_user --clear-groups)" "xenstore is not open to this user, but to root" "others are told"
	guest 'groupadd --system xenstore
		cp /usr/share/xen-pv-tools/xe-guest-xenstore-group.rules.disabled \
			/etc/udev/rules.d/60-xe-guest-xenstore-group.rules
		systemctl start systemd-udevd
		udevadm control --reload && udevadm trigger --action=change --name-match=/dev/xen/xenbus'
	ok "with the rule it is the group's, too" wait_for 20 dom0_device_is "660 xenstore"
	is "$(dom0_as_user '--groups xenstore')" db "a member reads vm-data"
	like "$(dom0_as_user --clear-groups)" "xenstore is not open to this user" "others do not"
}

dom0_recipes() {
	dom0_put
	dom0_seed
	dom0_health
	dom0_network
	dom0_group
}

LIMIT=300 on C-systemd dom0_recipes
done_testing
