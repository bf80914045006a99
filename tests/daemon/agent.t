#!/bin/bash
# xe-guest-agent against both real store daemons and both toolstacks' trees, in a network
# namespace of its own with a real interface.
. "$(dirname "$0")/../tap.sh"
. "$(dirname "$0")/agent.sh"

ip link add eth0 type veth peer name peer0
ip link set peer0 up
# link-local addresses come when duplicate-address detection ends: only where asked for
ip link set eth0 addrgenmode none

# A guest's /proc, /sys and /etc with vif N behind each interface named
make_root() {
	local n=0 i
	# not the directories themselves: the agent may look into these only
	rm -rf "${root:?}"/*/*
	mkdir -p "$root"/{proc/sys/kernel,etc,sys/hypervisor}
	echo xen > "$root/sys/hypervisor/type"
	echo 6.1.0-lab > "$root/proc/sys/kernel/osrelease"
	printf 'MemTotal:  262144 kB\nMemFree:  1000 kB\nMemAvailable:  131072 kB\n' > "$root/proc/meminfo"
	printf 'ID=debian\nPRETTY_NAME="Debian GNU/Linux 12"\nVERSION_ID="12"\n' > "$root/etc/os-release"
	echo 12.11 > "$root/etc/debian_version"
	echo 'xe-guest-agent:x:64321:64321::/:/usr/sbin/nologin' > "$root/etc/passwd"
	mkdir -p "$root/sys/bus/xen/drivers/vbd/vbd-51712" "$root/sys/bus/xen/drivers/vif" \
		"$root/sys/devices/system/xen_memory/xen_memory0/info"
	echo 262144 | tee "$root"/sys/devices/system/xen_memory/xen_memory0/{target_kb,info/current_kb} > /dev/null
	for i; do
		mkdir -p "$root/sys/class/net/$i/device" "$root/sys/bus/xen/drivers/vif/vif-$n"
		echo "device/vif/$n" > "$root/sys/class/net/$i/device/nodename"
		n=$((n + 1))
	done
}

# The agent's own keys as they should be, and as they are
wanted() { "$agent" --dry-run --root "$root" 2> /dev/null; }
published() {
	tree_of "$1" | grep -E '^(attr/PVAddons/[A-Z][a-z]*(Version|alled) |attr/vif/[0-9]+/(name|mac/0|ipv[46]/[0-9]+(/prefix)?) |attr/eth[0-9]+/(ip|ipv6/[0-9]+/addr) |control/feature-balloon|data/(os_|meminfo_|service/xe-guest-agent/|updated)|feature/hotplug/v(bd|if) |drivers/[0-9]+ )' |
		grep -v ' = ""$'
}
allowed() { if [ "$TOOLSTACK" = libxl ]; then grep -v '^control/'; else cat; fi; }
is_published() { [ "$(published "$1")" = "$(wanted | allowed)" ]; }

agent_start() {
	XENSTORED_PATH=$(guest_sock "$1") "$agent" --root "$root" "${@:2}" 2> "$root/log" &
	agent_pid=$!
	at_exit "kill -KILL $agent_pid 2>/dev/null"
	wait_for 10 is_published "$1"
}
agent_stop() { kill -TERM "$agent_pid"; wait "$agent_pid"; }
has() { [ "$(xs0 read "/local/domain/$1" 2>/dev/null)" = "$2" ]; }
lacks() { ! xs0 exists "/local/domain/$1"; }

up() { ip link set eth0 up; ip -6 addr flush dev eth0; ip addr flush dev eth0; }

test_start_and_follow() {
	local before
	make_root eth0
	up
	ip addr add 10.0.0.1/24 dev eth0
	ip addr add 2001:db8::1/64 dev eth0 nodad
	domain_new 5 "$TOOLSTACK"
	domain_vif 5 0 00:16:3e:00:00:01
	guest_bus 5
	guest_ctl 5 log "$STORE_DIR/requests"
	ok "$GROUND: publishes what --dry-run shows" agent_start 5
	published 5 > "$STORE_DIR/first"
	is "$(guest_count 5 TRANSACTION_END)" 1 "$GROUND: in one transaction"
	is "$(grep -c ' WRITE OK' "$STORE_DIR/requests")" "$(wanted | allowed | wc -l)" "$GROUND: each key written once"
	is "$(awk '$3 == "WRITE" && $4 == "OK" {sub(/\/.*/, "", $5); print $5}' "$STORE_DIR/requests" | uniq | tr '\n' ' ')" \
		"$(if [ "$TOOLSTACK" = libxl ]; then echo "data drivers attr data feature data "; else echo "data drivers attr control data feature data "; fi)" \
		"$GROUND: data and drivers, then what is watched, data/updated last"
	ok "$GROUND: an IPv4 address" has 5/attr/vif/0/ipv4/0 10.0.0.1
	ok "$GROUND: an IPv6 address" has 5/attr/vif/0/ipv6/0 2001:db8::1
	ok "$GROUND: drivers" has 5/drivers/0 "Linux xen-balloon 6.1.0-lab in-tree"

	guest_ctl 5 reset
	ip addr add 10.0.0.2/24 dev eth0
	ok "$GROUND: a new address appears" wait_for 5 has 5/attr/vif/0/ipv4/1 10.0.0.2
	ip addr del 10.0.0.2/24 dev eth0
	ok "$GROUND: a lost address disappears" wait_for 5 lacks 5/attr/vif/0/ipv4/1
	is "$(guest_count 5 WRITE)/$(guest_count 5 RM)" 4/1 "$GROUND: and nothing else was written but its prefix, and twice data/updated"
	ip addr del 10.0.0.1/24 dev eth0
	ip addr del 2001:db8::1/64 dev eth0
	ok "$GROUND: the last addresses take attr/vif along" wait_for 5 lacks 5/attr/vif
	ip addr add 10.0.0.1/24 dev eth0
	ip addr add 2001:db8::1/64 dev eth0 nodad
	ok "$GROUND: and it comes back" wait_for 5 is_published 5

	guest_ctl 5 reset
	guest_ctl 5 log "$STORE_DIR/requests2"
	ip addr change 10.0.0.1/24 dev eth0 valid_lft 3600 preferred_lft 3600
	ip link set eth0 mtu 1400
	kill -HUP "$agent_pid"
	ok "$GROUND: SIGHUP reads the store again" wait_for 5 eval '[ "$(guest_count 5 TRANSACTION_END)" = 1 ]'
	is "$(grep -cE ' (WRITE|RM) OK' "$STORE_DIR/requests2")" 0 "$GROUND: what did not change is not written again"

	if [ "$TOOLSTACK" = libxl ]; then
		ok "$GROUND: control is tried, and its refusal no complaint" grep -q 'WRITE EACCES control/' "$STORE_DIR/requests2"
	fi

	sed -i 's/131072/100000/' "$root/proc/meminfo"
	echo 'ID=other' > "$root/etc/os-release"
	kill -HUP "$agent_pid"
	ok "$GROUND: SIGHUP tells what changed" wait_for 5 is_published 5
	is "$(grep -vc 'reading everything again' "$root/log")" 0 "$GROUND: nothing is complained about"
	before=$(published 5)
	agent_stop
	is $? 0 "$GROUND: SIGTERM ends it with 0"
	is "$(published 5)" "$before" "$GROUND: what is published stays"
}

