#!/bin/bash
# xe-guest-agent where the store has no room for all that it would say: the most useful
# keys are there, one line tells, and the rest comes when there is room.
. "$(dirname "$0")/../tap.sh"
. "$(dirname "$0")/agent.sh"
mkdir -p "$root"/{proc,etc,sys/class/net/eth0/device}
echo device/vif/0 > "$root/sys/class/net/eth0/device/nodename"
printf 'MemTotal: 262144 kB\nMemAvailable: 131072 kB\n' > "$root/proc/meminfo"

ip link add eth0 type veth peer name peer0
ip link set eth0 addrgenmode none
ip link set peer0 up
ip link set eth0 up
ip -batch - < <(for i in {1..250}; do echo "addr add 10.0.0.$i/24 dev eth0"; done)

addresses() { tree_of 5 | grep -c '^attr/vif/0/ipv4/[0-9]* '; }
has_all() { [ "$(addresses)" = 250 ]; }
told() { grep -c 'quota has no room' "$root/log"; }
# fill : nodes of the guest's own, a hundred in a transaction, until between one and two
# hundred are left
fill() {
	local hundred i args
	for ((hundred = 0; hundred < 20; hundred++)); do
		args=()
		for ((i = 0; i < 100; i++)); do args+=("data/fill/$hundred/$i" 1); done
		xsg 5 write "${args[@]}" 2> /dev/null || break
	done
	xsg 5 rm data/fill/0
}

body() {
	local n first
	domain_new 5 "$TOOLSTACK"
	domain_vif 5 0 00:16:3e:00:00:01
	guest_bus 5
	fill
	XENSTORED_PATH=$(guest_sock 5) "$agent" --root "$root" 2> "$root/log" &
	agent_pid=$!
	at_exit "kill -KILL $agent_pid 2>/dev/null"
	ok "$GROUND: it publishes all the same" wait_for 20 xs0 exists /local/domain/5/data/updated
	ok "$GROUND: and says so" wait_for 20 eval '[ "$(told)" = 1 ]'
	n=$(addresses)
	ok "$GROUND: as many addresses as there is room for ($n)" [ "$n" -gt 30 -a "$n" -lt 250 ]
	first=$(tree_of 5 | sed -n 's|^attr/vif/0/ipv4/\([0-9]*\) .*|\1|p' | sort -n | awk '$1 != NR - 1' | head -n 1)
	is "$first" "" "$GROUND: the first ones"
	ok "$GROUND: what identifies the agent is there" xs0 exists /local/domain/5/attr/PVAddons/MajorVersion
	ip addr del 10.0.0.250/24 dev eth0
	ip addr add 10.0.1.1/24 dev eth0
	ok "$GROUND: changes are followed" wait_for 20 eval '[ "$(xs0 read /local/domain/5/attr/vif/0/ipv4/1)" = 10.0.1.1 ]'
	ip addr del 10.0.1.1/24 dev eth0
	ip addr add 10.0.0.250/24 dev eth0
	xs0 rm /local/domain/5/data/fill
	kill -HUP "$agent_pid"
	ok "$GROUND: when there is room, all of them" wait_for 20 has_all
	is "$(told)" 1 "$GROUND: it was told once"
	kill "$agent_pid"
	wait "$agent_pid"
	is $? 0 "$GROUND: and it ends as ever"
	domain_destroy 5
}
for_each_ground body
done_testing
