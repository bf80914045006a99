#!/bin/bash
# networkmanager.t - xe-guest-network with the real NetworkManager.
. "$(dirname "$0")/../tap.sh"
need_root
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/scenario.sh"

nm_start
guest nmcli connection add type ethernet ifname eth0 con-name office ipv4.method manual \
	ipv4.addresses 10.9.0.50/24 ipv4.gateway 10.9.0.1 ipv4.dns 10.9.0.53 ipv6.method manual \
	ipv6.addresses fd09::50/64 802-3-ethernet.mtu 1400 > "$logs/add" 2>&1
guest nmcli connection up office > "$logs/up"
is $? 0 "a connection of the administrator's"
backend=NetworkManager
config() {
	(cd "$room/etc/NetworkManager/system-connections" && grep -v '^timestamp=' ./*)
	guest nmcli -t -f NAME connection show --active | grep -v '^lo$'
}

scenario

xgn apply --interface eth0 --ipv4 10.9.0.5/24 --gateway 10.9.0.1
is "$(cat "$room/sys/class/net/eth0/mtu")" 1400 "the MTU stays"
is "$(guest nmcli -g ipv4.dns connection show "xe-guest-network eth0")" 10.9.0.53 "so does the name server"
is "$(guest nmcli -g connection.autoconnect-priority connection show "xe-guest-network eth0")" 999 \
	"ours is the one that a boot brings up"
xgn apply --interface eth0 --ipv4 none

# connections FROM TO : as many more
connections() {
	local n at=$room/etc/NetworkManager/system-connections
	for ((n = $1; n <= $2; n++)); do
		(umask 77 && printf '[connection]\nid=office %d\nuuid=00000000-0000-4000-8000-%012d\ntype=ethernet\ninterface-name=eth%d\n' \
			"$n" "$n" "$n" > "$at/other-$n.nmconnection")
	done
	guest nmcli connection reload
}
connections 1 150
config_before=$(config)
xgn apply --interface eth0 --ipv4 10.9.0.5/24
is "$rc $out" "0 " "among many connections ours is found"
xgn apply --interface eth0 --ipv4 none
back "given back among many"
connections 151 500
config_before=$(config)
xgn apply --interface eth0 --ipv4 10.9.0.5/24
is "$rc" 1 "too many connections"
like "$out" "too many connections" "are said"
back "too many"
rm "$room"/etc/NetworkManager/system-connections/other-*
guest nmcli connection reload

xgn apply --interface eth0 --ipv4 10.9.0.5/24
guest nmcli connection delete office > "$logs/delete"
xgn apply --interface eth0 --ipv4 none
is "$rc $out" "0 " "given back where the old connection has been deleted"
leased() { [[ $(addresses) == 10.9.0.10[0-9]/24* ]]; }
ok "NetworkManager finds another" wait_for 30 leased

xgn apply --interface eth0 --ipv4 10.9.0.5/24
is "$rc $out" "0 " "an address from NetworkManager"
printf '[keyfile]\nunmanaged-devices=interface-name:eth0\n' > "$room/etc/NetworkManager/conf.d/none.conf"
guest nmcli general reload
over_to_networkd "then networkd has the interface"
is "$(guest nmcli -g NAME connection show | grep xe-guest)" "" "and NetworkManager has nothing of ours any more"
done_testing
