#!/bin/bash
# Single runs of the agent: --once takes the flag of a dead agent away, changes nothing in the
# guest, and asks xenstore which device a card is; --dry-run touches no store, so it cannot.
. "$(dirname "$0")/../tap.sh"
. "$(dirname "$0")/agent.sh"
mkdir -p "$root"/{proc/sys/kernel,etc,sys/power,sys/class/net/eth0/device}
printf 'MemTotal:  262144 kB\nMemAvailable:  131072 kB\n' > "$root/proc/meminfo"
echo 20000 > "$root/sys/power/pm_freeze_timeout"
echo 'static-addresses = on' > "$root/etc/xe-guest-agent.conf"
echo 'xe-guest-agent:x:64321:64321::/:/usr/sbin/nologin' > "$root/etc/passwd"
ip link add eth0 address 00:16:3e:00:00:33 type veth peer name p0
ip link set eth0 addrgenmode none
ip link set p0 up
ip link set eth0 up
ip addr add 10.0.3.1/24 dev eth0

home=/local/domain/5
flag=$home/control/feature-static-ip-setting
# (xl keeps control from the guest, and has nowhere to tell of VFs.)
body() {
	[ "$TOOLSTACK" = xenopsd ] || return 0
	domain_new 5 xenopsd
	guest_bus 5
	xs0 write "$home/xenserver/device/net-sriov-vf/3/mac" 00:16:3e:00:00:33 "$flag" 1
	guest_ctl 5 reset
	XENSTORED_PATH=$(guest_sock 5) "$agent" --dry-run --root "$root" > "$root/out" 2> "$root/log"
	is $? 0 "$GROUND: --dry-run"
	like "$(< "$root/log")" 'left out 10.0.3.1 on eth0: ' "$GROUND: does not know a VF"
	ok "$GROUND: nor static addresses" eval '! grep -q feature-static "$root/out"'
	is "$(guest_count 5 READ)/$(guest_count 5 WRITE)" 0/0 "$GROUND: since it asks no store"
	XENSTORED_PATH=$(guest_sock 5) "$agent" --once --root "$root" 2> "$root/log"
	is $? 0 "$GROUND: --once"
	is "$(xs0 read "$home/xenserver/attr/net-sriov-vf/3/ipv4/0")" 10.0.3.1 "$GROUND: knows it"
	ok "$GROUND: and takes the flag away" eval '! xs0 exists "$flag"'
	is "$(< "$root/sys/power/pm_freeze_timeout")" 20000 "$GROUND: the suspend time-out is not its business"
	is "$(< "$root/log")" "" "$GROUND: nothing is complained about"
	domain_destroy 5
}
for_each_ground body
done_testing
