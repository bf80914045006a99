#!/bin/bash
# Static addresses from the host, end to end: keys in a real store as xenopsd writes them, the
# agent's side, the real xe-guest-network, and Debian's real ifupdown or systemd-networkd, which
# set the addresses of a real interface.
. "$(dirname "$0")/../tap.sh"
need_root
. "$(dirname "$0")/../netconf/lib.sh"
. "$(dirname "$0")/lib.sh"
at_exit "cd / && umount -l '$NETCONF_ROOM' && rmdir '$NETCONF_ROOM'" # its trap is in place of the room's
cd "$top" || exit 2

MAC=00:16:3e:00:00:01
socket=$room/run/xe-guest-network/socket
dir=$NETCONF_ROOM/agent
mkdir "$dir"
echo "vif 0 $MAC eth0" > "$dir/interfaces"
at=/local/domain/5/xenserver/device/vif/0/static-ip-setting

# order KEY=VALUE... : in one transaction
order() {
	local args=() kv
	for kv; do args+=("$at/${kv%%=*}" "${kv#*=}"); done
	xs0 write "${args[@]}"
}
gone() { ! xs0 exists "$at/$1"; }
result() { [ "$(xs0 read "$at/error-code") $(xs0 read "$at/error-msg")" = "$1" ]; }
usable() { [ "$(cat "$dir/usable" 2>/dev/null)" = 1 ]; }

# Not by guest(), whose shell would be what is ended
serve_start() {
	(exec chroot "$room" "$O/xe-guest-network" serve --socket /run/xe-guest-network/socket) 2>> "$logs/serve" &
	serve_pid=$!
	wait_for 20 [ -S "$socket" ]
}
pair_start() {
	serve_start || return
	XENSTORED_PATH=$GUEST_SOCK "$O/tests/daemon/static_ip_agent" "$socket" "$dir" \
		2>> "$logs/agent" > /dev/null &
	agent_pid=$!
	wait_for 20 usable || bail "the feature is usable"
}
pair_stop() {
	kill -TERM "$agent_pid" "$serve_pid"
	wait "$agent_pid" "$serve_pid"
	rm -f "$dir/usable" "$socket"
}

scenario() {
	local name=$1 had
	had=$(addresses)
	order mac=$MAC error-code=0 error-msg= enabled=0 enabled6=0
	ok "$name: there is a back end, and the feature" pair_start
	like "$(< "$logs/agent")" "addresses can be set by the host, through $2" "$name: it is named"
	ok "$name: enabled=0 ends" wait_for 30 gone enabled6
	is "$(addresses)" "$had" "$name: and changes nothing where nothing of the host's was"
	order enabled=1 address=10.9.0.5/24 gateway=10.9.0.1
	ok "$name: a static address ends" wait_for 70 gone enabled
	ok "$name: without error" result "0 "
	like "$(addresses)" "^10\.9\.0\.5/24( |$)" "$name: and is there"
	is "$(gateway4)" 10.9.0.1 "$name: with its gateway"
	order enabled6=1 address6=fd09::5/64 gateway6=fd09::1
	ok "$name: a static IPv6 address ends" wait_for 70 gone enabled6
	ok "$name: without error" result "0 "
	is "$(addresses)" "10.9.0.5/24 fd09::5/64" "$name: and is there beside the other"
	is "$(gateway6)" fd09::1 "$name: with its gateway"
	order enabled6=1 address6=fd09::1/64 gateway6=
	ok "$name: an address that another machine has ends" wait_for 70 gone enabled6
	like "$(xs0 read $at/error-code) $(xs0 read $at/error-msg)" "^[1-9][0-9]* IPv6: " "$name: with an error for the host"
	is "$(addresses)" "10.9.0.5/24 fd09::5/64" "$name: and what was there before is back"
	order enabled=2
	ok "$name: DHCP ends" wait_for 70 gone enabled
	like "$(addresses)" "^10\.9\.0\.10[0-9]/24 " "$name: and has an address"
	order enabled=0 enabled6=0
	ok "$name: giving back ends" wait_for 70 gone enabled
	ok "$name: for both" wait_for 70 gone enabled6
	ok "$name: what the guest had is back" settled "$had"
	if ! result "0 "; then diag "$(xs0 read $at/error-msg)"; fi
	pair_stop
}

