# shellcheck shell=bash
# shellcheck disable=SC2034 # what is set here is for the tests to use
# lib.sh - sourced by shell tests after tests/tap.sh and tests/daemon/lib.sh: rooms.
#
# ROOM_BASE            --user of this test: no other test that runs has its uids; domids of
#                      tests are below 460
# INMATE, INMATE_STATIC   the program of inmate.c
# profile NAME LINE... a profile of this test: guest's view of the store, [room] of LINEs;
#                      sets PROFILE
# room OPTION... -- PROGRAM ARG...   xen-restrict to its end; output and messages together
#                      (INJECT: a call that fails, see failcall.c; ROOM_UNDER: a program
#                      and its arguments that start the launcher)
# room_start OPTION... -- PROGRAM ARG...   in the background, until its program has said
#                      "ready" (or ended): sets ROOM_PID, ROOM_OUT (a file), ROOM_CHILD (its
#                      program, as seen out here), ROOM_PID_FILE
# room_ready           that condition, for who starts one otherwise and sets these
# room_wait            the launcher's status
# uid_runs UID         does anything run under it?
# room_traces DOMID    what is left of a room: nothing, when all is right
work=$(mktemp -d "${TMPDIR:-/tmp}/xpt.XXXXXX")
at_exit 'rm -rf "$work"'
# Of the process id, and thus of one test alone: 464 * 2^22, the most that Linux has, fits
# below the highest base.  Control groups, locks and sockets have the uid in their names.
ROOM_BASE=$((200000000 + $$ * 464))
INMATE=$O/tests/restrict/inmate
INMATE_STATIC=$O/tests/restrict/inmate-static
# shellcheck disable=SC2154 # of tests/daemon/lib.sh
export XEN_PV_TOOLS_PROFILES=$O/profiles
export ASAN_OPTIONS=${ASAN_OPTIONS:-}${ASAN_OPTIONS:+:}verify_asan_link_order=0
rooms=0
ROOM_UNDER=()

profile() {
	PROFILE=$work/$1.profile
	{
		printf '[xenstore]\nread /\nwrite /\n[room]\n'
		printf '%s\n' "${@:2}"
	} > "$PROFILE"
}

room() {
	timeout -k 5 60 ${ROOM_UNDER[@]+"${ROOM_UNDER[@]}"} env ${INJECT:+FAILCALL="$INJECT" LD_PRELOAD="$O/tests/restrict/failcall.so"} \
		"$O/xen-restrict" --user "$ROOM_BASE" "$@" 2>&1
}

# (the launcher writes the file when the program has been executed, which may be late)
room_ready() {
	{ grep -qs '^ready' "$ROOM_OUT" && [ -s "$ROOM_PID_FILE" ]; } || ! is_ours "$ROOM_PID"
}

room_start() {
	rooms=$((rooms + 1))
	ROOM_OUT=$work/room-$rooms.out ROOM_PID_FILE=$work/room-$rooms.child
	setpriv --pdeathsig TERM "$O/xen-restrict" --user "$ROOM_BASE" \
		--pid-file "$ROOM_PID_FILE" "$@" < /dev/null > "$ROOM_OUT" 2>&1 &
	ROOM_PID=$!
	wait_for 20 room_ready
	ROOM_CHILD=$(cat "$ROOM_PID_FILE" 2> /dev/null)
	grep -q '^ready' "$ROOM_OUT"
}

room_wait() { wait "$ROOM_PID" 2> /dev/null; } # (the shell tells of kills)

uid_runs() { [ -n "$(ps -o pid= -U "$1")" ]; }

room_traces() {
	local uid=$((ROOM_BASE + $1))

	ps -o pid=,args= -U "$uid"
	ls -d "/run/xen-pv-tools/"*-"$uid" "/run/xen-pv-tools/uid-$uid.lock" "/sys/fs/cgroup/xen-restrict/$uid" \
		"/sys/fs/cgroup/"{pids,memory}"/xen-restrict/$uid" 2> /dev/null
}
