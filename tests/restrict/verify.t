#!/bin/bash
# verify.t - xen-restrict --verify: good for what xen-restrict starts, and each single
# weakness of a room is found, by the check that is for it and by no other.
. "$(dirname "$0")/../tap.sh"
. "$(dirname "$0")/../daemon/lib.sh"
. "$(dirname "$0")/lib.sh"
need_root

UID5=$((ROOM_BASE + 5))
PROBE=$O/tests/restrict/probe
profile weak 'tasks 4' 'memory 256m'

# verify PID [OPTION...] : as the launcher was told
verify() {
	timeout -k 5 60 "$O/xen-restrict" --verify "$1" --domid 5 --user "$ROOM_BASE" \
		--profile "$PROFILE" --no-handles "${@:2}" 2>&1
}

# names of the checks that are not "ok"
bad() { awk '/^(FAIL|unknown) / {print $2}' | sort -u | xargs; }

weak_said() { grep -qx "$1" "$work/weak.out" || ! is_ours "$WEAK_PID"; }

# weak NAME : a room with that weakness; sets WEAK_ROOM, the process in it
weak() {
	rm -f "$work/weak.out"
	touch "$work/weak.out"
	"$O/tests/restrict/verify_weak" "$1" $UID5 \
		< "${WEAK_INPUT:-/dev/null}" >> "$work/weak.out" 2>> "$work/weak.out" &
	WEAK_PID=$!
	wait_for 10 weak_said ready
	WEAK_ROOM=$(awk '$1 == "pid" {print $2}' "$work/weak.out")
	grep -qx ready "$work/weak.out" || diag "$(cat "$work/weak.out")"
}

weak_gone() { [ -z "$(ps -o pid= -U $UID5)" ]; }

weak_end() {
	kill -KILL "$WEAK_PID"
	wait "$WEAK_PID" 2> /dev/null
	wait_for 10 weak_gone
	rmdir "/sys/fs/cgroup/"{,pids/,memory/}"xen-restrict/$UID5" 2> /dev/null
}
at_exit 'rmdir /sys/fs/cgroup/{,pids/,memory/}xen-restrict/$UID5 2> /dev/null'

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
END
for name in pair pipe read-only append device memory event; do good good-$name; done
done_testing
