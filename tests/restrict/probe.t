#!/bin/bash
# probe.t - a hostile program in the room: every way out that we know is refused, with the
# right errno, from a dynamic and a static program.  Both daemons.  Outside of it, for root,
# most of the same attempts do work: where one ends alike outside and inside, its refusal shows
# nothing of the room, and it is not counted.
. "$(dirname "$0")/../tap.sh"
. "$(dirname "$0")/../daemon/lib.sh"
. "$(dirname "$0")/lib.sh"
need_root

PROBE=$O/tests/restrict/probe
DECOY_UID=$((ROOM_BASE + 460)) # no domain's

# decoys : a secret file, sockets, a process of another user, nodes of others
decoys() {
	echo 'the secret' > "$STORE_DIR/secret"
	chmod 600 "$STORE_DIR/secret"
	chmod 711 "$STORE_DIR"
	background "$STORE_DIR/decoy.pid" "$O/tests/restrict/probe_decoy" $DECOY_UID \
		"@xpt-probe-$$" "$STORE_DIR/decoy" > "$STORE_DIR/decoy.out"
	wait_for 10 grep -q ready "$STORE_DIR/decoy.out" || return 1
	domain_new 5 libxl five && domain_new 6 libxl six || return 1
	xs0 write /local/domain/6/data/secret six
	xs0 chmod /local/domain/6/data n6
	xs0 chmod /local/domain/6/data/secret n6
	xs0 write /local/domain/0/probe-secret zero
	xs0 chmod /local/domain/0/probe-secret n0
	DECOYS=("$STORE_DIR/secret" "@xpt-probe-$$" "$STORE_DIR/decoy" "$DOM0_SOCK")
	DECOY_PID=$(< "$STORE_DIR/decoy.pid")
}

inside() { XENSTORED_PATH=$DOM0_SOCK room --domid 5 --no-handles -- "$@"; }

# what the attempts could have changed
traces() {
	xs0 ls -fp /
	cat "$STORE_DIR/secret"
	stat -c '%n %a %u %g' / "$STORE_DIR/secret"
	ls -d /xpt-probe* 2> /dev/null
	hostname
	grep -E '^(Uid|Groups|SigQ|Cap)' "/proc/$DECOY_PID/status"
}

# compare FILE : of the outcomes in FILE how many there are, how many of these doors are open
# outside, how many end otherwise there, and how many were not tried there
compare() {
	awk '
	/^# outcome / {
		got = $3
		sub(/^# outcome -?[0-9]+ /, "")
		if (NR == FNR) { outside[$0] = got; next }
		if (!($0 in outside)) { unknown++; next }
		tried++
		open += outside[$0] == 0
		differ += outside[$0] != got
	}
	END { print tried + 0, open + 0, differ + 0, unknown + 0 }' "$work/outside" "$1"
}

# all_shut NAME OUTPUT : of the probe, inside: nothing was open, and that says something
all_shut() {
	local tried open differ unknown

	echo "$2" > "$work/inside"
	read -r tried open differ unknown < <(compare "$work/inside")
	is "$(grep -E '^not ok|^# outcome 0 ' <<< "$2")" "" \
		"$1: $tried doors tried, $open of them open outside, all shut inside"
	[ "$tried" -gt 0 ] || diag "$2"
	is "$unknown" 0 "$1: each was tried outside"
	ok "$1: of $differ the refusal is the room's, at least 60" [ "$differ" -ge 60 ]
	ok "$1: at least 60 are open outside" [ "$open" -ge 60 ]
	is "$tried" "$(grep -c '^ok ' <<< "$2")" "$1: all of them are in the count"
}

# all_refused NAME PROGRAM [OPTION] : each door of the probe
all_refused() {
	local out before

	before=$(traces)
	out=$(inside "${@:2}" "${DECOYS[@]}" /xs 6 "$DECOY_PID")
	is "$?" 0 "$1: the probe came to its end, each refused as it should be"
	all_shut "$1" "$out"
	is "$(grep -c '^ok ' <<< "$out")" "$("$PROBE" --list | grep -c '^door ')" "$1: all that there are"
	is "$(traces)" "$before" "$1: nothing has changed outside"
}

