#!/bin/bash
# launch-late.t - a program that restricts itself late starts as root with three rights and the
# devices that its profile names; and Xen handles, before fake devices.
. "$(dirname "$0")/../tap.sh"
. "$(dirname "$0")/../daemon/lib.sh"
. "$(dirname "$0")/lib.sh"
need_root
uid=$((ROOM_BASE + 2))
late() { room --domid 2 --no-xenstore --no-handles --profile "$PROFILE" "$@"; }
status_of() { awk -v n="$2:" '$1 == n {$1 = ""; print substr($0, 2)}' "/proc/$1/status"; }

profile late 'late yes' 'device /dev/null' 'dir /empty'
for program in "$INMATE" "$INMATE_STATIC"; do
	name=${program##*/}
	is "$(late -- "$program" late /empty $uid)" \
		"pid 2 parent 1 uid 0 0 0 gid 0 groups 0
effective 0000400c0 permitted 0000400c0 inheritable 000000000
root again 1
pid 2 parent 1 uid $uid $uid $uid gid $uid groups 0
effective 000000000 permitted 000000000 inheritable 000000000" \
		"$name: chroot, setgid, setuid, and no way back"
	is "$(late -- "$program" touch /dev/null)" 0 "$name: its device"
	is "$(late -- "$program" touch /new)" 30 "$name: root, and yet makes nothing"
	like "$(late --bind /etc/shadow:/s -- "$program" touch /s)" '^(13|30)$' "$name: nor writes what is root's"
	is "$(late -- "$program" exec /bin/true | head -1)" "execve 1" "$name: nor executes"
done
profile never 'device /dev/null'
like "$(late -- "$INMATE" env)" "profile: .*'device' is for a late program only" \
	"a device for one that is not late"
profile never 'cap kill'
like "$(late -- "$INMATE" env)" "profile: .*'cap' is for a late program only" "nor a right"
profile more 'late yes' 'cap net_admin'
is "$(late -- "$INMATE" who | tail -1)" \
	"effective 0000410c0 permitted 0000410c0 inheritable 000000000" "one right more"

profile late 'late yes' 'dir /empty'
room_start --domid 2 --no-xenstore --no-handles --stop-timeout 1 --profile "$PROFILE" -- "$INMATE" wait ||
	bail "a late program starts"
is "$(status_of "$ROOM_CHILD" CapBnd)" 00000000000400c0 "bounding set"
is "$(status_of "$ROOM_CHILD" Seccomp) $(status_of "$ROOM_CHILD" NoNewPrivs)" "2 1" "filter"
is "$(status_of "$(status_of "$ROOM_CHILD" PPid)" Uid)" "$uid $uid $uid $uid" \
	"process 1 is not root meanwhile"
kill "$ROOM_PID"
wait_for 20 test ! -e "/proc/$ROOM_CHILD"
room_wait
is $? 137 "it never dropped root: a signal cannot reach it, SIGKILL after a while does"
room_start --domid 2 --no-xenstore --no-handles --profile "$PROFILE" -- "$INMATE" wait
kill -KILL "$ROOM_PID"
ok "the launcher is killed: a late program goes, too" wait_for 20 test ! -e "/proc/$ROOM_CHILD"
room_wait
gone() { ! uid_runs "$uid"; } # process 1 is the host's to bury
wait_for 60 gone
is "$(room --domid 2 --no-xenstore --no-handles -- "$INMATE" exit 0; room_traces 2)" "" "nothing is left"

store_start C || bail "a store"
domain_new 2 libxl two
export XENSTORED_PATH=$DOM0_SOCK
is "$(room --domid 2 --no-handles --profile "$PROFILE" -- "$INMATE" read name)" two \
	"a late program reaches xenstore while it is root"

# Xen handles
fake() {
	timeout -k 5 60 env LD_PRELOAD="$O/tests/librestrict/fakedev.so" FAKEDEV_DOMAINS="2 3" \
		FAKEDEV_KERNEL="$kernel" "$O/xen-restrict" --user "$ROOM_BASE" --domid 2 \
		--no-xenstore "$@" 2>&1
}
kernel=
is "$(fake -- "$INMATE" fds)" "0 1 2 30 31 " "two handles, at their numbers"
is "$(fake -- "$INMATE" env | grep XENRESTRICT_ | sort | tr '\n' ' ')" \
	"XENRESTRICT_DOMID=2 XENRESTRICT_EVTCHN_FD=30 XENRESTRICT_PRIVCMD_FD=31 " "named"
is "$(fake --keep-fd 29 -- "$INMATE" fds 29< /dev/null 30< /dev/null 31< /dev/null)" \
	"0 1 2 29 30 31 " "whatever the launcher had at these numbers"
profile one 'handle evtchn'
is "$(fake --profile "$PROFILE" -- "$INMATE" fds)" "0 1 2 30 " "one of them"
for kernel in old liar halfliar evliar wrongdom noevtchn noprivcmd; do
	like "$(fake -- "$INMATE" env)" '^xen-restrict: handles: .' "a kernel that is '$kernel'"
	is "$(room_traces 2)" "" "a kernel that is '$kernel': nothing is left"
done
done_testing
