#!/bin/bash
# vm-network-real.t - xe-guest-vm-network with the real xe-guest-network and Debian's ifupdown:
# what the host puts into vm-data is on the interface.
set -u
# shellcheck source-path=SCRIPTDIR source=../tap.sh
. "$(dirname "$0")/../tap.sh"
need_root
# shellcheck source-path=SCRIPTDIR source=../netconf/lib.sh
. "$(dirname "$0")/../netconf/lib.sh"
# the store is where the room sees it: its /tmp
export TMPDIR=$room/tmp
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

GROUND=ifupdown
ifupdown_install
cat > "$room/etc/network/interfaces" <<'END'
auto eth0
iface eth0 inet static
	address 10.9.0.50/24
END
guest ifup eth0
ln -s "$O/xe-guest-network" "$tmp/bin/xe-guest-network"

# network : the recipe in the room; RC, ERR
network() {
	guest env XENSTORED_PATH="${GUEST_SOCK#"$room"}" PATH="${tmp#"$room"}/bin:$PATH" \
		"$RECIPES/xe-guest-vm-network" > "$tmp/out" 2> "$tmp/err"
	RC=$?
	ERR=$(< "$tmp/err")
}

body() {
	domain_new 5 "$TOOLSTACK"
	guest_bus 5
	set_keys networks/0/mac=00:16:3e:00:00:01 networks/0/type=static networks/0/ip=10.9.0.5 \
		networks/0/netmask=255.255.255.0 networks/0/gateway=10.9.0.1 \
		networks/0/type6=static networks/0/ip6=fd09::5 networks/0/prefix6=64
	network
	is "$RC:$(addresses)" "0:10.9.0.5/24 fd09::5/64" "$GROUND: the addresses that the host wants"
	is "$(gateway4)" 10.9.0.1 "$GROUND: and the gateway"
	network
	is "$RC:$ERR" "0:" "$GROUND: a second start does nothing"
	set_key networks/0/ip 10.9.0.300
	network
	is "$RC:$(addresses)" "1:10.9.0.5/24 fd09::5/64" "$GROUND: what is no address changes nothing"
	like "$ERR" "10\.9\.0\.300" "$GROUND: and is told"
	set_key networks/0/type none
	set_key networks/0/type6 none
	network
	is "$RC:$(addresses)" "0:10.9.0.50/24" "$GROUND: none: as the system has it"
}

GROUND_TOOLSTACKS=xenopsd for_each_ground body
done_testing
