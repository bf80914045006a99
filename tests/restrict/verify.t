#!/bin/bash
# verify.t - xen-restrict --verify: good for what xen-restrict starts, and each single
# weakness of a room is found, by the check that is for it and by no other.
. "$(dirname "$0")/../tap.sh"
. "$(dirname "$0")/../daemon/lib.sh"
. "$(dirname "$0")/lib.sh"
need_root

domid=100 # each room has one of its own: an old one takes its time to go
PROBE=$O/tests/restrict/probe
profile weak 'tasks 4' 'memory 256m'

# verify PID [OPTION...] : as the launcher was told
verify() {
	timeout -k 5 60 ${OLD:+"$OLD"} "$O/xen-restrict" --verify "$1" --domid $domid --user "$ROOM_BASE" \
		--profile "$PROFILE" --no-handles "${@:2}" 2>&1
}

# names of the checks that are not "ok"
bad() { awk '/^(FAIL|unknown) / {print $2}' | sort -u | xargs; }

# (two processes write a line each, in whatever order)
weak_ready() {
	{ grep -qx ready "$work/weak.out" && grep -q '^pid [0-9]*$' "$work/weak.out"; } ||
		! is_ours "$WEAK_PID"
}

# weak NAME : a room with that weakness; sets WEAK_ROOM, the process in it
weak() {
	domid=$((domid + 1))
	: > "$work/weak.out"
	"$O/tests/restrict/verify_weak" "$1" $((ROOM_BASE + domid)) < /dev/null >> "$work/weak.out" 2>&1 &
	WEAK_PID=$!
	wait_for 30 weak_ready
	WEAK_ROOM=$(awk '$1 == "pid" {print $2}' "$work/weak.out")
	grep -qx ready "$work/weak.out" || diag "$(cat "$work/weak.out")"
}

weak_end() {
	kill -KILL "$WEAK_PID" 2> /dev/null # its children go with it
	wait "$WEAK_PID" 2> /dev/null
}

group_gone() { [ ! -e "$1" ] || rmdir "$1" 2> /dev/null; }
groups_gone() {
	local n dir

	for ((n = 101; n <= domid; n++)); do
		for dir in "/sys/fs/cgroup/"{,pids/,memory/}"xen-restrict/$((ROOM_BASE + n))"; do
			wait_for 10 group_gone "$dir"
		done
	done
}
at_exit groups_gone

# finds NAME CHECK... : the weakness is found by these checks
finds() {
	local out rc

	weak "$1"
	out=$(verify "$WEAK_ROOM")
	rc=$?
	is "$(bad <<< "$out")" "${*:2}" "$1: found by ${*:2}"
	is "$rc" 1 "$1: and that is its status"
	weak_end
}

good() {
	local out rc

	weak "$1"
	out=$(verify "$WEAK_ROOM")
	rc=$?
	is "$(bad <<< "$out")" "" "$1: nothing is wrong"
	is "$rc" 0 "$1: its status"
	weak_end
}

good none
while read -r name checks; do
	# shellcheck disable=SC2086 # words
	finds $name $checks
done << 'END'
uid uid
saved-uid uid
gid gid
group groups
caps-bounding caps-bounding
caps-permitted caps-permitted
caps-effective caps-effective caps-permitted
caps-inheritable caps-inheritable
caps-ambient caps-ambient caps-inheritable caps-permitted
no-new-privs no-new-privs
seccomp seccomp
dumpable dumpable
terminal terminal
shared-mnt mounts namespace-mnt
shared-ipc namespace-ipc
shared-uts namespace-uts
shared-net namespace-net
shared-pid namespace-pid
shared-cgroup namespace-cgroup
user-namespace caps-bounding caps-effective caps-permitted namespace-user
thread-rights threads
thread-files threads
process-root processes
process-outside processes
no-cgroup cgroup-memory cgroup-pids
cgroup-pids cgroup-pids
cgroup-memory cgroup-memory
limit-core limit-core
limit-fsize limit-fsize
limit-nofile limit-nofile
limit-as limit-as
limit-stack limit-stack
limit-memlock limit-memlock
limit-msgqueue limit-msgqueue
limit-sigpending limit-sigpending
limit-locks limit-locks
limit-nproc limit-nproc
root-host mounts root-content
root-chroot mounts root
root-writable mounts
root-suid mounts
root-dev mounts
root-proc mounts
root-tmp mounts
root-bind mounts
root-device root-content
root-socket root-content
root-fifo root-content
root-setuid root-content
cwd cwd
fd-listening descriptor-3
fd-inet descriptor-3
fd-netlink descriptor-3
fd-datagram descriptor-3
fd-unconnected descriptor-3
fd-sent descriptor-4
fd-sent-listener descriptor-3
fd-peer descriptor-4
fd-abstract descriptor-4
fd-directory descriptor-3
fd-path descriptor-3
fd-writable descriptor-3
fd-proc descriptor-3
fd-sys descriptor-3
fd-device descriptor-3
fd-ring descriptor-3
fd-bpf descriptor-3
fd-process descriptor-3
fd-namespace descriptor-3
map-writable mappings
map-later mappings
map-ring mappings
END
for name in pair pipe read-only append device memory event map; do good good-$name; done