store_start C || bail "the store starts"
domain_new 5 xenopsd
domain_vif 5 0 "$MAC"
guest_bus 5
dhcp_start

ifupdown_install
cat > "$room/etc/network/interfaces" << 'END'
auto lo eth0
iface lo inet loopback
iface eth0 inet static
	address 10.9.0.50/24
	gateway 10.9.0.1
END
guest ifup lo eth0
scenario ifupdown ifupdown
[ "$tap_bad" = 0 ] || diag "$(cat "$logs/serve" "$logs/agent")"
guest ifdown eth0
rm -rf "$room/etc/network"
: > "$logs/agent"

bus_start
cat > "$room/etc/systemd/network/20-wired.network" << 'END'
[Match]
Name=eth0
[Network]
Address=10.9.0.60/24
Gateway=10.9.0.1
END
networkd_start
wait_for 20 settled "10.9.0.60/24"
scenario networkd systemd-networkd
[ "$tap_bad" = 0 ] || diag "$(cat "$logs/serve" "$logs/agent")"

# ---- the whole agent, without its rights by then ----

fix=$NETCONF_ROOM/fix
mkdir -p "$fix"/proc/sys/kernel "$fix"/sys/{hypervisor,class/net/eth0/device} "$fix/etc"
chmod 755 "$NETCONF_ROOM" "$fix"
echo xen > "$fix/sys/hypervisor/type"
echo device/vif/0 > "$fix/sys/class/net/eth0/device/nodename"
printf 'MemTotal: 262144 kB\nMemFree: 1000 kB\nMemAvailable: 131072 kB\n' > "$fix/proc/meminfo"
echo 'xe-guest-agent:x:64321:64321::/:/usr/sbin/nologin' > "$fix/etc/passwd"
echo 'static-addresses = on' > "$fix/etc/xe-guest-agent.conf"
ln -s "$room/run/xe-guest-network" /run/xe-guest-network # /run is the test's own
feature() { [ "$(xs0 read /local/domain/5/control/feature-static-ip-setting 2> /dev/null)" = 1 ]; }
published() { [ "$(xs0 read /local/domain/5/attr/vif/0/ipv4/0 2> /dev/null)" = 10.9.0.7 ]; }
no_feature() { ! xs0 exists /local/domain/5/control/feature-static-ip-setting; }

agent_start() {
	XENSTORED_PATH=$GUEST_SOCK "$O/xe-guest-agent" --root "$fix" 2>> "$logs/whole" &
	agent_pid=$!
}

serve_start || bail "the helper listens"
agent_start
ok "the agent: tells the host that it can" wait_for 20 feature
order enabled=1 address=10.9.0.7/24 gateway=10.9.0.1
ok "the agent: a static address ends" wait_for 70 gone enabled
ok "the agent: without error" result "0 "
ok "the agent: and is there" settled 10.9.0.7/24
ok "the agent: for the host as well" wait_for 20 published
echo 'static-addresses = off' > "$fix/etc/xe-guest-agent.conf"
kill -HUP "$agent_pid"
ok "the agent: switched off, it tells so at once" wait_for 20 no_feature
echo 'static-addresses = on' > "$fix/etc/xe-guest-agent.conf"
kill -TERM "$agent_pid"
wait "$agent_pid"
agent_start
ok "the agent: and on again after a new start" wait_for 20 feature
kill -KILL "$serve_pid"
wait "$serve_pid" 2> /dev/null
ok "the agent: without its helper it tells the host that it cannot" wait_for 20 no_feature
kill -TERM "$agent_pid"
wait "$agent_pid"
is $? 0 "the agent: and ends as always"
[ "$tap_bad" = 0 ] || diag "$(cat "$logs/whole")"
store_stop

# ---- the scripts for systems without systemd ----

