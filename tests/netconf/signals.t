#!/bin/bash
# signals.t - a change of xe-guest-network's that is under way is not cut short by a signal, and
# neither is taking one back.  A command of ifupdown's waits where the test wants it to.
. "$(dirname "$0")/../tap.sh"
need_root
. "$(dirname "$0")/lib.sh"

ifupdown_install
mkfifo "$room"/tmp/{arrived,go_on}
cat > "$room/etc/network/interfaces" <<'END'
auto eth0
iface eth0 inet static
	address 10.9.0.50/24
	up read line < /tmp/arrived && read line < /tmp/go_on
END

# step arrived : once the command waits; step go_on : it does so no longer
step() { timeout 30 sh -c 'echo > "$1"' sh "$room/tmp/$1"; }

# begin ARG... : xe-guest-network until the command waits; its stderr is descriptor $stderr
begin() {
	chroot "$room" env -i --default-signal=INT,HUP,TERM,PIPE PATH=/usr/sbin:/usr/bin:/sbin:/bin \
		"$O/xe-guest-network" "$@" 2>&"$stderr" &
	pid=$!
	step arrived || bail "ifup runs its commands"
}
# ended STATUS NAME
ended() { wait "$pid" 2> /dev/null; is $? "$1" "$2"; }

stderr=2
guest ifup eth0 &
step arrived && step go_on
wait $!

begin apply --interface eth0 --ipv4 10.9.0.5/24
kill -INT "$pid" && kill -HUP "$pid" && kill -TERM "$pid"
step go_on
ended 0 "a change is finished, whatever signal comes meanwhile"
is "$(addresses)" "10.9.0.5/24" "the address is there"
ok "nothing is left half done" no_undo

begin apply --interface eth0 --ipv4 10.9.0.6/24
kill -KILL "$pid"
step go_on # its ifup's command
ended 137 "but SIGKILL ends it"
ok "and leaves something to be taken back" eval '! no_undo'

# a log without a reader
mkfifo "$logs/deaf"
exec {reader}<> "$logs/deaf"
exec {stderr}> "$logs/deaf" {reader}>&-
begin serve --socket /run/xe-guest-network/socket
kill -TERM "$pid"
step go_on
ended 0 "a service that is stopped while it repairs ends when it has repaired"
ok "nothing is left half done then" no_undo
is "$(addresses)" "10.9.0.5/24" "and the address of before is there"
done_testing