# all_kill NAME PROGRAM : those for which the room ends who tries
all_kill() {
	local door out

	while read -r _ door; do
		out=$(inside "$2" --only "$door" "${DECOYS[@]}" /xs 6 "$DECOY_PID")
		is "$?" 159 "$1: $door: it is ended by SIGSYS"
		is "$out" "" "$1: $door: and has nothing to say"
	done < <("$PROBE" --list | grep '^kills ')
}

one_store() {
	store_start "$STORE" || bail "$STORE: daemon starts"
	decoys || bail "$STORE: the decoys are there"
	all_refused "$STORE, dynamic" "$PROBE"
	all_refused "$STORE, static" "$PROBE-static" --static
	all_kill "$STORE, dynamic" "$PROBE"
	all_kill "$STORE, static" "$PROBE-static"
	is "$(inside "$PROBE" --only 'no such door' "${DECOYS[@]}" /xs 6 "$DECOY_PID")" "1..0" \
		"$STORE: a door that is none is not one that is refused"
	ok "$STORE: the daemon lives" is_ours "$STORE_PID"
	ok "$STORE: the decoy lives" is_ours "$DECOY_PID"
	is "$(room_traces 5)" "" "$STORE: nothing is left"
}

# A filter that lets through what would show a hole: then the layers behind it must refuse.
loose() {
	local out

	store_start C || bail "loose: daemon starts"
	decoys || bail "loose: the decoys are there"
	profile loose 'fork yes' 'exec yes' \
		'call open openat creat mkdir mkdirat mknod mknodat symlink symlinkat link linkat' \
		'call unlink unlinkat rename renameat rmdir chmod fchmodat chown fchownat utimensat' \
		'call mount umount2 chroot chdir pivot_root open_tree move_mount fsopen' \
		'call open_by_handle_at fanotify_init socket bind ptrace process_vm_readv' \
		'call process_vm_writev kill tgkill tkill rt_sigqueueinfo pidfd_open kcmp prlimit64' \
		'call setrlimit get_robust_list sched_setaffinity move_pages execve execveat' \
		'call setuid setgid setreuid setregid setresuid setresgid setgroups setfsuid' \
		'call capset prctl setns unshare sched_setscheduler setpriority getpriority' \
		'call iopl ioperm kexec_load init_module finit_module delete_module reboot swapon' \
		'call swapoff acct settimeofday clock_settime sethostname setdomainname mq_open' \
		'call mlock mlockall fcntl'
	out=$(XENSTORED_PATH=$DOM0_SOCK room --domid 5 --no-handles --profile "$PROFILE" -- \
		"$1" --loose "${DECOYS[@]}" /xs 6 "$DECOY_PID")
	is "$?" 0 "without a filter, ${1##*/}: the probe came to its end"
	all_shut "without a filter, ${1##*/}" "$out"
	# the filter's own answer; here it is that of the kernel, which looked at more
	is "$(grep -cE 'create a file: .*(Read-only file system|Permission denied)' <<< "$out")" 1 \
		"without a filter, ${1##*/}: and not by the filter"
	store_stop
}

# Each door that the probe's table calls open outside must be so, for root without a room.
# Its outcomes are what the others are compared with.
outside() {
	local out

	store_start C || bail "outside: daemon starts"
	decoys || bail "outside: the decoys are there"
	out=$(timeout -k 5 120 "$PROBE" --outside "${DECOYS[@]}" "$DOM0_SOCK" 6 "$DECOY_PID")
	is "$?" 0 "outside: the probe came to its end"
	echo "$out" > "$work/outside"
	is "$(grep -c '^# outcome ' <<< "$out")" "$("$PROBE" --list | wc -l)" "outside: all were tried"
	is "$(grep '^not ok' <<< "$out")" "" \
		"outside: $(grep -c '^ok ' <<< "$out") doors are open, as they should be"
	ok "outside: at least 60 of them" [ "$(grep -c '^ok ' <<< "$out")" -ge 60 ]
	for door in 'read /etc/shadow' 'read a secret file' "the host's abstract socket" \
		"another domain's secret" "dom0's secret" 'netlink' 'clone a mount tree' \
		'leave a chroot' 'signal another' 'trace another' 'fork' 'execute memory' \
		'setuid(0)' 'a network namespace' 'bpf' 'shared memory' '1 GiB of memory' \
		'64 threads'; do
		ok "outside: $door" grep -qF " - open outside: $door" <<< "$out"
	done
	store_stop
}

outside
for STORE in C O; do one_store; store_stop; done
loose "$PROBE"
loose "$PROBE-static"
done_testing
