#!/bin/bash
# The agent's SysV script with dpkg's start-stop-daemon, busybox's, and none, in bash's sh
# mode, dash and busybox sh; and the OpenRC script by OpenRC itself.  All below a /run, /etc
# and /sys of their own.
. "$(dirname "$0")/../tap.sh"
need_root
[ -n "${INIT_NAMESPACES:-}" ] ||
	INIT_NAMESPACES=1 exec unshare --net --mount --propagation private "$0" "$@"
cd "$(dirname "$0")/../.." || exit 2
. tests/daemon/lib.sh

dir=$(mktemp -d "${TMPDIR:-/tmp}/agent-init.XXXXXX")
chmod 755 "$dir"
at_exit "rm -rf '$dir'"
root=$dir/root
mkdir -p "$root"/{proc/sys/kernel,etc,sys/hypervisor} "$dir"/{bin,sbin,log}
cp /proc/meminfo "$root/proc/"
printf 'ID=debian\n' > "$root/etc/os-release"
echo xen > "$root/sys/hypervisor/type"
ip link set lo up

busybox=$XEN_ROOT/bin/busybox
cp "$O/xe-guest-agent" "$dir/sbin/"
sed "s,@SBINDIR@,$dir/sbin,; s,^PATH=.*,PATH=$dir/bin," packaging/sysv/xe-guest-agent > "$dir/sysv"
for program in cat rm sleep; do ln -s "$(command -v $program)" "$dir/bin/"; done

# what the scripts look at, of their own
mount -t tmpfs -o mode=755 run /run
mount --bind "$root/sys" /sys
mkdir -p "$dir/etc"/{default,init.d,conf.d}
cp -r /etc/{passwd,group,nsswitch.conf,alternatives} "$dir/etc/"
mount --bind "$dir/etc" /etc
printf 'OPTIONS="--verbose --root %s"\nLOG=%s/log/agent\n' "$root" "$dir" > /etc/default/xe-guest-agent

pid() { pgrep -f "^$dir/sbin/xe-guest-agent"; }
# is_agent PID
is_agent() { [ -n "$1" ] && [ "$(cat "/proc/$1/comm" 2> /dev/null)" = xe-guest-agent ]; }
runs() { is_agent "$(pid)"; }
says() { grep -q "$1" "$dir/log/agent" 2> /dev/null; }
published() { [ "$(xs0 read /local/domain/5/data/os_distro 2> /dev/null)" = "$1" ]; }
# sysv VERB : by the shell of this turn
sysv() { XENSTORED_PATH=$(guest_sock 5) timeout 20 "${shell[@]}" "$dir/sysv" "$@" > "$dir/said" 2>&1; }
at_exit '[ -z "$(pid)" ] || kill -KILL $(pid)'

# lives NAME COMMAND : what any script must do; COMMAND is given a verb
lives() {
	local name=$1 run=$2 old
	: > "$dir/log/agent"
	xs0 rm /local/domain/5/data/os_distro 2> /dev/null
	ok "$name: start" "$run" start
	ok "$name: it runs" wait_for 10 runs
	ok "$name: it publishes" wait_for 10 published debian
	ok "$name: it tells its log" wait_for 10 says 'published everything'
	old=$(pid)
	"$run" start
	is "$(pid)" "$old" "$name: a second start changes nothing"
	ok "$name: status" "$run" status
	ok "$name: reload" "$run" reload
	ok "$name: it reads everything again" wait_for 10 says 'reading everything again'
	is "$(pid)" "$old" "$name: as the same process"
	ok "$name: restart" "$run" restart
	ok "$name: another process" wait_for 10 eval "runs && [ \"\$(pid)\" != $old ]"
	ok "$name: stop" "$run" stop
	ok "$name: nothing is left" eval '[ -z "$(pid)" ] && [ ! -e /run/xe-guest-agent.pid ]'
	"$run" status
	ok "$name: status of what is stopped is not 0" test $? != 0
	ok "$name: stopping that is fine" "$run" stop
}

