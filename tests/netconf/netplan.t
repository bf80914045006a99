#!/bin/bash
# netplan.t - xe-guest-network where the real netplan makes the files of systemd-networkd.
. "$(dirname "$0")/../tap.sh"
need_root
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/scenario.sh"

netplan_install
cat > "$room/etc/netplan/50-cloud-init.yaml" <<'END'
network:
  version: 2
  renderer: networkd
  ethernets:
    office:
      match: {name: "eth*"} # (a veth has no permanent MAC, which netplan matches)
      mtu: 1400
      addresses: [10.9.0.50/24, "fd09::50/64"]
      nameservers: {addresses: [10.9.0.53]}
      routes: [{to: default, via: 10.9.0.1}]
END
chmod 600 "$room/etc/netplan/50-cloud-init.yaml"
backend=netplan
config() { (cd "$room" && tail -n +1 etc/netplan/* etc/systemd/network/* 2> /dev/null); }
ok "netplan makes its files" guest netplan generate
bus_start
networkd_start

scenario

xgn apply --interface eth0 --ipv4 10.9.0.5/24 --gateway 10.9.0.1
like "$(cat "$room/etc/systemd/network/"*)" "^DNS=10.9.0.53$" "the name server stays"
ok "netplan makes its files anew, as at a boot" guest netplan generate
guest networkctl reload
guest networkctl reconfigure eth0
ok "ours still counts" settled "10.9.0.5/24 fd09::50/64"
xgn apply --interface eth0 --ipv4 none
back "with netplan's new files"

xgn apply --interface eth0 --ipv4 10.9.0.5/24 --gateway 10.9.0.1
mv "$room/usr/sbin/netplan" "$room/usr/sbin/netplan.away"
xgn probe
is "$rc $out" "0 eth0	systemd-networkd" "netplan is removed, its files stay"
xgn apply --interface eth0 --ipv4 10.9.0.6/24 --gateway 10.9.0.1
is "$rc $out" "0 " "another address"
ok "is there" settled "10.9.0.6/24 fd09::50/64"
like "$(cat "$state")" "^backend systemd-networkd$" "through networkd"
xgn apply --interface eth0 --ipv4 none
back "without netplan"
done_testing
