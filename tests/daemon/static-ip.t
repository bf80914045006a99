#!/bin/bash
# Static addresses from the host: the agent's side (static_ip.c) on both real store daemons and
# both toolstacks' trees, the helper's server (network_serve.c), and wrong partners of each.
. "$(dirname "$0")/../tap.sh"
cd "$(dirname "$0")/../.." || exit 2
. tests/daemon/lib.sh

agent=$O/tests/daemon/static_ip_agent
serve=$O/tests/daemon/static_ip_serve
liar=tests/daemon/static_ip_liar.py
python=/usr/bin/python3
dir=$(mktemp -d "${TMPDIR:-/tmp}/static-ip.XXXXXX")
at_exit "rm -rf '$dir'"
socket=$dir/run/socket
export STATIC_IP_CLOCK=$dir/clock
MAC=00:16:3e:00:00:01

# fresh : nothing of an earlier test
fresh() {
	rm -f "$dir"/*.log "$dir"/{applied,answer,hold,usable,clock,out}
	echo lab > "$dir/backend"
	echo "vif 0 $MAC eth0" > "$dir/interfaces"
}

serve_start() {
	rm -f "$socket"
	"$serve" "$socket" "$dir" 2>> "$dir/serve.log" &
	serve_pid=$!
	at_exit "kill -KILL $serve_pid 2>/dev/null"
	wait_for 10 [ -S "$socket" ]
}
serve_stop() { kill -TERM "$serve_pid" && wait "$serve_pid"; }

agent_start() {
	rm -f "$dir/usable"
	XENSTORED_PATH=$(guest_sock "$1") "$agent" "$socket" "$dir" 2>> "$dir/agent.log" > "$dir/out" &
	agent_pid=$!
	at_exit "kill -KILL $agent_pid 2>/dev/null"
	wait_for 10 [ -s "$dir/usable" ]
}
agent_stop() { kill -TERM "$agent_pid" && wait "$agent_pid"; }

usable() { [ "$(cat "$dir/usable" 2>/dev/null)" = "$1" ]; }
# asked N : that many requests have come to the helper
asked() { [ "$(grep -c "" "$dir/applied" 2>/dev/null)" = "$1" ]; }
last_asked() { tail -n 1 "$dir/applied" 2>/dev/null; }
log_has() { grep -qF -- "$2" "$dir/$1.log"; }
ahead() { printf %s "$1" > "$dir/clock.new" && mv "$dir/clock.new" "$dir/clock"; }

setting() { echo "/local/domain/$1/xenserver/device/${3:-vif}/$2/static-ip-setting"; }
get() { xs0 read "$(setting "$1" "${3:-0}")/$2" 2>/dev/null; }
gone() { ! xs0 exists "$(setting "$1" "${3:-0}" "${4:-vif}")/$2"; }
# result DOMID CODE MESSAGE
result() { [ "$(get "$1" error-code) $(get "$1" error-msg)" = "$2 $3" ]; }

# plug DOMID KEY=VALUE... : as xenopsd does with every VIF that it plugs, in one transaction
plug() {
	local at args=() kv
	at=$(setting "$1" 0)
	for kv in "mac=$MAC" error-code=0 error-msg= "${@:2}"; do args+=("$at/${kv%%=*}" "${kv#*=}"); done
	xs0 write "${args[@]}"
}

# configure DOMID SUFFIX MODE [ADDRESS [GATEWAY]] : as xenopsd does for VIF.configure_ipv4 and 6
configure() {
	local at s=$2
	at=$(setting "$1" 0)
	client_open toolstack "$DOM0_SOCK" || return 1
	{
		client toolstack start
		client toolstack write "$at/enabled$s" "$3"
		if [ -n "${4:-}" ]; then client toolstack write "$at/address$s" "$4"; else client toolstack rm "$at/address$s"; fi
		if [ -n "${5:-}" ]; then client toolstack write "$at/gateway$s" "$5"; else client toolstack rm "$at/gateway$s"; fi
	} > /dev/null
	client toolstack end > "$dir/end"
	client_close toolstack
	[ "$(< "$dir/end")" = ok ]
}

# A domain with vif 0, the helper, the agent
set_up() {
	fresh
	domain_new 5 "$TOOLSTACK"
	domain_vif 5 0 "$MAC"
	guest_bus 5
	serve_start && agent_start 5 && wait_for 10 usable 1
}
tear_down() {
	agent_stop
	serve_stop
	domain_destroy "${1:-5}"
}

test_orders() {
	ok "$GROUND: the helper's offer makes the feature usable" set_up
	plug 5 enabled=0 enabled6=0
	ok "$GROUND: enabled=0 at plug is obeyed" wait_for 10 asked 2
	is "$(< "$dir/applied")" $'eth0 v4=none v6=keep\neth0 v4=keep v6=none' "$GROUND: by one request for each family"
	ok "$GROUND: then enabled6 is gone" wait_for 10 gone 5 enabled6
	ok "$GROUND: and enabled" gone 5 enabled
	ok "$GROUND: no error" result 5 0 ""
	configure 5 "" 1 10.0.0.5/24 10.0.0.1
	ok "$GROUND: a static address" wait_for 10 gone 5 enabled
	is "$(last_asked)" "eth0 v4=static 10.0.0.5/24 via 10.0.0.1 v6=keep" "$GROUND: with its gateway"
	is "$(get 5 address)" 10.0.0.5/24 "$GROUND: what the host wrote beside it stays"
	configure 5 6 1 2001:db8::5/64
	ok "$GROUND: a static IPv6 address" wait_for 10 gone 5 enabled6
	is "$(last_asked)" "eth0 v4=keep v6=static 2001:db8::5/64" "$GROUND: without gateway"
	configure 5 "" 2
	ok "$GROUND: DHCP (xen-api 7118)" wait_for 10 gone 5 enabled
	configure 5 6 2
	ok "$GROUND: autoconfiguration" wait_for 10 gone 5 enabled6
	is "$(tail -n 2 "$dir/applied")" $'eth0 v4=auto v6=keep\neth0 v4=keep v6=auto' "$GROUND: as such"
	configure 5 "" 2
	ok "$GROUND: the same once more is done once more" wait_for 10 asked 7
	ok "$GROUND: and ends" wait_for 10 gone 5 enabled
}

test_failures() {
	echo "-99 the address is in use" > "$dir/answer"
	configure 5 "" 1 10.0.0.6/24
	ok "$GROUND: what the helper cannot do is over, too" wait_for 10 gone 5 enabled
	ok "$GROUND: and the host is told why" result 5 99 "IPv4: the address is in use"
	rm "$dir/answer"
	configure 5 6 0
	wait_for 10 gone 5 enabled6
	ok "$GROUND: a success of IPv6 leaves that error" result 5 99 "IPv4: the address is in use"
	configure 5 "" 1 10.0.0.7/24
	wait_for 10 gone 5 enabled
	ok "$GROUND: one of IPv4 clears it" result 5 0 ""
	: > "$dir/applied"
	configure 5 "" 1 10.0.0.5/24 10.9.0.1
	wait_for 10 gone 5 enabled
	ok "$GROUND: nonsense of the host's is told back" result 5 22 \
		"IPv4: 10.0.0.5/24, gateway 10.9.0.1: the gateway is not in the address's network"
	plug 5 enabled=7 enabled6=1 address6=2001:db8::9/64
	wait_for 10 gone 5 enabled && wait_for 10 gone 5 enabled6
	ok "$GROUND: a wrong family does not spoil the other" result 5 22 "IPv4: enabled is '7': known are 0 (none), 1 (static) and 2 (automatic)"
	is "$(< "$dir/applied")" "eth0 v4=keep v6=static 2001:db8::9/64" "$GROUND: and only that one comes to the helper"
	xs0 write "$(setting 5 0)/mac" nonsense
	configure 5 "" 0
	wait_for 10 gone 5 enabled
	like "$(get 5 error-msg)" "^IPv4: mac is 'nonsense': wanted is an interface's" "$GROUND: a MAC that is none"
	plug 5
}

test_changes() {
	: > "$dir/applied"
	touch "$dir/hold"
	configure 5 "" 1 10.0.0.8/24
	ok "$GROUND: while the helper is at it" wait_for 10 asked 1
	configure 5 "" 1 10.0.0.9/24
	xs0 write "$(setting 5 0)/error-msg" untouched
	rm "$dir/hold"
	ok "$GROUND: a changed order is another order" wait_for 10 asked 2
	ok "$GROUND: which ends" wait_for 10 gone 5 enabled
	is "$(last_asked)" "eth0 v4=static 10.0.0.9/24 v6=keep" "$GROUND: the last one wins"
	: > "$dir/applied"
	touch "$dir/hold"
	configure 5 "" 1 10.0.0.8/24
	wait_for 10 asked 1
	xs0 rm "$(setting 5 0)/enabled"
	xs0 write "$(setting 5 0)/error-msg" untouched
	rm "$dir/hold"
	configure 5 6 0
	wait_for 10 gone 5 enabled6
	ok "$GROUND: an order that was taken back has no result" [ "$(grep -c . "$dir/applied")" = 2 ]
}

test_refusals() {
	local at
	at=$(setting 5 0)
	: > "$dir/applied"
	plug 5
	xs0 chmod "$at/error-msg" n0 r5
	configure 5 "" 0
	ok "$GROUND: a message that xenstore refuses does not keep the order" wait_for 10 gone 5 enabled
	ok "$GROUND: the log has it" log_has agent "cannot tell the host"
	: > "$dir/applied"
	kill -STOP "$agent_pid"
	xs0 write "$at/enabled" 2
	xs0 chmod "$at/enabled" n0 r5
	kill -CONT "$agent_pid"
	ok "$GROUND: an order that cannot be ended is told of" wait_for 10 log_has agent "next try in"
	xs0 write "$at/other" 1
	xs0 write "$at/enabled6" 2
	ok "$GROUND: the other family is not held up" wait_for 10 gone 5 enabled6
	is "$(grep -c v4=auto "$dir/applied")" 1 "$GROUND: what cannot be ended is done once, not in a loop"
	xs0 chmod "$at/enabled" n5
	ahead 10000
	ok "$GROUND: and is ended when it can be" wait_for 10 gone 5 enabled
	is "$(grep -c v4=auto "$dir/applied")" 1 "$GROUND: without being done again"
	rm "$dir/clock"
	xs0 chmod "$at/error-msg" n5
}

test_interfaces() {
	: > "$dir/applied"
	: > "$dir/interfaces"
	plug 5
	configure 5 "" 1 10.0.0.5/24
	configure 5 6 7
	ok "$GROUND: a wrong order is over" wait_for 10 gone 5 enabled6
	ok "$GROUND: one without interface waits" xs0 exists "$(setting 5 0)/enabled"
	echo "vif 0 $MAC lan0" > "$dir/interfaces"
	kill -HUP "$agent_pid"
	ok "$GROUND: until there is one" wait_for 10 gone 5 enabled
	is "$(last_asked)" "lan0 v4=static 10.0.0.5/24 v6=keep" "$GROUND: by any name"
	: > "$dir/interfaces"
	configure 5 "" 1 10.0.0.5/24
	configure 5 6 7
	wait_for 10 gone 5 enabled6
	ahead 61000
	ok "$GROUND: not for ever" wait_for 10 gone 5 enabled
	ok "$GROUND: and the host is told" result 5 19 "IPv4: no interface of this guest is vif 0 with MAC $MAC"
	echo "vif 0 $MAC +br0" > "$dir/interfaces"
	configure 5 "" 1 10.0.0.5/24
	wait_for 10 gone 5 enabled
	ok "$GROUND: a port of a bridge is left alone" result 5 16 \
		"IPv4: its interface is a port of 'br0': that one's addresses are set in the guest"
	configure 5 "" 0
	wait_for 10 gone 5 enabled
	ok "$GROUND: where nothing was to be taken away, all is well" result 5 0 ""
	is "$(wc -l < "$dir/applied")" 1 "$GROUND: the helper was asked for none of these"
	echo "vf 3 $MAC eth3" > "$dir/interfaces"
	xs0 write /local/domain/5/xenserver/device/net-sriov-vf/3 ""
	xs0 chmod /local/domain/5/xenserver/device/net-sriov-vf/3 n5
	xs0 write "$(setting 5 3 net-sriov-vf)/mac" "$MAC" "$(setting 5 3 net-sriov-vf)/enabled" 2
	ok "$GROUND: a VF has its own place" wait_for 10 gone 5 enabled 3 net-sriov-vf
	is "$(last_asked)" "eth3 v4=auto v6=keep" "$GROUND: and interface"
	echo "vif 0 $MAC eth0" > "$dir/interfaces"
	rm "$dir/clock"
}

test_hostile_tree() {
	local at n i
	: > "$dir/applied"
	at=/local/domain/5/xenserver/device/vif
	n=$(printf '%01500d' 1)
	for i in x -1 007 4294967296 0x0; do xs0 write "$at/$i/static-ip-setting/enabled" 2 "$at/$i/static-ip-setting/mac" "$MAC"; done
	plug 5 "enabled=$n" "enabled6=1" "address6=$n" "gateway6=$n"
	ok "$GROUND: endless values" wait_for 10 gone 5 enabled6
	ok "$GROUND: all of them" gone 5 enabled
	like "$(get 5 error-msg)" "^IPv6: address6 is '0{64}\.\.\.': wanted" "$GROUND: are quoted in part"
	is "$(< "$dir/applied")" "" "$GROUND: and what is no devid is nothing"
	for i in x -1 007 4294967296 0x0; do xs0 rm "$at/$i"; done
	plug 5
}

test_resume() {
	: > "$dir/applied"
	configure 5 "" 1 10.0.0.5/24 10.0.0.1
	wait_for 10 gone 5 enabled
	domain_resume 5 6
	domain_vif 6 0 "$MAC"
	plug 6 enabled=1 address=10.0.0.5/24 gateway=10.0.0.1 enabled6=0
	ok "$GROUND: after migration the toolstack says it again" wait_for 10 gone 6 enabled6
	wait_for 10 gone 6 enabled
	is "$(grep -c 'v4=static 10.0.0.5/24 via 10.0.0.1' "$dir/applied")" 2 "$GROUND: and it is done again"
	touch "$dir/hold"
	configure 6 "" 1 10.0.0.6/24
	wait_for 10 asked 4
	domain_resume 6 7
	domain_vif 7 0 "$MAC"
	plug 7 enabled=1 address=10.0.0.6/24 enabled6=0
	rm "$dir/hold"
	ok "$GROUND: migrated in the midst of it" wait_for 10 gone 7 enabled6
	ok "$GROUND: it ends in the new domain" wait_for 10 gone 7 enabled
	ok "$GROUND: well" result 7 0 ""
}

test_helper_ends() {
	plug 7
	: > "$dir/applied"
	touch "$dir/hold"
	configure 7 "" 1 10.0.0.5/24
	wait_for 10 asked 1
	ahead 181000
	ok "$GROUND: a helper that does not answer is not waited for" wait_for 10 gone 7 enabled
	ok "$GROUND: the host is told" result 7 110 "IPv4: xe-guest-network has not answered for 180 s"
	ok "$GROUND: and the feature is withdrawn" wait_for 10 usable 0
	configure 7 "" 1 10.0.0.6/24
	rm "$dir/hold"
	ok "$GROUND: when it answers after all, work goes on" wait_for 10 gone 7 enabled
	ok "$GROUND: with the next order" result 7 0 ""
	ok "$GROUND: and the feature is there" wait_for 10 usable 1
	touch "$dir/hold"
	configure 7 "" 1 10.0.0.7/24
	wait_for 10 asked 3
	kill -KILL "$serve_pid"
	wait "$serve_pid" 2> /dev/null
	ok "$GROUND: a helper that dies at work" wait_for 10 gone 7 enabled
	ok "$GROUND: is told to the host" result 7 32 "IPv4: xe-guest-network ended in the midst of it"
	ok "$GROUND: the feature is withdrawn" wait_for 10 usable 0
	is "$(grep -c 'xe-guest-network has ended; restart' "$dir/agent.log")" 1 "$GROUND: with one line in the log"
	configure 7 "" 1 10.0.0.8/24
	rm "$dir/hold"
	ok "$GROUND: the agent goes on without" agent_stop
	like "$(< "$dir/out")" "^loops [0-9]+, due [0-9]{1,2}\$" "$GROUND: and never ran in circles"
	ok "$GROUND: what came after that is not lost" xs0 exists "$(setting 7 0)/enabled"
	serve_start && agent_start 7
	ok "$GROUND: a new pair of both does it" wait_for 10 gone 7 enabled
	tear_down 7
}

# Under libxl there is no xenserver/device at all: nothing to do, nothing to say
test_libxl() {
	ok "$GROUND: the helper's offer makes the feature usable" set_up
	ok "$GROUND: the agent ends well" agent_stop
	is "$(grep -cvE 'addresses can be set' "$dir/agent.log")" 0 "$GROUND: and had nothing to complain of"
	agent_start 5
	wait_for 10 usable 1
	guest_bus_stop 5
	ok "$GROUND: without xenstore it ends" wait_for 10 eval '! kill -0 "$agent_pid" 2>/dev/null'
	ok "$GROUND: and says why" log_has agent "xenstore is gone"
	wait "$agent_pid"
	serve_stop
	domain_destroy 5
}

body() {
	if [ "$TOOLSTACK" = libxl ]; then
		test_libxl
		return
	fi
	test_orders
	test_failures
	test_changes
	test_refusals
	test_interfaces
	test_hostile_tree
	test_resume
	test_helper_ends
}

# ---- the rest once, on one ground ----

test_no_backend() {
	fresh
	rm "$dir/backend"
	serve_start
	agent_start 5
	ok "no back end: the agent is told" wait_for 10 log_has agent "addresses cannot be set by the host: there is no back end: install one"
	ok "no back end: the feature is not there" usable 0
	configure 5 "" 1 10.0.0.5/24
	echo lab > "$dir/backend"
	ahead 6000
	ok "no back end: when one comes, it is" wait_for 10 usable 1
	ok "no back end: and the order is done" wait_for 10 gone 5 enabled
	rm "$dir/backend"
	echo "-95 nobody has it" > "$dir/answer"
	configure 5 "" 1 10.0.0.6/24
	ok "no back end: when it goes, the next order fails" wait_for 10 result 5 95 "IPv4: nobody has it"
	ok "no back end: and the feature is withdrawn" wait_for 10 usable 0
	rm "$dir/answer"
	echo lab > "$dir/backend"
	ahead 12000
	ok "no back end: until there is one again" wait_for 10 usable 1
	agent_stop
	serve_stop
}

test_no_helper() {
	fresh
	rm -f "$socket"
	XENSTORED_PATH=$GUEST_SOCK "$agent" "$socket" "$dir" 2> "$dir/agent.log"
	is $? 1 "no helper: the agent's side does not open"
	like "$(< "$dir/agent.log")" "cannot connect to '$socket': No such file or directory; start xe-guest-network" "no helper: and says why"
}

test_wrong_clients() {
	local name
	fresh
	serve_start
	is "$($python $liar client "$socket" good)" 0 "server: a good request"
	for name in $($python $liar names client); do
		[ "$name" != good ] || continue
		is "$($python $liar client "$socket" "$name")" ended "server: a wrong message ends the connection: $name"
	done
	is "$($python $liar client "$socket" good)" 0 "server: the next client is served"
	is "$(wc -l < "$dir/applied")" 2 "server: nothing wrong came through"
	is "$(stat -c %a "$socket")" 600 "server: the socket is its user's own"
}

# waiter NAME : a client that stays; sets waiter
waiter() {
	rm -f "${dir:?}/$1"
	$python $liar wait "$socket" > "$dir/$1" &
	waiter=$!
	at_exit "kill -KILL $waiter 2>/dev/null"
}
waiter_stop() { kill "$1" && wait "$1" 2> /dev/null; }

test_one_client() {
	local first
	: > "$dir/serve.log"
	waiter first
	first=$waiter
	ok "server: the first client has an offer" wait_for 10 grep -qs offer "$dir/first"
	waiter second
	ok "server: the second waits in the queue" wait_for 10 grep -qs connected "$dir/second"
	waiter_stop "$first"
	ok "server: until the first has gone" wait_for 10 grep -qs offer "$dir/second"
	is "$(grep -oE 'come|gone' "$dir/serve.log" | tr '\n' ' ')" "come gone come " "server: one after the other"
	waiter_stop "$waiter"
	"$serve" "$socket" "$dir" 2> "$dir/second.log"
	is $? 1 "server: there is one at a socket"
	like "$(< "$dir/second.log")" "another xe-guest-network running" "server: and the next is told"
	is "$($python $liar client "$socket" good)" 0 "server: the first is unharmed"
}

test_no_descriptors() {
	: > "$dir/serve.log"
	prlimit --pid "$serve_pid" --nofile=3:
	waiter first
	ok "server: that it may open nothing is told" wait_for 10 log_has serve "cannot take a connection: Too many open files"
	prlimit --pid "$serve_pid" --nofile=1024:
	ok "server: and the client is served when it may" wait_for 10 grep -qs offer "$dir/first"
	waiter_stop "$waiter"
}

test_other_user() {
	if [ "$(id -u)" != 0 ]; then
		pass "server: another user # SKIP needs root"
		return
	fi
	chmod 711 "$dir" "$dir/run"
	chmod 666 "$socket"
	is "$(setpriv --reuid 65534 --regid 65534 --clear-groups $python - client "$socket" good < $liar)" ended "server: another user is sent away"
	ok "server: and that is told" log_has serve "a connection of another user is refused"
	is "$($python $liar client "$socket" good)" 0 "server: its own is served"
}

test_server_ends() {
	touch "$dir/hold"
	: > "$dir/applied"
	$python $liar client "$socket" good > "$dir/client" &
	local client=$!
	wait_for 10 asked 1
	kill -TERM "$serve_pid"
	rm "$dir/hold"
	wait "$client"
	is "$(< "$dir/client")" 0 "server: a request under way is finished"
	ok "server: then SIGTERM ends it well" wait "$serve_pid"
	ok "server: it leaves its socket" [ -S "$socket" ]
	"$serve" "$socket" "$dir" 2>> "$dir/serve.log" &
	serve_pid=$!
	at_exit "kill -KILL $serve_pid 2>/dev/null"
	ok "server: which the next one takes over" wait_for 10 eval '[ "$($python $liar client "$socket" good 2> /dev/null)" = 0 ]'
	serve_stop
}

test_activation() {
	rm -f "$socket"
	SOCKET_PATH=$socket $python $liar run SEQPACKET "$serve" --until-idle - "$dir" 2> "$dir/serve.log" &
	local server=$!
	wait_for 10 [ -S "$socket" ]
	is "$($python $liar client "$socket" good)" 0 "activation: systemd's socket is served"
	local first
	waiter first
	first=$waiter
	wait_for 10 grep -qs offer "$dir/first"
	ahead 100000
	waiter second
	wait_for 10 grep -qs connected "$dir/second"
	waiter_stop "$first"
	ok "activation: with a client it stays" wait_for 10 grep -qs offer "$dir/second"
	: > "$dir/serve.log"
	waiter_stop "$waiter"
	wait_for 10 log_has serve "the agent has gone"
	ahead 200000
	ok "activation: without one it ends" wait "$server"
	rm -f "$socket"
	SOCKET_PATH=$socket $python $liar run STREAM "$serve" --until-idle - "$dir" 2> "$dir/serve.log"
	is $? 1 "activation: a socket of another type is refused"
	like "$(< "$dir/serve.log")" "see xe-guest-network.socket" "activation: and said"
	rm -f "$dir/clock"
}

test_wrong_helpers() {
	local name server
	for name in $($python $liar names server); do
		fresh
		rm -f "$socket"
		xs0 write "$(setting 5 0)/enabled" 2
		$python $liar server "$socket" "$name" > "$dir/liar" &
		server=$!
		wait_for 10 [ -S "$socket" ]
		agent_start 5
		wait "$server"
		is "$(< "$dir/liar")" ended "agent: a wrong helper is left: $name"
		ok "agent: the feature is withdrawn: $name" wait_for 10 log_has agent "addresses cannot be set by the host any more"
		ok "agent: (and not there): $name" wait_for 10 usable 0
		ok "agent: and it goes on: $name" agent_stop
	done
}

for_each_ground body

store_start C || bail "the store starts"
TOOLSTACK=xenopsd GROUND=C/xenopsd
domain_new 5 xenopsd
domain_vif 5 0 "$MAC"
guest_bus 5
plug 5
mkdir -p "$dir/run"
test_no_backend
test_no_helper
test_wrong_clients
test_one_client
test_no_descriptors
test_other_user
test_server_ends
test_activation
test_wrong_helpers
store_stop
done_testing