# a peer's path is right where that is bound
weak fd-peer
is "$(verify "$WEAK_ROOM" --bind /tmp:/there | bad)" "" "fd-peer: of a directory that is bound"
weak_end

weak map-writable
is "$(verify "$WEAK_ROOM" --bind-rw /tmp:/tmp | bad)" "" "map-writable: of a directory that is bound so"
is "$(verify "$WEAK_ROOM" --bind /tmp:/tmp | bad)" "mappings" "map-writable: not of one that is bound read-only"
weak_end
weak good-append
like "$(verify "$WEAK_ROOM")" '^ok +descriptor-3 +found log, which it can overwrite' \
	"a file for appending is called what it is"
weak_end

# ---- an old kernel: what cannot be looked at is not verified ----

OLD=$O/tests/restrict/verify_old
good none
finds good-pair descriptor-3 descriptor-4
finds fd-listening descriptor-3
finds fd-directory descriptor-3
finds fd-writable descriptor-3
finds map-writable mappings
weak good-pair
out=$(verify "$WEAK_ROOM")
like "$out" '^unknown +descriptor-3 .*cannot be duplicated on this kernel' "old kernel: it says so"
like "$out" '^ok +identity .*by its start time' "old kernel: it is the same by its start time"
weak_end
OLD=''

# ---- what the launcher starts ----

# launch OPTION... -- PROGRAM... : as room_start, but what is printed goes to a file as
# --verify wants it: at its end
launch() {
	domid=$((domid + 1))
	ROOM_OUT=$work/launch.out ROOM_PID_FILE=$work/launch.child
	rm -f "$ROOM_PID_FILE"
	: > "$ROOM_OUT"
	setpriv --pdeathsig TERM "$O/xen-restrict" --user "$ROOM_BASE" --domid $domid \
		--pid-file "$ROOM_PID_FILE" --profile "$PROFILE" --no-handles --no-xenstore \
		"$@" < /dev/null >> "$ROOM_OUT" 2>> "$ROOM_OUT" &
	ROOM_PID=$!
	ok "launcher: dom$domid: a room starts" wait_for 20 room_ready
	ROOM_CHILD=$(cat "$ROOM_PID_FILE")
}

# launched NAME PROGRAM [OPTION...] : a room of the launcher's; it verifies
launched() {
	local out

	launch "${@:3}" -- "$2" --sleep
	out=$(verify "$ROOM_CHILD" "${@:3}")
	is "$?" 0 "launcher, $1: verified"
	is "$(bad <<< "$out")" "" "launcher, $1: nothing is wrong"
	like "$out" "^process $ROOM_CHILD, domain $domid, uid $((ROOM_BASE + domid)), .*: verified, [0-9]+ checks$" \
		"launcher, $1: and that is said"
}

launched_end() {
	kill "$ROOM_PID"
	room_wait
}

