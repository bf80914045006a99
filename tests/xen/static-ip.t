#!/bin/bash
# static-ip.t - addresses that the host sets, on real Xen, in a Debian guest with systemd: dom0
# writes the keys as xenopsd does; the socket-activated helper sets them through the guest's
# systemd-networkd, then through its ifupdown; and again after save and restore.
# The vif is a second one: the first is the lab's own way into the guest.
# shellcheck source=tests/xen/lib.sh
. "$(dirname "$0")/lib.sh"

send_installed

# dom0_vif_path : the guest's place for what the host has to say of the vif
dom0_vif_path() { echo "$(home)/xenserver/device/vif/$devid"; }
dom0_setting() { echo "$(dom0_vif_path)/static-ip-setting"; }
dom0_gone() { ! xenstore-exists "$(dom0_setting)/$1"; }
dom0_error() { echo "$(xenstore-read "$(dom0_setting)/error-code") $(xenstore-read "$(dom0_setting)/error-msg")"; }
dom0_feature() { [ "$(xenstore-read "$(home)/data/lab-feature" 2> /dev/null)" = "$1" ]; }
dom0_journal() { guest 'journalctl -q -o cat -u xe-guest-network -u lab-agent'; }

# dom0_order KEY=VALUE... : in one transaction, as xenopsd's VIF.plug and configure_ipv4
dom0_order() {
	local args=() kv
	for kv; do args+=("$(dom0_setting)/${kv%%=*}" "${kv#*=}"); done
	xenstore-write "${args[@]}"
}

# dom0_plug KEY=VALUE... : the place is the guest's, under xl we have to make it
dom0_plug() {
	xenstore-write "$(dom0_vif_path)" ""
	xenstore-chmod "$(dom0_vif_path)" "n$(domid)"
	dom0_order "mac=$dom0_mac" error-code=0 error-msg= "$@"
}

dom0_addresses() { guest "ip -o addr show dev $netdev scope global" | awk '!/tentative/ {print $4}' | sort | xargs; }
dom0_are() { [ "$(dom0_addresses)" = "$1" ]; }

# dom0_obeyed NAME BEFORE : the orders in turn
dom0_obeyed() {
	dom0_plug enabled=0 enabled6=0
	ok "$1: enabled=0 is obeyed" wait_for 60 dom0_gone enabled6
	is "$(dom0_addresses)" "$2" "$1: and changes nothing"
	dom0_order enabled=1 address=10.78.0.5/24 gateway=10.78.0.1
	ok "$1: a static address" wait_for 60 dom0_gone enabled
	is "$(dom0_error)" "0 " "$1: without error"
	is "$(dom0_addresses)" 10.78.0.5/24 "$1: it is there alone"
	like "$(guest "ip route show default dev $netdev")" "via 10\.78\.0\.1" "$1: with its gateway"
	dom0_order enabled6=1 address6=fd78::5/64
	ok "$1: a static IPv6 address" wait_for 60 dom0_gone enabled6
	is "$(dom0_addresses)" "10.78.0.5/24 fd78::5/64" "$1: beside the other"
	dom0_order enabled=1 address=10.78.0.5/24 gateway=10.79.0.1
	ok "$1: nonsense" wait_for 60 dom0_gone enabled
	like "$(dom0_error)" "^22 IPv4: .*the gateway is not in the address's network" "$1: is told back"
	is "$(dom0_addresses)" "10.78.0.5/24 fd78::5/64" "$1: and nothing has changed"
}

dom0_restored() {
	ok "$1: save and restore" guest_save_restore
	dom0_plug enabled=1 address=10.78.0.5/24 gateway=10.78.0.1 enabled6=1 address6=fd78::5/64
	ok "$1: the toolstack's word after it is obeyed" wait_for 60 dom0_gone enabled6
	ok "$1: all of it" wait_for 60 dom0_gone enabled
	is "$(dom0_error)" "0 " "$1: without error"
	is "$(dom0_addresses)" "10.78.0.5/24 fd78::5/64" "$1: and the addresses are there"
}

dom0_given_back() {
	dom0_order enabled=0 enabled6=0
	ok "$1: giving back" wait_for 60 dom0_gone enabled6
	ok "$1: of both" wait_for 60 dom0_gone enabled
	ok "$1: the guest's own configuration is in force" wait_for 30 dom0_are "$2"
}