# Duplicate-address detection: an address is told when it may be used, and never when
# another host has it
test_detection() {
	make_root eth0
	up
	agent_start 5
	guest_ctl 5 log "$STORE_DIR/requests3"
	ip addr add 2001:db8::5/64 dev eth0
	like "$("$agent" --dry-run --root "$root" 2>&1 > /dev/null)" '2001:db8::5 on eth0: tentative' \
		"$GROUND: a tentative address is left out"
	ok "$GROUND: and told after its detection" wait_for 10 has 5/attr/vif/0/ipv6/0 2001:db8::5
	is "$(grep -c 'WRITE.*attr/vif.*2001:db8::5' "$STORE_DIR/requests3")" 1 "$GROUND: once"
	ip addr add 2001:db8::6/64 dev peer0 nodad
	ip addr add 2001:db8::6/64 dev eth0
	wait_for 10 eval 'ip -6 addr show dev eth0 | grep -q dadfailed'
	like "$("$agent" --dry-run --root "$root" 2>&1 > /dev/null)" '2001:db8::6 on eth0: another host has it' \
		"$GROUND: a duplicate address is left out"
	ip addr change 2001:db8::5/64 dev eth0 valid_lft 1000 preferred_lft 0
	ok "$GROUND: a deprecated address is taken back" wait_for 5 lacks 5/attr/vif/0/ipv6
	ip addr flush dev peer0
	agent_stop
	up
	ip addr add 10.0.0.1/24 dev eth0
}