mkdir -p "$room/run/sys/hypervisor"
echo xen > "$room/run/sys/hypervisor/type"
# one that is slow to start: it is waited for
mkdir "$room/run/slow"
printf '#!/bin/sh\nsleep 0.5\nexec "%s/xe-guest-network" "$@"\n' "$O" > "$room/run/slow/xe-guest-network"
chmod 755 "$room/run/slow/xe-guest-network"
sed "s,@SBINDIR@,/run/slow," "$top/packaging/sysv/xe-guest-network" > "$room/run/sysv"
sysv() { guest env XE_GUEST_SYS=/run/sys sh /run/sysv "$@"; }
openrc() {
	guest timeout 20 /sbin/openrc-run /etc/init.d/xe-guest-network "$@" >> "$logs/openrc" 2>&1
}
# OpenRC where it belongs; it thinks that it has booted
openrc_install() {
	from lib/rc sbin/openrc-run sbin/supervise-daemon "lib/$multiarch/librc.so.1" "lib/$multiarch/libeinfo.so.1"
	cp "$XEN_ROOT/sbin/supervise-daemon" "$room/lib/rc/bin/"
	mkdir -p "$room"/run/openrc/{started,starting,stopping,inactive,exclusive,daemons,options,tmp,wasinactive,failed,hotplugged,scheduled}
	echo default > "$room/run/openrc/softlevel"
	: > "$room/etc/insserv.conf" # Debian's OpenRC reads it
	# (the room's /sys is the machine's)
	sed "s,@SBINDIR@,/run/slow,; s,/sys/hypervisor,/run/sys/hypervisor," \
		"$top/packaging/openrc/xe-guest-network" > "$room/etc/init.d/xe-guest-network"
	chmod 755 "$room/etc/init.d/xe-guest-network"
}

peer_perl() { perl -MIO::Socket::UNIX -e "exit !IO::Socket::UNIX->new(Type => SOCK_SEQPACKET, $1)" "$socket"; }
connects() { peer_perl 'Peer => shift'; }
# as a helper leaves it that was killed
left_over() { rm -f "$socket" && peer_perl 'Local => shift, Listen => 1'; }

# lives NAME FUNCTION
lives() {
	local pid file=$room/run/xe-guest-network.pid
	ok "$1: a socket is left over" left_over
	ok "$1: start" "$2" start
	ok "$1: when it returns, the agent can connect" connects
	ok "$1: status" eval "$2 status > /dev/null"
	pid=$(< "$file")
	"$2" start
	is "$(< "$file")" "$pid" "$1: a second start is none"
	ok "$1: restart" "$2" restart
	ok "$1: the old one has ended" [ ! -e "/proc/$pid" ]
	pid=$(< "$file")
	ok "$1: stop" "$2" stop
	ok "$1: it has ended" [ ! -e "/proc/$pid" ]
	"$2" status > "$logs/status"
	is $? 3 "$1: status of what is stopped"
}
lives sysv sysv

# A helper that does not end before it has been asked for so many times, as in a change that
# takes longer: the script's `sleep` takes no time until then, and wakes it.
mkdir "$room/run/patient"
cat > "$room/run/patient/sleep" <<- 'END'
	#!/bin/sh
	echo >> /run/patient/asked
	[ "$(wc -l < /run/patient/asked)" -ge 100 ] || exit 0
	kill -CONT "$(cat /run/xe-guest-network.pid)"
	exec /bin/sleep "$@"
END
chmod 755 "$room/run/patient/sleep"
sysv start
pid=$(< "$room/run/xe-guest-network.pid")
kill -STOP "$pid"
ok "sysv: stop while addresses are being set" \
	guest env PATH=/run/patient:/usr/sbin:/usr/bin:/sbin:/bin XE_GUEST_SYS=/run/sys sh /run/sysv stop
ok "sysv: waits for the end of that" [ ! -e "/proc/$pid" ]
kill -CONT "$pid" 2> "$logs/kill"

echo $$ > "$room/run/xe-guest-network.pid"
ok "sysv: a number that is another's by now" sysv stop
sysv nonsense 2> "$logs/usage"
is $? 2 "sysv: anything else is a usage error"
rm -f "$room/run/xe-guest-network.pid" "$socket"
mv "$room/run/slow" "$room/run/away"
is "$(sysv start 2>&1; echo $?)" 0 "sysv: no program any more: silently nothing"
mv "$room/run/away" "$room/run/slow"
openrc_install
lives OpenRC openrc
[ "$tap_bad" = 0 ] || diag "$(cat "$logs/openrc")"
echo kvm > "$room/run/sys/hypervisor/type"
rm -f "$socket"
is "$(sysv start; echo $?)" 0 "sysv: where there is no Xen it says nothing"
openrc start
is "$? $(find "$room/run" -name socket)" "0 " "OpenRC: nor starts anything there"
done_testing
