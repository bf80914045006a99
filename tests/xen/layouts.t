#!/bin/bash
# layouts.t - addresses on what is built on top of vifs, as XAPI would show them (that is
# guest-metrics in dom0), with real bonds, teams, VLANs and the like: what belongs to which
# vif, what to none, and that it stays true when the guest is saved or migrated meanwhile.
# shellcheck source=tests/xen/lib.sh
. "$(dirname "$0")/lib.sh"
send "$O/static/xe-guest-agent"
send_program "$O/guest-metrics"

# What scripts in the guest begin with.  eth0 is how dom0 reaches it, eth1 and eth2 are the
# vifs to build on.
cat > "$job_dir/words" <<- 'END'
	set -e
	ip() { /bin/ip "$@"; } # not busybox's, which its sh would take
	# address INTERFACE N : the addresses number N, on an interface that then is up
	address() {
		ip link set "$1" up
		ip addr add "10.78.$2.1/24" dev "$1"
		ip addr add "2001:db8:78:$2::1/64" dev "$1" nodad
	}
	# ports MASTER INTERFACE... : a bond and a team want them down
	ports() {
		local master=$1 port; shift
		ip link set "$master" up
		for port; do
			ip link set "$port" down
			ip link set "$port" master "$master"
			ip link set "$port" up
		done
	}
	bond() { ip link add "$1" type bond mode active-backup miimon 100 && ports "$@"; }
	bridge() { ip link add "$1" type bridge && ports "$@"; }
	vlan() { ip link add link "$1" name "$2" type vlan id "$3" && ip link set "$2" up; }
	# fresh : nothing on eth1 and eth2 any more
	fresh() {
		local path name
		for path in /sys/class/net/*; do
			name=${path##*/}
			# a pair, or what is stacked, goes with the other one
			case " $(cat /run/kept) " in
			*" $name "*) ;;
			*) [ ! -d "$path" ] || [ ! -e "$path/ifindex" ] || ip link del "$name" ;;
			esac
		done
		for name in eth1 eth2; do
			ip link set "$name" nomaster
			ip addr flush dev "$name"
			ip link set "$name" up
		done
	}
	END

# Addresses come and go without a pause, until told to stop: up to 40 at a time, and with the
# first one of a network all others of it go.  With busybox's ip, which starts sooner.
cat > "$job_dir/storm" <<- 'END'
	i=0
	while [ ! -e /run/storm.end ]; do
		i=$((i + 1))
		ip addr add 10.79.$((i % 8)).$((i % 5 + 1))/24 dev bd1.7
		ip addr del 10.79.$((i * 3 % 8)).$((i % 5 + 1))/24 dev bd1.7
		echo $i > /run/storm.new
		mv /run/storm.new /run/storm.count
	done 2> /dev/null
	touch /run/storm.over
END

# dom0_guest SCRIPT
dom0_guest() { guest ". /run/words; $*"; }

dom0_agent() { guest_spawn agent /run/xe-guest-agent -v; }

# dom0_networks : the map of XAPI, one KEY=ADDRESS a line; N/ip repeats one of them
dom0_networks() {
	guest-metrics --json lab |
		sed -nE 's,^ *"([0-9]+/ipv[46]/[0-9]+)": *"([^"]*)".*,\1=\2,p' | sort -V
}
dom0_networks_are() { [ "$(dom0_networks)" = "$1" ]; }

# dom0_shows NAME KEY=ADDRESS... : these, and no other one beside that of eth0
dom0_shows() {
	local name=$1 wanted; shift

	wanted=$(printf '%s\n' 0/ipv4/0=10.77.0.2 "$@")
	wait_for 10 dom0_networks_are "$wanted"
	is "$(dom0_networks)" "$wanted" "$name"
}

# dom0_layout NAME SCRIPT KEY=ADDRESS... : the addresses of the layout before are gone, too
dom0_layout() {
	local name=$1 script=$2; shift 2

	dom0_guest "fresh; $script" || fail "$name: the guest can build it"
	dom0_shows "$name" "$@"
}
# dom0_on DEVID NAME N SCRIPT : a layout whose addresses number N belong to that vif
dom0_on() {
	dom0_layout "$2" "$4" "$1/ipv4/0=10.78.$3.1" "$1/ipv6/0=2001:db8:78:$3::1"
}