test_stale_keys() {
	xsg 5 write attr/vif/7/ipv4/0 1.2.3.4 attr/vif/0/ipv4/9 9.9.9.9 drivers/9 old data/os_minorver 99
	xsg 5 write attr/vif/0/note eth0 attr/vif/8/note 1 attr/PVAddons/Application x
	xsg 5 write attr/other 1 data/other 1 drivers/other 1 feature/hotplug/other 1
	ok "$GROUND: after an earlier run" agent_start 5
	ok "$GROUND: a removed vif is gone" lacks 5/attr/vif/7
	ok "$GROUND: so is an old driver" lacks 5/drivers/9
	is "$(xs0 read /local/domain/5/attr/{vif/0/note,vif/8/note,PVAddons/Application} | tr '\n' ' ')" \
		"eth0 1 x " "$GROUND: what others wrote beside our keys stays"
	ip addr flush dev eth0
	ok "$GROUND: an address goes" wait_for 5 lacks 5/attr/vif/0/ipv4
	ok "$GROUND: and leaves it" has 5/attr/vif/0/note eth0
	ip addr add 10.0.0.1/24 dev eth0
	is "$(xs0 read /local/domain/5/{attr,data,drivers}/other /local/domain/5/feature/hotplug/other | tr '\n' ' ')" \
		"1 1 1 1 " "$GROUND: other nodes are untouched"
	agent_stop
}

test_resume() {
	local id=5
	agent_start 5
	for next in 6 6 7; do
		domain_resume "$id" "$next"
		id=$next
		ok "$GROUND: everything is back in domain $next" wait_for 5 is_published "$next"
	done
	guest_ctl 7 reset
	domain_resume 7 8
	wait_for 5 is_published 8
	local keys
	keys=$(published 8 | wc -l)
	ok "$GROUND: $(guest_count 8 requests) requests for $keys keys" \
		eval '[ "$(guest_count 8 requests)" -le $((2 * keys)) ]'
	domain_checkpoint 8
	ip addr add 10.0.0.3/24 dev eth0
	ok "$GROUND: goes on after a checkpoint" wait_for 5 is_published 8
	ip addr del 10.0.0.3/24 dev eth0
	wait_for 5 is_published 8
	agent_stop
}

# However often it is killed, at whatever moment: all or nothing is there, and the next
# start leaves a correct tree
test_killed() {
	local i pid keys all halves=0 nothing=0 whole=0
	all=$(wanted | allowed | wc -l)
	for i in {1..40}; do
		domain_resume 8 8 # an empty tree
		XENSTORED_PATH=$(guest_sock 8) "$agent" --root "$root" 2> /dev/null &
		pid=$!
		sleep "0.00$((i % 8))"
		kill -KILL "$pid"
		wait "$pid" 2> /dev/null
		keys=$(published 8 | wc -l)
		case $keys in
		0) nothing=$((nothing + 1)) ;;
		"$all") whole=$((whole + 1)) ;;
		*) halves=$((halves + 1)) ;;
		esac
	done
	is "$halves" 0 "$GROUND: killed at any moment, it is all or nothing ($whole, $nothing)"
	ok "$GROUND: and the next start leaves a correct tree" agent_start 8
	agent_stop
	up
	ip addr add 10.0.0.1/24 dev eth0
}

# A toolstack may write data/updated by itself, the clock may be set, and a guest may be
# resumed in the midst of a transaction
test_resume_odd() {
	local i
	agent_start 8
	guest_ctl 8 suspend
	domtree renew 8 8
	xs0 write /local/domain/8/data/updated 1
	guest_ctl 8 resume 8
	ok "$GROUND: back although the toolstack wrote data/updated" wait_for 5 is_published 8
	for i in {1..12}; do
		ip addr add "10.2.0.$i/24" dev eth0
		domain_resume 8 8
	done
	ok "$GROUND: resumed while it publishes" wait_for 5 is_published 8
	up
	ip addr add 10.0.0.1/24 dev eth0
	wait_for 5 is_published 8
	agent_stop
}

