#!/bin/bash
# launch-ends.t - how a room ends: by its program, by a signal to the launcher, by the death of
# any of the three processes; the control group's limits.
. "$(dirname "$0")/../tap.sh"
. "$(dirname "$0")/../daemon/lib.sh"
. "$(dirname "$0")/lib.sh"
need_root
uid=$((ROOM_BASE + 3))
start() { room_start --domid 3 --no-xenstore --no-handles "$@" || bail "a room starts: $*"; }
gone() { ! uid_runs "$uid"; }

# ends_with STATUS NAME : the launcher ends by itself, and nothing is left
ends_with() {
	room_wait
	is $? "$1" "$2"
	is "$(room_traces 3)" "" "$2: nothing is left"
}

for sig in TERM INT HUP; do
	start -- "$INMATE" wait
	kill -$sig "$ROOM_PID"
	ends_with $((128 + $(kill -l $sig))) "SIG$sig goes to the program"
done
start -- "$INMATE" handle 42
kill -TERM "$ROOM_PID"
ends_with 42 "which may end as it likes"
start -- "$INMATE" ignore
kill -USR1 "$ROOM_PID"
ends_with 138 "SIGUSR1 goes there, too"
start --stop-timeout 1 -- "$INMATE" ignore
kill -TERM "$ROOM_PID"
ends_with 137 "it does not end: it is killed"
start --stop-timeout 0 -- "$INMATE" ignore
kill -TERM "$ROOM_PID"
ends_with 137 "--stop-timeout 0: at once"

start -- "$INMATE" wait
kill -KILL "$ROOM_CHILD"
ends_with 137 "the program is killed"
start -- "$INMATE" wait
kill -KILL "$(awk '/^PPid/ {print $2}' "/proc/$ROOM_CHILD/status")"
ends_with 137 "process 1 is killed"
start -- "$INMATE" wait
kill -KILL "$ROOM_PID"
ok "the launcher is killed: the room goes" wait_for 60 gone
room_wait
start -- "$INMATE" wait
ok "the next one takes over what was left" kill -0 "$ROOM_CHILD"
kill "$ROOM_PID"
ends_with 143 "the next one"
(start -- "$INMATE" wait; kill -KILL $BASHPID)
ok "who has started it is killed: it ends" wait_for 60 gone
no_traces() { [ -z "$(room_traces 3)" ]; }
ok "and nothing is left of that" wait_for 60 no_traces

profile forks 'fork yes' 'tasks 20' 'limit as none' 'memory 24m'
start --profile "$PROFILE" -- "$INMATE" orphan
is "$(ps -o pid= -U $uid | wc -l)" 5 "orphans: three, the program and process 1"
init=$(awk '/^PPid/ {print $2}' "/proc/$ROOM_CHILD/status")
orphan=$(pgrep -P "$init" | grep -vx "$ROOM_CHILD" | head -1)
kill -KILL "$orphan"
ended() { ! kill -0 "$orphan" 2> /dev/null; }
ok "orphans: process 1 looks after them" wait_for 20 ended
kill "$ROOM_PID"
ends_with 143 "orphans: all end with it"
start --profile "$PROFILE" -- "$INMATE" bomb
is "$(ps -o pid= -U $uid | wc -l)" 21 "a fork bomb: its tasks and process 1, no more"
kill -KILL "$ROOM_PID"
ok "a fork bomb: the launcher is killed and it goes" wait_for 60 gone
room_wait
if [ -d /sys/fs/cgroup/memory ] || grep -q memory /sys/fs/cgroup/cgroup.subtree_control 2> /dev/null; then
	is "$(room --domid 3 --no-xenstore --no-handles --profile "$PROFILE" -- "$INMATE" hog 64; echo $?)" \
		137 "memory over the control group's limit"
	is "$(room --domid 3 --no-xenstore --no-handles --profile "$PROFILE" -- "$INMATE" hog 8; echo $?)" \
		"0
0" "memory below it"
fi
like "$(unshare -m sh -c 'mount -t tmpfs none /sys/fs/cgroup && exec "$@"' sh timeout 20 \
	"$O/xen-restrict" --user "$ROOM_BASE" --domid 3 --no-xenstore --no-handles --require-cgroup -- \
	"$INMATE" exit 5 2>&1; echo $?)" 'cgroup: this host has no .*--require-cgroup' \
	"no control groups, and they are required"
is "$(unshare -m sh -c 'mount -t tmpfs none /sys/fs/cgroup && exec "$@"' sh timeout 20 \
	"$O/xen-restrict" --user "$ROOM_BASE" --domid 3 --no-xenstore --no-handles -- "$INMATE" exit 5 \
	2>&1; echo $?)" "xen-restrict: no control group for both pids and memory (none): limits of the process only
5" "no control groups: a warning"
is "$(room_traces 3)" "" "nothing is left of any"
done_testing