# What has no vif underneath is there all the time: what leaks in would be seen each time.
# No link-local addresses, whose place in the lists is another test's; and no vif answers for
# the address of another one, or dom0 would take a port of a bond for the way to the guest.
dom0_begin() {
	guest_put /job/words /run/words
	guest_put /job/xe-guest-agent /run/xe-guest-agent
	dom0_guest 'echo 1 > /proc/sys/net/ipv6/conf/default/addr_gen_mode
		echo 1 > /proc/sys/net/ipv4/conf/all/arp_ignore
		ip -6 addr flush dev eth0'
	vif_attach 00:16:3e:00:00:03 eth1
	vif_attach 00:16:3e:00:00:04 eth2
	ok "interfaces without a vif" dom0_guest '
		ip link add docker0 type bridge; address docker0 101
		ip link add va type veth peer name vb; address va 102; address vb 103
		ip link set va master docker0
		ip link add link docker0 name docker0.5 type vlan id 5; address docker0.5 104
		ip link add dm0 type dummy; address dm0 105
		ip link add link dm0 name mvd type macvlan mode bridge; address mvd 106
		ip link add dm1 type dummy; bond bdd dm1; address bdd 107
		modprobe tun; ip tuntap add tun0 mode tun; ip link set tun0 up
		ip addr add 10.78.108.1 peer 10.78.108.2 dev tun0
		ip tuntap add tap0 mode tap; address tap0 109
		ip link add vx0 type vxlan id 5 dev eth1 dstport 4789; address vx0 110
		ip link add vrf9 type vrf table 9; address vrf9 111
		cd /sys/class/net; echo * > /run/kept'
	is "$(dom0_guest 'ip -o addr show to 10.78.0.0/16 | wc -l')" 11 "all have addresses"
	dom0_agent
	dom0_shows "none of them is shown"
}

dom0_one_level() {
	dom0_on 1 "a vif" 1 'address eth1 1'
	dom0_on 1 "a bridge, with a tap beside the vif" 2 'ip tuntap add tap1 mode tap
		bridge br1 tap1 eth1; address br1 2'
	dom0_on 1 "a bond of two vifs: the lowest" 3 'bond bd1 eth2 eth1; address bd1 3'
	dom0_on 1 "a team of two vifs: the lowest" 4 'ip link add tm1 type team
		ports tm1 eth2 eth1; address tm1 4'
	dom0_on 1 "a VLAN" 5 'vlan eth1 eth1.7 7; address eth1.7 5'
	dom0_on 2 "a macvlan" 6 'ip link add link eth2 name mv1 type macvlan mode bridge; address mv1 6'
	dom0_on 2 "a macvtap" 7 'ip link add link eth2 name mt1 type macvtap; address mt1 7'
	dom0_on 1 "an ipvlan" 8 'ip link add link eth1 name iv1 type ipvlan mode l2; address iv1 8'
	dom0_on 1 "an ipvtap" 9 'ip link add link eth1 name it1 type ipvtap mode l2; address it1 9'
	dom0_layout "a VRF, and a port of it with its own" 'ip link add vrf1 type vrf table 10
		ip link set vrf1 up; ip link set eth1 master vrf1
		address eth1 10; address vrf1 11' \
		1/ipv4/{0=10.78.10.1,1=10.78.11.1} 1/ipv6/{0=2001:db8:78:10::1,1=2001:db8:78:11::1}
	dom0_layout "two vifs with addresses of their own, one a port" 'bridge br1 eth2
		address eth1 12; address eth2 13' \
		1/ipv4/0=10.78.12.1 1/ipv6/0=2001:db8:78:12::1 \
		2/ipv4/0=10.78.13.1 2/ipv6/0=2001:db8:78:13::1
}