# A balloon that has not reached its target is not told of, unless it had
test_balloon() {
	local memory=$root/sys/devices/system/xen_memory/xen_memory0
	[ "$TOOLSTACK" = xenopsd ] || return 0
	echo 1048576 > "$memory/info/current_kb"
	domain_resume 8 8
	agent_start 8
	ok "$GROUND: a balloon on its way is not told of" lacks 8/control/feature-balloon
	echo 262144 > "$memory/info/current_kb"
	kill -HUP "$agent_pid"
	ok "$GROUND: a settled one is" wait_for 5 has 8/control/feature-balloon 1
	echo 1048576 > "$memory/info/current_kb"
	guest_ctl 8 log "$STORE_DIR/requests4"
	kill -HUP "$agent_pid"
	wait_for 5 grep -q 'TRANSACTION_END OK' "$STORE_DIR/requests4"
	ok "$GROUND: and stays so" has 8/control/feature-balloon 1
	echo 262144 > "$memory/info/current_kb"
	agent_stop
}

# A store that refuses whole transactions: SIGHUP does not wait for the back-off to end
test_failures() {
	local i
	agent_start 8
	for i in {1..11}; do client_open "hog$i" "$(guest_sock 8)" && client "hog$i" start; done > /dev/null 2>&1
	ip addr add 10.3.0.1/24 dev eth0
	ok "$GROUND: a failed transaction is told" wait_for 5 grep -q 'next try in' "$root/log"
	for i in {1..11}; do client_close "hog$i"; done > /dev/null 2>&1
	kill -HUP "$agent_pid"
	ok "$GROUND: SIGHUP tries at once" wait_for 2 has 8/attr/vif/0/ipv4/1 10.3.0.1
	ip addr del 10.3.0.1/24 dev eth0
	wait_for 5 is_published 8
	agent_stop
}

# More names in data than a message of oxenstored holds (C refuses to make so many)
test_crowd() {
	local i long
	long=$(printf 'x%.0s' {1..80})
	[ "$STORE" = O ] || return 0
	domain_resume 8 8
	for i in {1..60}; do xsg 8 write "data/$i$long" 1; done
	# (xenstore-ls cannot list it either, so that agent_start would wait in vain)
	XENSTORED_PATH=$(guest_sock 8) "$agent" --once --root "$root" 2> "$root/log"
	is $? 0 "$GROUND: a crowd in data holds nothing back"
	ok "$GROUND: everything is written" has 8/data/updated 1
	ok "$GROUND: addresses too" has 8/attr/vif/0/ipv4/0 10.0.0.1
}

test_refusals() {
	domain_new 9 "$TOOLSTACK"
	guest_bus 9
	agent_start 9
	xsg 9 rm data
	guest_ctl 9 reset
	if [ "$TOOLSTACK" = libxl ]; then
		# the guest may not make data again: the rest must go on
		kill -HUP "$agent_pid"
		wait_for 5 grep -q 'cannot write' "$root/log"
		ok "$GROUND: a refused key is told" grep -q "cannot write 'data/.*going on without it" "$root/log"
		ip addr add 10.0.0.4/24 dev eth0
		ok "$GROUND: and holds nothing else back" wait_for 5 has 9/attr/vif/0/ipv4/1 10.0.0.4
		ip addr del 10.0.0.4/24 dev eth0
		xs0 write /local/domain/9/data ''
		xs0 chmod /local/domain/9/data n9
		ok "$GROUND: until it is allowed again" wait_for 20 is_published 9
	fi
	kill -STOP "$agent_pid"
	guest_bus_stop 9
	kill -CONT "$agent_pid"
	wait "$agent_pid"
	is $? 4 "$GROUND: a dead xenstore ends it with 4"
	like "$(tail -n 1 "$root/log")" 'xenstore is gone' "$GROUND: and says so"
	domain_destroy 9
}

test_bare_guest() {
	make_root
	domain_new 10 "$TOOLSTACK"
	xs0 rm /local/domain/10/unique-domain-id
	guest_bus 10
	ok "$GROUND: no vif, no unique-domain-id" agent_start 10
	ok "$GROUND: has versions all the same" has 10/attr/PVAddons/MajorVersion 1
	make_root eth0
	ip link set eth0 down
	ip link set eth0 up
	ok "$GROUND: a vif that comes later" wait_for 5 is_published 10
	agent_stop
	rm -rf "${root:?}"/etc
	ok "$GROUND: no os-release" agent_start 10
	ok "$GROUND: is still Linux" has 10/data/os_distro linux
	agent_stop
	domain_destroy 10
}

body() {
	test_start_and_follow
	test_detection
	test_stale_keys
	test_resume
	test_resume_odd
	test_balloon
	test_failures
	test_killed
	test_crowd
	test_refusals
	test_bare_guest
}
for_each_ground body
done_testing
