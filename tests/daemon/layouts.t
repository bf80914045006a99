#!/bin/bash
# Which addresses the host sees, in the layouts that this kernel has: each scenario is named
# after what another agent gets wrong there.  What XAPI sees is asked of guest-metrics.
. "$(dirname "$0")/../tap.sh"
. "$(dirname "$0")/agent.sh"

# is_vif IFNAME DEVID, is_card IFNAME (hardware that does not say what it is), is_nothing IFNAME
is_card() { mkdir -p "$root/sys/class/net/$1/device"; }
is_vif() { is_card "$1" && echo "device/vif/$2" > "$root/sys/class/net/$1/device/nodename"; }
is_nothing() { rm -rf "$root/sys/class/net/$1"; }

make_root() {
	rm -rf "${root:?}"/*
	mkdir -p "$root"/{proc/sys/kernel,etc,sys/hypervisor,sys/class/net}
	echo xen > "$root/sys/hypervisor/type"
	echo 6.1.0-lab > "$root/proc/sys/kernel/osrelease"
	printf 'MemTotal:  262144 kB\nMemFree:  1000 kB\nMemAvailable:  131072 kB\n' > "$root/proc/meminfo"
	printf 'ID=debian\nPRETTY_NAME="Debian GNU/Linux 12"\nVERSION_ID="12"\n' > "$root/etc/os-release"
	echo 'xe-guest-agent:x:64321:64321::/:/usr/sbin/nologin' > "$root/etc/passwd"
}

# new_if IFNAME [MAC] : up, its other end with it, no address by itself
new_if() {
	ip link add "$1" ${2:+address "$2"} type veth peer name "p-$1"
	ip link set "$1" addrgenmode none
	ip link set "p-$1" up
	ip link set "$1" up
}
# no_ifs IFNAME... : they and their other ends go
no_ifs() { local i; for i; do ip link del "$i"; is_nothing "$i"; done; }
# new_bridge NAME PORT...
new_bridge() {
	local port
	ip link add "$1" type bridge
	ip link set "$1" addrgenmode none # with `up` in one command it would come too late
	ip link set "$1" up
	for port in "${@:2}"; do ip link set "$port" master "$1"; done
}
v4() { ip addr add "$@"; }
v6() { ip -6 addr add "$@"; }

agent_start() {
	XENSTORED_PATH=$(guest_sock 5) "$agent" --root "$root" 2> "$root/log" &
	agent_pid=$!
	at_exit "kill -KILL $agent_pid 2>/dev/null"
	wait_for 30 xs0 exists /local/domain/5/data/updated
}
agent_stop() { kill -TERM "$agent_pid"; wait "$agent_pid"; }

# What XAPI makes of it: addresses, without the second name of each first one (jq would take
# ten times as long)
networks() {
	xs0 "$O/guest-metrics" --json 5 2> /dev/null | awk -F '"' '/^  "/ {networks = $2 == "networks"}
		/^    "/ && networks && $2 !~ "/ip$" {print $2 "=" $4}' | LC_ALL=C sort | paste -sd ' '
}
sees_now() { seen=$(networks); [ "$seen" = "$1" ]; }
# sees NAME ADDRESSES : soon; as "0/ipv4/0=10.0.0.1", in the order of bytes
sees() {
	wait_for 30 sees_now "$2"
	is "$seen" "$2" "$GROUND: $1"
}
key() { xs0 read "/local/domain/5/$1" 2> /dev/null; }
keys_below() { tree_of 5 | sed -n "s|^$1/\([^ ]*\) = \"\(..*\)\"\$|\1=\2|p" | paste -sd' '; }
why() { "$agent" --dry-run --root "$root" 2>&1 > /dev/null | grep "left out $1 on"; }

aliases_and_peers() {
	new_if eth0
	is_vif eth0 0
	v4 10.0.0.1/24 dev eth0
	v4 10.0.0.2/24 dev eth0 label eth0:1
	v4 192.168.7.7/24 dev eth0 label eth0:web
	sees "labelled aliases are addresses" "0/ipv4/0=10.0.0.1 0/ipv4/1=192.168.7.7 0/ipv4/2=10.0.0.2"
	ip addr flush dev eth0
	v4 10.9.9.1 peer 10.9.9.2/32 dev eth0
	v6 2001:db8::a peer 2001:db8::b dev eth0 nodad
	sees "of a point-to-point link the local address" "0/ipv4/0=10.9.9.1 0/ipv6/0=2001:db8::a"
	ip addr flush dev eth0
	v6 2001:db8:1:: dev eth0 nodad
	sees "an address that ends in :: is whole" "0/ipv6/0=2001:db8:1::"
	ip addr flush dev eth0
	sees "a removed address is gone" ""
}

order() {
	local before
	v6 fe80::1/64 dev eth0 nodad
	sees "a link-local address alone" "0/ipv6/0=fe80::1"
	v6 fd00::1/64 dev eth0 nodad
	v6 2001:db8::1/64 dev eth0 nodad
	sees "is last as soon as there is a better one" "0/ipv6/0=2001:db8::1 0/ipv6/1=fd00::1 0/ipv6/2=fe80::1"
	v4 169.254.1.1/16 dev eth0
	v4 10.0.0.1/24 dev eth0
	sees "of IPv4 too" "0/ipv4/0=10.0.0.1 0/ipv4/1=169.254.1.1 0/ipv6/0=2001:db8::1 0/ipv6/1=fd00::1 0/ipv6/2=fe80::1"
	is "$(xs0 "$O/guest-metrics" --json 5 | jq -r '.networks["0/ip"]')" 10.0.0.1 "$GROUND: the main address is what a user would call it"
	echo 2 > /proc/sys/net/ipv6/conf/eth0/use_tempaddr
	v6 2001:db8:2:0:1:2:3:4/64 dev eth0 mngtmpaddr nodad
	ok "$GROUND: a temporary address" wait_for 30 eval '[ "$(ip -6 addr show dev eth0 temporary -tentative | grep -c inet6)" = 1 ]'
	ok "$GROUND: is told" wait_for 30 eval 'networks | grep -q 0/ipv6/4'
	is "$(key attr/vif/0/ipv6/0) $(key attr/vif/0/ipv6/1)" "2001:db8:2:0:1:2:3:4 2001:db8::1" "$GROUND: after the stable ones"
	like "$(key attr/vif/0/ipv6/2)" '^2001:db8:2:0:' "$GROUND: before the unique-local ones"
	before=$(networks)
	agent_stop
	agent_start
	sees "the same order after a restart" "$before"
	echo 0 > /proc/sys/net/ipv6/conf/eth0/use_tempaddr
	ip addr flush dev eth0
	sees "all gone" ""
}

# As with DHCP leases for months: as many addresses, one after another, each of them told
many_addresses() {
	local i all=() told=0
	for i in {1..15}; do
		v4 "10.0.0.$i/32" dev eth0
		[ "$i" = 1 ] || ip addr del "10.0.0.$((i - 1))/32" dev eth0
		! wait_for 30 sees_now "0/ipv4/0=10.0.0.$i" || told=$((told + 1))
	done
	is "$told" 15 "$GROUND: fifteen addresses over time, one at a time"
	ip addr flush dev eth0
	for i in {11..29}; do v4 "10.0.$i.1/24" dev eth0 && all+=("0/ipv4/$((i - 11))=10.0.$i.1"); done
	sees "nineteen at the same time" "$(printf '%s\n' "${all[@]}" | LC_ALL=C sort | paste -sd' ')"
	ok "$GROUND: and it is still the same process" kill -0 "$agent_pid"
	ip addr flush dev eth0
	sees "none again" ""
}

# A daemon that keeps addresses alive says them anew all the time
nothing_new() {
	local i
	v4 10.0.0.1/24 dev eth0 valid_lft 1000 preferred_lft 1000
	v6 2001:db8::1/64 dev eth0 nodad valid_lft 1000 preferred_lft 1000
	sees "leased addresses" "0/ipv4/0=10.0.0.1 0/ipv6/0=2001:db8::1"
	guest_ctl 5 reset
	for i in {1..5}; do
		ip addr change 10.0.0.1/24 dev eth0 valid_lft "200$i" preferred_lft "200$i"
		ip -6 addr change 2001:db8::1/64 dev eth0 valid_lft "200$i" preferred_lft "200$i"
		ip link set eth0 mtu "140$i"
		ip link set p-eth0 down
		ip link set p-eth0 up
	done
	v4 10.0.0.2/24 dev eth0 # the last change is told, so those before it were seen
	sees "one more" "0/ipv4/0=10.0.0.1 0/ipv4/1=10.0.0.2 0/ipv6/0=2001:db8::1"
	is "$(guest_count 5 WRITE)/$(guest_count 5 RM)" 3/0 "$GROUND: renewed leases and link events write nothing"
	ip addr flush dev eth0
}

held_back() {
	v6 2001:db8::1/64 dev p-eth0 nodad
	v6 2001:db8::1/64 dev eth0
	v6 2001:db8::2/64 dev eth0 nodad preferred_lft 0
	v6 2001:db8::3/64 dev eth0 nodad
	v4 10.0.0.9/24 dev eth0 preferred_lft 0
	v4 10.0.0.10/24 dev eth0
	ok "$GROUND: a duplicate" wait_for 30 eval 'ip -6 addr show dev eth0 | grep -q dadfailed'
	sees "a duplicate and a deprecated address are held back" "0/ipv4/0=10.0.0.10 0/ipv6/0=2001:db8::3"
	like "$(why 2001:db8::1)" 'eth0: another host has it' "$GROUND: with a reason"
	ip addr flush dev p-eth0
	ip addr flush dev eth0
	sees "nothing is left of it" ""
}

# What ends by itself, as when a router or a DHCP server falls silent
lifetimes() {
	v4 10.0.0.1/24 dev eth0 valid_lft 1000 preferred_lft 1
	v6 2001:db8::1/64 dev eth0 nodad valid_lft 1000 preferred_lft 1
	v4 10.0.0.2/24 dev eth0
	v6 2001:db8::2/64 dev eth0 nodad
	sees "addresses whose preferred lifetime ends" "0/ipv4/0=10.0.0.2 0/ipv6/0=2001:db8::2"
	ip addr change 10.0.0.1/24 dev eth0 valid_lft 1000 preferred_lft 1000
	ip -6 addr change 2001:db8::1/64 dev eth0 valid_lft 1000 preferred_lft 1000
	sees "they come back with a new lease" "0/ipv4/0=10.0.0.1 0/ipv4/1=10.0.0.2 0/ipv6/0=2001:db8::2 0/ipv6/1=2001:db8::1"
	ip addr flush dev eth0
	sees "and go" ""
}

# Names mean nothing: neither a prefix nor the number in them
names() {
	ip link set eth0 down
	ip link set eth0 name lan0
	is_nothing eth0
	is_vif lan0 0
	ip link set lan0 up
	v4 10.0.0.1/24 dev lan0
	new_if eth7
	is_vif eth7 1
	new_if enX1 00:16:3e:00:00:0a
	is_vif enX1 10
	new_if eth1 # no vif
	v4 10.0.7.1/24 dev eth7
	v4 10.0.10.1/24 dev enX1
	v4 10.0.1.1/24 dev eth1
	sees "renamed, unordered, and one that only has the name" "0/ipv4/0=10.0.0.1 1/ipv4/0=10.0.7.1 10/ipv4/0=10.0.10.1"
	is "$(key attr/vif/0/name) $(key attr/vif/1/name) $(key attr/vif/10/name)" "lan0 eth7 enX1" "$GROUND: the names are told"
	is "$(key attr/vif/10/mac/0) $(key attr/vif/10/ipv4/0/prefix)" "00:16:3e:00:00:0a 24" "$GROUND: so are MAC address and prefix length"
	is "$(key attr/eth10/ip) $(key attr/eth1/ip)" "10.0.10.1 10.0.7.1" "$GROUND: XenServer until 7.2 has its keys, by the vif's number"
	like "$(why 10.0.1.1)" 'eth1: its interface is of kind veth, with no vif underneath' "$GROUND: what is left out has a reason"
	no_ifs eth1 enX1
	sees "a vif that is gone takes its keys along" "0/ipv4/0=10.0.0.1 1/ipv4/0=10.0.7.1"
	is "$(keys_below attr/vif/10)$(keys_below attr/eth10)" "" "$GROUND: all of them"
	ip addr flush dev eth7
	sees "so does one without addresses" "0/ipv4/0=10.0.0.1"
	is "$(keys_below attr/vif/1)" "" "$GROUND: a child of attr/vif would hide what others wrote"
	no_ifs lan0 eth7
}

bridges() {
	new_if eth0
	is_vif eth0 4
	new_if eth1
	is_vif eth1 3
	v4 10.0.0.1/24 dev eth0
	v6 fe80::1/64 dev eth0 nodad
	sees "before there is a bridge" "4/ipv4/0=10.0.0.1 4/ipv6/0=fe80::1"
	new_bridge br0 eth0
	ip addr del 10.0.0.1/24 dev eth0
	v4 10.0.0.1/24 dev br0
	v4 10.0.0.9/24 dev br0
	sees "a bridge's addresses are its port's" "4/ipv4/0=10.0.0.1 4/ipv4/1=10.0.0.9 4/ipv6/0=fe80::1"
	is "$(key attr/vif/4/name)" eth0 "$GROUND: under the vif's own name"
	ip link set eth1 master br0
	sees "of two ports the lower number" "3/ipv4/0=10.0.0.1 3/ipv4/1=10.0.0.9 4/ipv6/0=fe80::1"
	ip link set eth1 nomaster
	sees "a port that leaves" "4/ipv4/0=10.0.0.1 4/ipv4/1=10.0.0.9 4/ipv6/0=fe80::1"
	new_bridge docker0
	new_if veth1
	ip link set veth1 master docker0
	v4 172.17.0.1/16 dev docker0
	v4 172.17.0.2/16 dev veth1
	v4 10.0.1.1/24 dev eth1
	sees "containers' bridge and veth stay outside" "3/ipv4/0=10.0.1.1 4/ipv4/0=10.0.0.1 4/ipv4/1=10.0.0.9 4/ipv6/0=fe80::1"
	like "$(why 172.17.0.1)" 'docker0: its interface is of kind bridge, with no vif underneath' "$GROUND: with a reason"
	no_ifs docker0 veth1 br0 eth1
	sees "without its bridge" "4/ipv6/0=fe80::1"
	no_ifs eth0
}

stacks() {
	new_if eth0
	is_vif eth0 0
	new_bridge br0 eth0
	ip link add mv0 link br0 type macvlan mode bridge
	ip link set mv0 addrgenmode none
	ip link set mv0 up
	ip link add mvt0 link br0 type macvtap mode bridge
	ip link set mvt0 addrgenmode none
	ip link set mvt0 up
	v4 10.0.0.1/24 dev mv0
	v4 10.0.1.1/24 dev mvt0
	sees "macvlan and macvtap on a bridge on a vif" "0/ipv4/0=10.0.0.1 0/ipv4/1=10.0.1.1"
	ip link add vx0 type vxlan id 7 dstport 4789 local 10.0.0.1 dev br0
	ip link set vx0 addrgenmode none
	ip link set vx0 up
	ip tuntap add tap0 mode tap
	ip link set tap0 addrgenmode none
	v4 10.1.0.1/24 dev vx0
	v4 10.2.0.1/24 dev tap0
	v4 10.0.0.2/24 dev mv0
	sees "a vxlan and a tap stay outside" "0/ipv4/0=10.0.0.1 0/ipv4/1=10.0.1.1 0/ipv4/2=10.0.0.2"
	ip link set eth0 nomaster
	sees "what lost its vif as well" ""
	ip link set eth0 master br0
	sees "and comes back with it" "0/ipv4/0=10.0.0.1 0/ipv4/1=10.0.1.1 0/ipv4/2=10.0.0.2"
	no_ifs vx0 tap0 mv0 mvt0 br0
}

# Another network namespace is another machine
namespaces() {
	local pid
	v4 10.0.0.1/24 dev eth0
	ip link add mv0 link eth0 type macvlan
	v4 10.0.1.1/24 dev mv0
	new_if eth1
	is_vif eth1 1
	v4 10.0.2.1/24 dev eth1
	sees "two vifs" "0/ipv4/0=10.0.0.1 0/ipv4/1=10.0.1.1 1/ipv4/0=10.0.2.1"
	unshare --net sleep 1000 &
	pid=$!
	at_exit "kill -KILL $pid 2>/dev/null"
	wait_for 30 eval '! [ "/proc/$pid/ns/net" -ef /proc/self/ns/net ] && [ "$(readlink /proc/$pid/exe)" != "$(readlink /proc/$$/exe)" ]'
	ip link set eth1 netns "$pid"
	sees "one that was moved away" "0/ipv4/0=10.0.0.1 0/ipv4/1=10.0.1.1"
	nsenter -t "$pid" -n ip link add mv1 link eth1 type macvlan
	nsenter -t "$pid" -n ip link set mv1 netns $$
	v4 10.0.3.1/24 dev mv1
	ip addr del 10.0.0.1/24 dev eth0
	sees "what is made on one elsewhere is not ours" "0/ipv4/0=10.0.1.1"
	no_ifs mv0 mv1 eth0
	kill -KILL "$pid"
	wait "$pid" 2> /dev/null
	is_nothing eth1
	sees "nothing is left" ""
}

# Hardware without a nodename: the host knows it by its MAC address
cards() {
	domain_vif 5 6 00:16:3e:00:00:66
	new_if ens6 00:16:3e:00:00:66
	is_card ens6
	new_if copy0 00:16:3e:00:00:66 # no hardware
	v4 10.0.6.1/24 dev ens6
	v4 10.0.9.2/24 dev copy0
	sees "an emulated card is the vif with its MAC address" "6/ipv4/0=10.0.6.1"
	is "$(key attr/vif/6/name) $(key attr/eth6/ip)" "ens6 10.0.6.1" "$GROUND: with all its keys"
	guest_ctl 5 reset
	v4 10.0.6.2/24 dev ens6
	sees "one more on the card" "6/ipv4/0=10.0.6.1 6/ipv4/1=10.0.6.2"
	is "$(guest_count 5 READ)/$(guest_count 5 DIRECTORY)" 0/0 "$GROUND: what is known of the host is not asked again"
	domain_unvif 5 6
	domain_vif 5 8 00:16:3e:00:00:66
	kill -HUP "$agent_pid"
	sees "but at SIGHUP" "8/ipv4/0=10.0.6.1 8/ipv4/1=10.0.6.2"
	domain_unvif 5 8
	domain_vif 5 6 00:16:3e:00:00:66
	kill -HUP "$agent_pid"
	sees "once more" "6/ipv4/0=10.0.6.1 6/ipv4/1=10.0.6.2"
	new_if usb0 00:16:3e:00:00:34
	is_card usb0
	v4 10.0.9.1/24 dev usb0
	ok "$GROUND: the host is asked for another card" wait_for 30 eval '[ "$(guest_count 5 DIRECTORY)" -ge 2 ]'
	like "$(why 10.0.9.1)" 'usb0: its interface is no vif, and no device of the host has its MAC' "$GROUND: which is left out"
	domain_vif 5 9 00:16:3e:00:00:34
	sees "until the host tells of it, after the kernel did" "6/ipv4/0=10.0.6.1 6/ipv4/1=10.0.6.2 9/ipv4/0=10.0.9.1"
	domain_unvif 5 9
}

# (Only XAPI gives VFs to guests; xl has nowhere to tell of them.)
virtual_functions() {
	local vf=/local/domain/5/xenserver/device/net-sriov-vf
	xs0 write "$vf/3/mac" 00:16:3E:00:00:33 "$vf/6/mac" 00:16:3e:00:00:66 "$vf/x/mac" 00:16:3e:00:00:34 \
		"$vf/4/mac" nonsense "$vf/5" '' "$vf/7/mac/x" 00:16:3e:00:00:34
	new_if enp5s0 00:16:3e:00:00:33
	is_card enp5s0
	v4 10.0.3.1/24 dev enp5s0
	v6 2001:db8::3/64 dev enp5s0 nodad
	sees "a VF of any name" "3/ipv4/0=10.0.3.1 3/ipv6/0=2001:db8::3 6/ipv4/0=10.0.6.1 6/ipv4/1=10.0.6.2"
	is "$(keys_below xenserver/attr/net-sriov-vf)" \
		"3/ipv4/0=10.0.3.1 3/ipv4/0/prefix=24 3/ipv6/0=2001:db8::3 3/ipv6/0/prefix=64 3/mac/0=00:16:3e:00:00:33 3/name=enp5s0" \
		"$GROUND: has its own place"
	is "$(key attr/eth3/ip)" "" "$GROUND: and no keys of an old host"
	new_bridge br0 enp5s0
	v4 10.0.3.9/24 dev br0
	sees "a bridge over a VF" "3/ipv4/0=10.0.3.1 3/ipv4/1=10.0.3.9 3/ipv6/0=2001:db8::3 6/ipv4/0=10.0.6.1 6/ipv4/1=10.0.6.2"
	ip link set ens6 master br0
	sees "a vif comes before a VF" \
		"3/ipv4/0=10.0.3.1 3/ipv6/0=2001:db8::3 6/ipv4/0=10.0.6.1 6/ipv4/1=10.0.3.9 6/ipv4/2=10.0.6.2"
	no_ifs br0 enp5s0
	sees "a VF that is gone" "6/ipv4/0=10.0.6.1 6/ipv4/1=10.0.6.2"
	is "$(keys_below xenserver/attr)" "" "$GROUND: takes its keys along"
	xs0 rm "$vf"
}

no_cards() {
	no_ifs ens6 usb0 copy0
	sees "all cards gone" ""
	domain_unvif 5 6
}

# What another agent, or this one before it was killed, left behind
stale_keys() {
	new_if eth0
	is_vif eth0 0
	v4 10.0.0.1/24 dev eth0
	sees "an agent at work" "0/ipv4/0=10.0.0.1"
	kill -KILL "$agent_pid"
	wait "$agent_pid" 2> /dev/null
	xsg 5 write attr/vif/0/ipv4/3 9.9.9.9 attr/vif/0/ipv4/3/prefix 8 attr/vif/0/ipv6/0 fe80::9 \
		attr/vif/7/ipv4/0 7.7.7.7 attr/vif/7/name old attr/vif/7/mac/0 x attr/vif/1 '' \
		attr/eth7/ip 7.7.7.7 attr/eth0/ipv6/0/addr fe80::9
	[ "$TOOLSTACK" != xenopsd ] || xsg 5 write xenserver/attr/net-sriov-vf/2/ipv4/0 2.2.2.2
	ip addr del 10.0.0.1/24 dev eth0
	v4 10.0.0.2/24 dev eth0
	agent_start
	sees "nothing stale is left after a restart" "0/ipv4/0=10.0.0.2"
	is "$(tree_of 5 | grep -oE '^(attr/(vif|eth[0-9]*)|xenserver/attr/net-sriov-vf)[^ ]*' | paste -sd' ')" \
		"attr/eth0 attr/eth0/ip attr/vif attr/vif/0 attr/vif/0/ipv4 attr/vif/0/ipv4/0 attr/vif/0/ipv4/0/prefix attr/vif/0/mac attr/vif/0/mac/0 attr/vif/0/name" \
		"$GROUND: not even an empty node"
	no_ifs eth0
}

body() {
	make_root
	domain_new 5 "$TOOLSTACK"
	domain_vif 5 0 00:16:3e:00:00:01
	guest_bus 5
	ok "$GROUND: a guest without an interface" agent_start
	aliases_and_peers
	order
	many_addresses
	nothing_new
	held_back
	[ "$GROUND" != O/xenopsd ] || lifetimes # it takes a second
	names
	bridges
	stacks
	namespaces
	cards
	[ "$TOOLSTACK" != xenopsd ] || virtual_functions
	no_cards
	stale_keys
	is "$(grep -cE 'cannot|<[34]>' "$root/log")" 0 "$GROUND: nothing was complained about"
	agent_stop
	is $? 0 "$GROUND: it ends as ever"
	domain_destroy 5
}
for_each_ground body
done_testing
