#!/bin/bash
# xe-guest-agent: signals that come while it is starting.  What it reads first is a FIFO here,
# so that the start goes on when the test wants it to.
. "$(dirname "$0")/../tap.sh"
. "$(dirname "$0")/agent.sh"
gate=$root/sys/hypervisor/type
mkdir -p "$root"/{proc,etc,sys/hypervisor} "$root/run"
echo 'xe-guest-agent:x:64321:64321::/:/usr/sbin/nologin' > "$root/etc/passwd"
cp /proc/meminfo "$root/proc"
mkfifo "$gate"
unset XENSTORED_PATH NOTIFY_SOCKET JOURNAL_STREAM

# (Before the agent is there, its process is this shell's copy, which has the gate open, too.)
is_at_gate() {
	[ "/proc/$pid/exe" -ef "$agent" ] && [ -n "$(find "/proc/$pid/fd" -lname "$gate" 2> /dev/null)" ]
}

# start OPTION... : up to the gate; release : through it
start() {
	exec {hold}<> "$gate"
	# as from a terminal: what a script starts in the background ignores SIGINT
	XENSTORED_RUNDIR=$root/run env --default-signal=INT,HUP,TERM \
		"$agent" --root "$root" "$@" 2> "$root/log" {hold}>&- &
	pid=$!
	at_exit "kill -KILL $pid 2>/dev/null"
	wait_for 10 is_at_gate || bail "the agent starts"
}
release() {
	echo xen >&"$hold"
	exec {hold}>&-
}
ended_with() { wait "$pid" 2> /dev/null; is $? "$1" "$2"; }

store_start C
domain_new 5 xenopsd
guest_bus 5
ln -s "$GUEST_SOCK" "$root/run/socket"
published() { xs0 exists /local/domain/5/data/updated; }

for signal in TERM INT; do
	start
	kill -"$signal" "$pid"
	release
	ended_with 0 "SIG$signal during the start is a clean end"
	ok "SIG$signal: with nothing published" eval '! published'
done

start
kill -HUP "$pid"
release
ok "SIGHUP during the start does not end it" wait_for 10 published
is "$(< "$root/log")" "xe-guest-agent: reading everything again" "it is a reload"
kill -TERM "$pid"
ended_with 0 "and SIGTERM ends it"

start --once
kill -TERM "$pid"
ended_with 143 "a single run is ended at once"
exec {hold}>&-
done_testing