launched dynamic "$PROBE"
ok "JSON" python3 -c '
import json, sys
whole = json.load(sys.stdin)
assert whole["verified"] is True and whole["pid"] == int(sys.argv[1])
assert whole["uid"] == int(sys.argv[2]) and len(whole["checks"]) > 30
assert all(set(c) == {"name", "verdict", "found", "wanted"} for c in whole["checks"])
assert all(c["verdict"] == "ok" for c in whole["checks"])
' "$ROOM_CHILD" $((ROOM_BASE + domid)) < <(verify "$ROOM_CHILD" --json)
is "$(timeout 20 "$O/xen-restrict" --verify "$ROOM_CHILD" --user "$ROOM_BASE" --no-handles \
	--profile "$PROFILE" | tail -n 1 | sed 's/.*: //; s/,.*//')" verified "the domain is told by the uid"
out=$(timeout 20 "$O/xen-restrict" --verify "$ROOM_CHILD" --domid $((domid + 1)) --user "$ROOM_BASE" \
	--no-handles --profile "$PROFILE")
is "$?" 1 "as another domain's it is not"
like "$out" '^FAIL +uid ' "since its uid is wrong"
profile less 'tasks 3' 'memory 200m' 'limit nofile 40' 'limit as 100m'
out=$(verify "$ROOM_CHILD")
is "$?" 1 "by a narrower profile it is not"
is "$(bad <<< "$out")" "cgroup-memory cgroup-pids limit-as limit-nofile limit-nproc" \
	"since its limits are wider"
profile weak 'tasks 4' 'memory 256m'
like "$(verify "$ROOM_PID" | bad)" ' gid .* seccomp .*uid' "the launcher itself is not restricted"
launched_end
out=$(verify "$ROOM_CHILD")
is "$?" 1 "one that has ended is not verified"
like "$out" "^xen-restrict: process $ROOM_CHILD: there is none such$" "and that is said"

launched static "$PROBE-static"
launched_end
launched 'the network of the host' "$PROBE" --net
is "$(verify "$ROOM_CHILD" | bad)" namespace-net "which must be told"
launched_end
mkdir "$work/data" && echo x > "$work/data/file"
launched 'a bind' "$PROBE" --bind "$work/data:/data"
is "$(verify "$ROOM_CHILD" | bad)" mounts "which must be told"
launched_end
launched 'a writable bind' "$PROBE" --bind-rw "$work/data:/data"
is "$(verify "$ROOM_CHILD" --bind "$work/data:/data" | bad)" mounts "which must be told as it is"
launched_end

# one that is connected to the broker, whose path out here is another than /xs
if store_start O; then
	domid=$((domid + 1)) # (the pid file went with the last room)
	domain_new $domid libxl one
	: > "$ROOM_OUT"
	XENSTORED_PATH=$DOM0_SOCK setpriv --pdeathsig TERM "$O/xen-restrict" --user "$ROOM_BASE" --domid $domid \
		--pid-file "$ROOM_PID_FILE" --profile "$PROFILE" --no-handles \
		-- "$XEN_BIN/xenstore-watch" ready < /dev/null >> "$ROOM_OUT" 2>> "$ROOM_OUT" &
	ROOM_PID=$!
	ok "launcher: with xenstore: a room starts" wait_for 20 room_ready
	out=$(verify "$(cat "$ROOM_PID_FILE")")
	is "$(bad <<< "$out")" "" "launcher, with xenstore: nothing is wrong"
	like "$out" "^ok +descriptor-[0-9]+ .*'/run/xen-pv-tools/xs-$((ROOM_BASE + domid))'" \
		"launcher, with xenstore: the broker's connection is one"
	launched_end
	store_stop
else
	fail "the store starts"
fi

# ---- hostile names ----

# a file whose name would be a line of the report, and a terminal's escape
evil=$work/$'file\nok       uid  found all \e[2Jwell'
echo x > "$evil"
exec {fd}< "$evil"
launch --keep-fd "$fd" -- "$PROBE" --sleep
exec {fd}<&-
out=$(verify "$ROOM_CHILD")
is "$(grep -c '^ok *uid ' <<< "$out")" 1 "a file's name makes no line of the report"
ok "it is shown with escapes" grep -qF '\x1b[2J' <<< "$out"
is "$(tr -d '\n[:print:]' <<< "$out")" "" "and nothing but what can be printed"
launched_end

is "$(verify 1 | tail -n 1 | grep -o 'not verified')" "not verified" "process 1 is not restricted"
for wrong in 0 -1 x 99999999999 ''; do
	out=$(verify "$wrong")
	is "$?" 2 "'$wrong' is no process: usage"
done
done_testing