# The script's own: numbers that are wrong, no guest, no program
sysv_odd() {
	local other
	sysv status
	is $? 3 "$1: status: not running is 3"
	sysv reload
	is $? 7 "$1: reload of what does not run is 7"
	sleep 60 &
	other=$!
	echo $other > /run/xe-guest-agent.pid
	sysv status
	is $? 1 "$1: somebody else's number: status says dead"
	sysv stop
	ok "$1: who is not stopped" kill -0 $other
	kill $other
	echo 'nonsense; rm' > /run/xe-guest-agent.pid
	sysv start
	ok "$1: a file of nonsense does not keep it from starting" wait_for 10 runs
	# an upgrade while it runs
	cp "$dir/sbin/xe-guest-agent" "$dir/sbin/new" && mv "$dir/sbin/new" "$dir/sbin/xe-guest-agent"
	other=$(pid)
	ok "$1: try-restart after an upgrade" sysv try-restart
	ok "$1: is a restart" wait_for 10 eval "runs && [ \"\$(pid)\" != $other ]"
	ok "$1: its own to the end" sysv stop
	sysv try-restart
	ok "$1: try-restart starts nothing" test -z "$(pid)"
	sysv nonsense
	is "$?" 2 "$1: an unknown verb"
	like "$(< "$dir/said")" '^usage: ' "$1: has the usage"
}

not_a_guest() {
	echo kvm > /sys/hypervisor/type
	sysv start
	is "$? $(< "$dir/said") $(pid)" "0  " "not a guest: silently nothing"
	echo xen > /sys/hypervisor/type
	mv "$dir/sbin/xe-guest-agent" "$dir/sbin/away"
	sysv start
	is "$? $(< "$dir/said") $(pid)" "0  " "no program any more: silently nothing"
	mv "$dir/sbin/away" "$dir/sbin/xe-guest-agent"
}

by_sysv() {
	local kind
	for kind in dpkg busybox none; do
		rm -f "$dir/bin/start-stop-daemon"
		case $kind in
		dpkg) ln -s /sbin/start-stop-daemon "$dir/bin/" && shell=(dash) ;;
		busybox) ln -s "$busybox" "$dir/bin/start-stop-daemon" && shell=("$busybox" sh) ;;
		none) shell=(bash --posix) ;;
		esac
		lives "sysv, $kind" sysv
		sysv_odd "sysv, $kind"
	done
	not_a_guest
}

# OpenRC where it belongs, over the machine's own /lib; it thinks that it has booted.
openrc_up() {
	mkdir -p "$dir/lib/x86_64-linux-gnu" /run/openrc/{started,starting,stopping,inactive,exclusive,daemons,options,tmp,wasinactive,failed,hotplugged,scheduled}
	cp -r "$XEN_ROOT/lib/rc" "$dir/lib/"
	cp "$XEN_ROOT"/lib/x86_64-linux-gnu/lib{rc,einfo}.so.1 "$dir/lib/x86_64-linux-gnu/"
	cp "$XEN_ROOT"/sbin/supervise-daemon "$dir/lib/rc/bin/"
	mount -t overlay -o "lowerdir=$dir/lib:/usr/lib" lib /usr/lib || return
	echo default > /run/openrc/softlevel
	: > /etc/insserv.conf # Debian's OpenRC reads it
	sed "s,@SBINDIR@,$dir/sbin," packaging/openrc/xe-guest-agent > /etc/init.d/xe-guest-agent
	printf '%s\n' "export XENSTORED_PATH=$(guest_sock 5)" "xe_guest_agent_log=$dir/log/agent" \
		"xe_guest_agent_args='--verbose --root $root'" > /etc/conf.d/xe-guest-agent
	chmod 755 /etc/init.d/xe-guest-agent
}
openrc() { timeout 20 "$XEN_ROOT/sbin/openrc-run" /etc/init.d/xe-guest-agent "$@" > "$dir/said" 2>&1; }

by_openrc() {
	local old
	ok "OpenRC" openrc_up
	at_exit "openrc stop"
	lives OpenRC openrc
	openrc start
	wait_for 10 runs
	old=$(pid)
	kill -KILL "$old"
	ok "OpenRC: killed, it is started again" wait_for 10 eval "runs && [ \"\$(pid)\" != $old ]"
	ok "OpenRC: and stopped" openrc stop
	is "$(pid)" "" "OpenRC: for good"
	echo kvm > /sys/hypervisor/type
	ok "OpenRC: not a guest: no failure" openrc start
	is "$(pid)$(grep -vE 'scandir|cgroup' "$dir/said")" "" "OpenRC: and silently nothing"
}

store_start C || bail "the store"
domain_new 5 xenopsd
guest_bus 5
by_sysv
by_openrc
done_testing