# dom0_pair : helper and agent anew, so that the helper looks for its back end
dom0_pair() {
	guest 'systemctl stop xe-guest-agent xe-guest-network.service 2> /dev/null
		systemctl start xe-guest-network.socket && systemctl start xe-guest-agent'
}
dom0_said() { guest 'journalctl -q -o cat -u xe-guest-agent' | grep -q "$1"; }

dom0_setup() {
	ok "the files of make install" guest_unpack /job/root.tar
	ok "the agent's user, and the administrator's consent" \
		guest 'systemd-sysusers && echo "static-addresses = on" > /etc/xe-guest-agent.conf && systemctl daemon-reload'
	ok "a second vif" quiet xl network-attach lab "mac=$dom0_mac,bridge=xenbr0"
	ok "is in the guest" wait_for 30 dom0_has_mac
	devid=$(guest "cat /sys/class/net/$netdev/device/nodename")
	devid=${devid##*/}
	like "$devid" '^[0-9]+$' "it is a vif"
}

dom0_has_mac() {
	netdev=$(guest "grep -l $dom0_mac /sys/class/net/*/address" | cut -d/ -f5)
	[ -n "$netdev" ]
}

dom0_networkd() {
	guest "mkdir -p /etc/systemd/network
		printf '[Match]\nName=$netdev\n[Network]\nAddress=10.78.0.60/24\nIPv6AcceptRA=no\n' > /etc/systemd/network/20-lab.network
		printf '[Match]\nName=enX0\n[Link]\nUnmanaged=yes\n' > /etc/systemd/network/10-lab.network
		systemctl start systemd-networkd"
	ok "networkd has the vif" wait_for 60 dom0_are 10.78.0.60/24
	ok "networkd: helper and agent start" dom0_pair
	ok "networkd: it is the back end" wait_for 30 dom0_said 'through systemd-networkd'
	ok "networkd: the feature is advertised" wait_for 20 dom0_advertised
	dom0_obeyed networkd 10.78.0.60/24
	dom0_restored networkd
	dom0_given_back networkd 10.78.0.60/24
}

# (under xl control is the toolstack's: the key is there as dom0 lets the guest write it)
dom0_advertised() { [ "$(xenstore-read "$(home)/control/feature-static-ip-setting" 2> /dev/null)" = 1 ]; }

dom0_ifupdown() {
	guest "systemctl stop xe-guest-agent xe-guest-network.service systemd-networkd.socket systemd-networkd 2> /dev/null
		rm /etc/systemd/network/*.network; ip addr flush dev $netdev
		printf 'auto $netdev\niface $netdev inet static\n\taddress 10.78.0.70/24\n' > /etc/network/interfaces
		ifup $netdev"
	ok "ifupdown has the vif" wait_for 60 dom0_are 10.78.0.70/24
	ok "ifupdown: helper and agent start" dom0_pair
	ok "ifupdown: it is the back end" wait_for 30 dom0_said 'through ifupdown'
	dom0_obeyed ifupdown 10.78.0.70/24
	dom0_restored ifupdown
	dom0_given_back ifupdown 10.78.0.70/24
}

dom0_confined() {
	local exposure

	exposure=$(guest 'systemd-analyze security --no-pager xe-guest-network' |
		sed -n 's/.*Overall exposure level for [^:]*: \([0-9.]*\).*/\1/p')
	echo "# figure: systemd-analyze security: overall exposure of the network helper $exposure"
	is "$(guest 'journalctl -q -o cat -u xe-guest-network' | grep -ciE 'denied|not permitted|read-only')" 0 \
		"the unit denies the helper nothing that it asks for"
	guest 'systemctl stop xe-guest-agent'
	is "$(guest 'stat -c "%a %U" /run/xe-guest-network/socket')" "600 root" "the socket is root's"
}

dom0_static_ip() {
	local devid netdev dom0_mac=00:16:3e:00:05:01

	dom0_setup
	xenstore-chmod "$(home)/control" "n$(domid)"
	dom0_networkd
	dom0_ifupdown
	dom0_confined
	if [ "$tap_bad" != 0 ]; then
		guest 'journalctl -q -o cat -u xe-guest-network -u xe-guest-agent -u systemd-networkd'
		guest "ip addr; ls -R /etc/systemd/network /etc/network; cat /etc/network/interfaces"
	fi
}

LIMIT=600 on C-systemd dom0_static_ip
done_testing