dom0_stacks() {
	dom0_on 1 "a VLAN on a bond" 21 'bond bd1 eth2 eth1; vlan bd1 bd1.7 7; address bd1.7 21'
	dom0_on 1 "a bridge on a VLAN on a bond" 22 'bond bd1 eth2 eth1; vlan bd1 bd1.7 7
		bridge br1 bd1.7; address br1 22'
	dom0_on 2 "a macvlan on a bridge" 23 'bridge br1 eth2
		ip link add link br1 name mv1 type macvlan mode bridge; address mv1 23'
	dom0_on 1 "an ipvlan on a VLAN on a team" 24 'ip link add tm1 type team
		ports tm1 eth2 eth1; vlan tm1 tm1.7 7
		ip link add link tm1.7 name iv1 type ipvlan mode l3; address iv1 24'
	dom0_on 1 "a VRF of a VLAN on a bond" 25 'bond bd1 eth2 eth1; vlan bd1 bd1.7 7
		ip link add vrf1 type vrf table 10; ip link set bd1.7 master vrf1; address vrf1 25'
	dom0_on 2 "a VLAN in a VLAN" 26 'vlan eth2 eth2.7 7; vlan eth2.7 eth2.7.8 8
		address eth2.7.8 26'
	dom0_on 1 "a bridge of a bridge's veth, and of a vif" 27 'bridge br1 eth2
		ip link add v1 type veth peer name v2; ip link set v1 master br1
		ip link set v1 up; bridge br2 v2 eth1; address br2 27'
	dom0_layout "a bridge that only a veth joins to one with a vif" 'bridge br1 eth2
		ip link add v1 type veth peer name v2; ip link set v1 master br1
		ip link set v1 up; bridge br2 v2; address br2 28'
}

# A name says nothing; what is in another namespace is not here.
dom0_moves() {
	dom0_on 2 "a vif called lan0" 31 'ip link set eth2 down; ip link set eth2 name lan0
		address lan0 31'
	dom0_guest 'ip addr flush dev lan0; ip link set lan0 down; ip link set lan0 name eth2'
	dom0_on 1 "a macvlan and a VLAN" 32 'vlan eth1 eth1.7 7; address eth1.7 32
		ip netns add n1; ip link add link eth2 name mv1 type macvlan mode bridge'
	dom0_guest 'address mv1 33'
	dom0_shows "and one more" 1/ipv4/0=10.78.32.1 1/ipv6/0=2001:db8:78:32::1 \
		2/ipv4/0=10.78.33.1 2/ipv6/0=2001:db8:78:33::1
	dom0_guest 'ip link set mv1 netns n1; ip -n n1 addr add 10.78.33.1/24 dev mv1
		ip -n n1 link set mv1 up'
	dom0_shows "a macvlan in another namespace disappears" \
		1/ipv4/0=10.78.32.1 1/ipv6/0=2001:db8:78:32::1
	dom0_on 2 "the vif of a macvlan that a namespace had" 34 'ip netns del n1; address eth2 34'
	dom0_guest 'ip netns add n2; ip link set eth2 netns n2; ip -n n2 link set eth2 up
		ip -n n2 addr add 10.78.34.1/24 dev eth2'
	dom0_shows "a vif in another namespace disappears"
	# what it is on has the index of nothing, or of something else, in here
	dom0_guest 'ip -n n2 link add link eth2 name mv2 type macvlan mode bridge
		ip -n n2 link set mv2 netns 1; address mv2 35; address eth1 36'
	dom0_shows "a macvlan here on a vif there has none underneath" \
		1/ipv4/0=10.78.36.1 1/ipv6/0=2001:db8:78:36::1
	dom0_guest 'ip netns del n2'
	ok "a namespace that ends gives the vif back" wait_for 10 guest_has_netdev eth2
	dom0_on 2 "and it is shown again" 37 'address eth2 37'
}

