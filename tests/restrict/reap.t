#!/bin/bash
# reap.t - xen-restrict --reap: all that runs under a room's uid, and nobody else.
. "$(dirname "$0")/../tap.sh"
. "$(dirname "$0")/../daemon/lib.sh"
. "$(dirname "$0")/lib.sh"
need_root
reap() { timeout -k 5 60 "$O/xen-restrict" --user "$ROOM_BASE" --reap "$@" 2>&1; }
as() { exec setpriv --pdeathsig KILL --reuid "$1" --regid "$1" --clear-groups "${@:2}"; }
at_exit 'for pid in $(jobs -p); do kill -KILL $pid; done 2> /dev/null'

uid=$((ROOM_BASE + 4))
as $((uid + 1)) sleep 300 &
other=$!
wait_for 10 uid_runs $((uid + 1)) || bail "somebody else"
is "$(reap 4; echo $?)" "uid $uid (domain 4): nothing was running
0" "nothing to do"
prlimit --nproc=60:60 setpriv --reuid $uid --regid $uid --clear-groups "$INMATE" bomb > "$work/bomb" &
wait_for 20 test -s "$work/bomb" || bail "a fork bomb"
test "$(ps -o pid= -U $uid | wc -l)" -ge 50
is $? 0 "a fork bomb of 50 and more"
is "$(reap $uid; echo $?)" "uid $uid (domain 4): all ended
0" "it is ended, by its uid"
# (zombies are buried by the host's first process)
lives() { pgrep -U "$1" -r D,R,S,T > /dev/null; }
ok "none of it is left" test -z "$(lives $uid && echo left)"
as $uid sleep 300 &
wait_for 10 uid_runs $uid || bail "a process"
is "$(reap 4 --json | tr -d ' \n')" "{\"uid\":$uid,\"domid\":4,\"killed\":true,\"empty\":true}" "JSON"
ok "by the domid, too" test -z "$(lives $uid && echo left)"
ok "who has another uid is still there" kill -0 $other

# a process that kills all it may, again and again, with the uid of the victims
as $uid "$INMATE" assassin > "$work/assassin" &
wait_for 10 test -s "$work/assassin" || bail "an assassin"
is "$(reap 4; echo $?)" "uid $uid (domain 4): all ended
0" "victims cannot kill who reaps"

like "$(reap 0; echo $?)" "'0' is neither.*" "domid 0"
like "$(reap 32752)" 'is neither a domid' "a domid that is Xen's own"
like "$(reap root)" 'is neither a domid' "a name"
like "$(reap -1)" 'is neither a domid' "a negative number"
like "$(reap 0x5)" 'is neither a domid' "a hexadecimal one"
like "$(reap "$ROOM_BASE")" 'is neither a domid' "the base itself"
like "$(reap $((ROOM_BASE + 32752)))" 'is neither a domid' "a uid behind the range"
like "$(reap $((ROOM_BASE - 1)))" 'is neither a domid' "a uid before it"
nobody=$(id -u nobody)
as "$nobody" sleep 300 &
wait_for 10 uid_runs "$nobody" || bail "nobody runs"
is "$(timeout 20 "$O/xen-restrict" --user $((nobody - 4)) --reap 4 2>&1)" \
	"xen-restrict: reap: uid $nobody is a user's" "a user's"
ok "who lives on" kill -0 $!
kill $! && wait $! 2> /dev/null
as "$ROOM_BASE" sleep 300 &
based=$!
as $uid sleep 300 &
wait_for 10 uid_runs $uid || bail "somebody of the room"
wait_for 10 uid_runs "$ROOM_BASE" || bail "somebody is the base"
like "$(reap 4; echo $?)" "or under the base $ROOM_BASE" "something runs as the base"
ok "which is not killed for it" kill -0 $based
ok "nor is the other" kill -0 $!
kill $based && wait $based 2> /dev/null
reap 4 > /dev/null
wait $! 2> /dev/null
as $uid sleep 300 &
wait_for 10 uid_runs $uid || bail "a process to be reaped by one with securebits"
is "$(timeout 20 setpriv --securebits +no_setuid_fixup "$O/xen-restrict" --user "$ROOM_BASE" --reap 4 2>&1)" \
	"uid $uid (domain 4): all ended" "rights that outlast setuid() do not hide it"
wait $! 2> /dev/null

mkdir -p /sys/fs/cgroup/pids/xen-restrict/$uid 2> /dev/null
reap 4 > /dev/null
is "$(ls -d /sys/fs/cgroup/pids/xen-restrict/$uid 2> /dev/null)" "" "an empty control group goes"
is "$(ls "/run/xen-pv-tools/uid-"{"$ROOM_BASE","$uid"}".lock" 2> /dev/null)" "" "no lock is left"
like "$(timeout 20 setpriv --reuid 12345 --regid 0 --clear-groups "$O/xen-restrict" --reap 4 2>&1; echo $?)" \
	'^xen-restrict: ' "not root: refused"
kill $other && wait $other 2> /dev/null
done_testing
