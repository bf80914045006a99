#!/bin/bash
# networkd.t - xe-guest-network with the real systemd-networkd.
. "$(dirname "$0")/../tap.sh"
need_root
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/scenario.sh"

net=$room/etc/systemd/network
own=$net/00-00-xe-guest-network-eth0.network
cat > "$net/20-wired.network" <<'END'
[Match]
Name=eth*

[Link]
MTUBytes=1400

[Network]
Address=10.9.0.50/24
Gateway=10.9.0.1
Address=fd09::50/64
DNS=10.9.0.53
LLMNR=no
END
mkdir "$net/20-wired.network.d"
printf '[Network]\nDomains=example.org\n' > "$net/20-wired.network.d/dns.conf"
backend=systemd-networkd
config() { (cd "$net" && tail -n +1 -- *.network */*); }
bus_start
networkd_start

scenario

xgn apply --interface eth0 --ipv4 10.9.0.5/24 --gateway 10.9.0.1
is "$(cat /sys/class/net/eth0/mtu 2> /dev/null || ip -o link show eth0 | sed 's/.*mtu \([0-9]*\).*/\1/')" 1400 "the MTU stays"
like "$(cat "$own")" "^DNS=10.9.0.53$" "so does the name server"
like "$(cat "$own")" "^Domains=example.org$" "so does what a drop-in says"
xgn apply --interface eth0 --ipv4 none

mv "$net/20-wired.network" "$net/00-00-a.network"
mv "$net/20-wired.network.d" "$net/00-00-a.network.d"
guest networkctl reload
ok "a file that sorts before ours" settled "$had"
config_before=$(config)
named() { grep -qs "NETWORK_FILE=/etc/systemd/network/00-00-a.network" "$room"/run/systemd/netif/links/*; }
ok "is what networkd uses" wait_for 10 named
xgn apply --interface eth0 --ipv4 10.9.0.5/24
is "$rc" 3 "is not overridden"
like "$out" "sorts before" "which is said"
back "a file before ours"
done_testing
