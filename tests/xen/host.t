#!/bin/bash
# host.t - what the agent tells beside addresses, on real Xen: names, what can be plugged,
# disks, its own health; and what its configuration keeps from the host.
# shellcheck source=tests/xen/lib.sh
. "$(dirname "$0")/lib.sh"
send "$O/static/xe-guest-agent"
send_program "$O/guest-metrics"

dom0_get() { xenstore-read "$(home)/$1" 2> /dev/null; }
dom0_has() { [ "$(dom0_get "$1")" = "$2" ]; }
dom0_lacks() { ! xenstore-exists "$(home)/$1"; }
dom0_is_like() { grep -qE "$2" <<< "$(dom0_get "$1")"; }
dom0_metrics() { guest-metrics --json lab; }
dom0_reload() { guest 'kill -HUP $(cat /run/agent.pid)'; }

dom0_begin() {
	guest_put /job/xe-guest-agent /run/xe-guest-agent
	guest_spawn agent /run/xe-guest-agent -v
	ok "it publishes" wait_for 20 dom0_has attr/vif/0/ipv4/0 10.77.0.2
}

dom0_names() {
	ok "the host name" wait_for 10 dom0_has data/host_name_dns guest
	ok "no domain" dom0_lacks data/domain
	guest hostname web1.example.org
	ok "a new name" wait_for 10 dom0_has data/host_name_dns web1
	ok "with a domain" wait_for 10 dom0_has data/domain example.org
	like "$(dom0_metrics)" '"web1\.example\.org"' "as XAPI shows it"
	guest hostname guest
	ok "the old one again" wait_for 10 dom0_has data/host_name_dns guest
	ok "the domain goes" wait_for 10 dom0_lacks data/domain
}

dom0_plugs() {
	is "$(dom0_get feature/hotplug/vif)" 1 "vifs can be plugged"
	is "$(dom0_get feature/hotplug/vbd)" 1 "disks can be plugged"
	is "$(dom0_get data/service/xe-guest-agent/health)" ok "the agent is well"
	like "$(dom0_metrics)" '"xe-guest-agent/version": *"[0-9]+\.[0-9]+\.[0-9]+' \
		"its version among XAPI's services"
}

# dom0_volume DISK : the number of the volume on it
dom0_volume() {
	xenstore-ls -f "$(home)/data/volumes" 2> /dev/null |
		sed -nE "s,.*/data/volumes/([0-9]+)/extents/0 = \"$1\"\$,\1,p" | head -n 1
}
# dom0_volume_COMPARED DISK KEY VALUE : of a volume that is there
dom0_volume_has() { local n; n=$(dom0_volume "$1") && [ -n "$n" ] && dom0_has "data/volumes/$n/$2" "$3"; }
dom0_volume_is_like() {
	local n
	n=$(dom0_volume "$1") && [ -n "$n" ] && dom0_is_like "data/volumes/$n/$2" "$3"
}
dom0_volume_has_no_free() { ! dom0_volume_is_like "$1" free .; }
dom0_no_volume() { [ -z "$(dom0_volume "$1")" ]; }

dom0_disks() {
	truncate -s 32M /run/xvdb.img
	mke2fs -F /run/xvdb.img > /dev/null
	quiet xl block-attach lab file:/run/xvdb.img xvdb w
	# without udev nobody knows what is on it before it is mounted
	wait_for 20 guest test -b /dev/xvdb
	guest 'modprobe ext4; mount -t ext2 /dev/xvdb /mnt'
	ok "a disk: where it is mounted" wait_for 90 dom0_volume_has xvdb mount_points/0 /mnt
	ok "its length" dom0_volume_has xvdb extents/0/length $((32 << 20))
	ok "the file system's size" wait_for 20 dom0_volume_is_like xvdb size '^3[1-3][0-9]{6}$'
	ok "as what" dom0_volume_has xvdb filesystem ext2
	ok "what is free there" wait_for 20 dom0_volume_is_like xvdb free '^[1-9][0-9]{6,7}$'
	guest umount /mnt
	ok "nothing is free where nothing is mounted" wait_for 90 dom0_volume_has_no_free xvdb
	quiet xl block-detach lab xvdb
	ok "it goes with its disk" wait_for 90 dom0_no_volume xvdb
}

dom0_configuration() {
	vif_attach 00:16:3e:00:00:03 eth1
	guest 'ip addr add 10.77.0.3/24 dev eth1; ip link set eth1 up
		ip addr add 10.78.1.1/24 dev eth0'
	ok "two vifs" wait_for 10 dom0_has attr/vif/1/ipv4/0 10.77.0.3
	ok "two addresses of one" wait_for 10 dom0_has attr/vif/0/ipv4/1 10.78.1.1
	guest 'mkdir -p /etc/xe-guest-agent.conf.d; cd /etc/xe-guest-agent.conf.d
		echo "exclude-interface = eth1" > 10.conf
		printf "exclude-prefix = 10.78.0.0/16\nhost-name = off\n" > 20.conf'
	dom0_reload
	ok "an excluded interface is not shown" wait_for 10 dom0_lacks attr/vif/1
	ok "nor an excluded prefix" wait_for 10 dom0_lacks attr/vif/0/ipv4/1
	ok "nor the names" wait_for 10 dom0_lacks data/host_name_dns
	ok "but all else" dom0_has attr/vif/0/ipv4/0 10.77.0.2
	guest 'cd /etc/xe-guest-agent.conf.d; printf "\nno-such-key = 1\n" > 10.conf; rm 20.conf'
	dom0_reload
	ok "a wrong line is told to the host" \
		wait_for 10 dom0_is_like data/service/xe-guest-agent/health '10\.conf.*2'
	ok "and holds nothing up" wait_for 10 dom0_has attr/vif/1/ipv4/0 10.77.0.3
	guest 'rm -r /etc/xe-guest-agent.conf.d'
	dom0_reload
	ok "all is well again" wait_for 10 dom0_has data/service/xe-guest-agent/health ok
	ok "and there" wait_for 10 dom0_has attr/vif/0/ipv4/1 10.78.1.1
}

dom0_host() {
	dom0_begin
	dom0_names
	dom0_plugs
	dom0_disks
	dom0_configuration
	[ "$tap_bad" = 0 ] || { guest cat /run/agent.log; xenstore-ls -f "$(home)/data"; }
}

LIMIT=300 on C-pv dom0_host
done_testing