# As most hosts of containers and machines have it: the only address is a bridge's.
dom0_the_main_one() {
	dom0_layout "the main address is a bridge's" '
		ip link add br0 type bridge
		ip link set br0 address "$(cat /sys/class/net/eth0/address)" up
		ip addr del 10.77.0.2/24 dev eth0; ip link set eth0 master br0
		ip addr add 10.77.0.2/24 dev br0; address br0 41' \
		0/ipv4/1=10.78.41.1 0/ipv6/0=2001:db8:78:41::1
	dom0_guest 'ip link set eth0 nomaster; ip addr flush dev br0
		ip addr add 10.77.0.2/24 dev eth0; ip link del br0'
	dom0_shows "it is the vif's again"
}

# The same order from a new process, which has not seen what came first.
dom0_restart() {
	dom0_layout "one vif on four levels" 'bond bd1 eth2 eth1; vlan bd1 bd1.7 7; bridge br1 bd1.7
		address br1 53; address bd1 51; ip addr add 10.78.51.9/24 dev bd1
		address bd1.7 52' \
		1/ipv4/{0=10.78.51.1,1=10.78.52.1,2=10.78.53.1,3=10.78.51.9} \
		1/ipv6/{0=2001:db8:78:51::1,1=2001:db8:78:52::1,2=2001:db8:78:53::1}
	guest 'kill -KILL $(cat /run/agent.pid)'
	dom0_guest 'ip addr del 10.78.51.9/24 dev bd1; ip addr add 10.78.50.1/24 dev br1
		ip addr add 10.78.51.9/24 dev bd1'
	dom0_agent
	dom0_shows "another agent has the same order" \
		1/ipv4/{0=10.78.51.1,1=10.78.52.1,2=10.78.53.1,3=10.78.50.1,4=10.78.51.9} \
		1/ipv6/{0=2001:db8:78:51::1,1=2001:db8:78:52::1,2=2001:db8:78:53::1}
}

dom0_storm_begin() {
	dom0_guest 'fresh; bond bd1 eth2 eth1; vlan bd1 bd1.7 7; rm -f /run/storm.*' &&
		guest_put /job/storm /run/storm && guest_spawn storm sh /run/storm &&
		wait_for 20 dom0_storm_past 20
}
dom0_storm_count() { guest 'cat /run/storm.count 2> /dev/null || echo 0'; }
dom0_storm_past() { local n; n=$(dom0_storm_count) && [ "$n" -gt "$1" ]; }
dom0_storm_over() { guest test -e /run/storm.over; }

# dom0_in_storm NAME COMMAND... : do it while addresses change; then all shown is true
dom0_in_storm() {
	local name=$1 count i=0 address wanted=(); shift

	ok "$name: addresses change" dom0_storm_begin
	ok "$name: it is done" "$@"
	count=$(dom0_storm_count)
	ok "$name: they go on changing" wait_for 20 dom0_storm_past $((count + 20))
	guest touch /run/storm.end
	ok "$name: until the end" wait_for 20 dom0_storm_over
	for address in $(dom0_guest 'ip -o -4 addr show dev bd1.7' |
		sed -n 's,.* inet \([0-9.]*\)/.*,\1,p'); do
		wanted+=("1/ipv4/$i=$address")
		i=$((i + 1))
	done
	echo "# $name: $(dom0_storm_count) rounds, $count of them until it was done; $i addresses"
	ok "$name: some addresses are left" test "$i" -gt 1
	dom0_shows "$name: what is shown is what the guest has" "${wanted[@]}"
}

dom0_pv() {
	dom0_begin
	dom0_one_level
	dom0_stacks
	dom0_moves
	dom0_the_main_one
	dom0_restart
	dom0_in_storm "a restore" guest_save_restore
}
# what of it another daemon and another kind of guest could change
dom0_again() {
	dom0_begin
	dom0_restart
	dom0_in_storm "$@"
}

# in three parts, since two machines run at a time
case ${1:-C} in
C) LIMIT=400 on C-pv dom0_pv ;;
O) LIMIT=200 on O-pv dom0_again "a restore" guest_save_restore ;;
pvh) LIMIT=200 on C-pvh dom0_again "a migration" guest_migrate ;;
*) on "$1" "dom0_$2" "${@:3}" ;;
esac
done_testing
