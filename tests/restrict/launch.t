#!/bin/bash
# launch.t - what a program in a room has and sees: dynamic and static; what is handed in;
# limits; two rooms side by side.
. "$(dirname "$0")/../tap.sh"
. "$(dirname "$0")/../daemon/lib.sh"
. "$(dirname "$0")/lib.sh"
need_root
uid=$((ROOM_BASE + 8))
alone() { room --domid 8 --no-xenstore --no-handles "$@"; }
status_of() { awk -v n="$2:" '$1 == n {$1 = ""; print substr($0, 2)}' "/proc/$1/status"; }

profile mayexec 'exec yes'
profile execs 'call execve execveat'
for program in "$INMATE" "$INMATE_STATIC"; do
	name=${program##*/}
	is "$(FOO=1 LD_LIBRARY_PATH=/x alone -- "$program" env | grep -v '^LD_LIBRARY_PATH=/lib$')" \
		XENRESTRICT_DOMID=8 "$name: nothing of the launcher's environment"
	is "$(alone --env A=1 --env B= --env A=2 -- "$program" env | sed -n '/^[AB]=/p' | tr '\n' ' ')" \
		"A=2 B= " "$name: --env, the last of a name"
	is "$(alone -- "$program" fds 7< /dev/null 12< /dev/null)" "0 1 2 " "$name: descriptors"
	is "$(alone --keep-fd 12 -- "$program" fds 7< /dev/null 12< /dev/null)" "0 1 2 12 " \
		"$name: one that is kept"
	is "$(alone -- "$program" who | head -1)" \
		"pid 2 parent 1 uid $uid $uid $uid gid $uid groups 0" "$name: ids"
	is "$(alone -- "$program" who | tail -1)" \
		"effective 000000000 permitted 000000000 inheritable 000000000" "$name: no capability"
	is "$(alone -- "$program" exec /bin/true | tr '\n' ' ')" \
		"execve 1 execveat path 1 execveat descriptor 1 execveat descriptor and path 1 dup2 to its number 9 " \
		"$name: it executes nothing, not even itself again"
	is "$(alone --bind "$INMATE_STATIC:/x" -- "$program" exec /x | tail -2)" \
		"execveat descriptor and path 1
dup2 to its number 9" "$name: nor what its room has"
	is "$(alone --profile "$work/execs.profile" --bind "$INMATE_STATIC:/x" -- "$program" exec /x | head -1)" \
		"execve 13" "$name: nor without the filter (Landlock)"
	is "$(alone --profile "$work/mayexec.profile" --bind "$INMATE_STATIC:/x" -- "$program" exec /x)" \
		"inmate: which command?" "$name: exec yes: it does"
	is "$(alone -- "$program" thread)" 0 "$name: a thread"
	is "$(alone -- "$program" hog 512)" 12 "$name: memory over the limit"
	is "$(alone -- "$program" hog 32)" 0 "$name: memory below it"
	ok "$name: it starts" room_start --domid 8 --no-xenstore --no-handles -- "$program" bomb
	is "$(cat "$ROOM_OUT")" "ready 0" "$name: and makes no process"
	kill -INT "$ROOM_PID" && room_wait
done

is "$(alone -- "$INMATE" tree | grep -vE '^//lib(64)?(/[^/]*\.so[^/]*)?$')" ": 2" \
	"a dynamic program sees its libraries and nothing else"
is "$(alone -- "$INMATE" tree | grep -c libxenstore)" 1 "those it needs"
is "$(alone -- "$INMATE_STATIC" tree)" ": 2
/: 1" "a static one opens nothing"
is "$(alone -- "$INMATE" touch /new)" 1 "nothing is made in the root: the filter"
mkdir "$work/out" "$work/in" && echo text > "$work/in/file" && chmod 777 "$work/out"
is "$(alone --bind-rw "$work/out:/o" -- "$INMATE" touch /new)" 30 "nor without it: read-only"
is "$(alone --bind "$work/in" -- "$INMATE_STATIC" cat "$work/in/file")" text "--bind, same path"
is "$(alone --bind "$work/in:/data/in" -- "$INMATE_STATIC" cat /data/in/file)" text "another path"
is "$(alone --bind "$work/in/file:/f" -- "$INMATE" cat /f)" text "a file"
like "$(alone --bind "$work/in/file:/f" --bind-rw "$work/out:/o" -- "$INMATE" touch /f)" \
	'^(13|30)$' "--bind is read-only (Landlock's answer, or the mount's)"
is "$(alone --bind-rw "$work/out:/o" -- "$INMATE_STATIC" touch /o/made)" 0 "--bind-rw is not"
is "$(stat -c %u "$work/out/made")" "$uid" "what is made there is the room's uid's"
is "$(alone --bind /dev:/dev -- "$INMATE" cat /dev/null)" 13 "a device in what is bound is dead"
is "$(alone --bind /etc:/etc -- "$INMATE" cat /etc/shadow)" 13 "files of others stay theirs"
# from_mount OPTIONS OPTION... : a room with what lies in a mount with OPTIONS
mkdir "$work/mount"
from_mount() {
	unshare -m sh -c 'mount -t tmpfs none "$1" && cp "$2" "$1/x" && chmod 777 "$1" &&
		mount -o "remount,bind,$3" "$1" && shift 3 && exec timeout 60 "$@"' sh \
		"$work/mount" "$INMATE_STATIC" "$1" "$O/xen-restrict" --user "$ROOM_BASE" --domid 8 \
		--no-xenstore --no-handles "${@:2}" 2>&1
}
like "$(from_mount noexec --profile "$work/mayexec.profile" --bind "$work/mount:/m" -- "$INMATE" exec /m/x)" \
	'^execve 13' "--bind of a mount without programs has none"
is "$(from_mount ro --bind-rw "$work/mount:/m" -- "$INMATE_STATIC" touch /m/made)" 30 \
	"--bind-rw of a read-only mount is read-only"
is "$(from_mount rw --bind-rw "$work/mount:/m" -- "$INMATE_STATIC" touch /m/made)" 0 \
	"of one that is not, it is not"
profile dirs 'dir /empty /run/{domid}/x' 'limit nofile 40' 'limit fsize 1k' 'env FROM=profile' \
	"bind $work/in /p{domid}"
is "$(alone --profile "$PROFILE" -- "$INMATE" tree | grep -vE '^//lib|/p8' | sort | tr '\n' ' ')" \
	"//empty //run //run/8 //run/8/x : 2 " "profile: directories"
is "$(alone --profile "$PROFILE" -- "$INMATE" cat /p8/file)" text "profile: a bind"
like "$(alone --profile "$PROFILE" -- "$INMATE" env)" '^FROM=profile$' "profile: environment"
mkdir "$work/libs" && cp "$(ldd "$INMATE" | awk '/libxenstore/ {print $3}')" "$work/libs/libxenstoreXsoX4"
sed 's/libxenstore\.so\.4/libxenstoreXsoX4/' "$INMATE" > "$work/own" && chmod 755 "$work/own"
is "$(alone --lib-dir "$work/libs" -- "$work/own" exit 4; echo $?)" 4 "--lib-dir"
is "$(alone -- "$INMATE" exit 4; echo $?)" 4 "its exit status"
is "$(alone -- "$INMATE" raise 15; echo $?)" 143 "its signal"
is "$(alone -- "$INMATE" raise 6; echo $?)" 134 "abort()"
is "$(alone -- "$INMATE" raise 9; echo $?)" 137 "SIGKILL"

# from outside
room_start --domid 8 --no-xenstore --no-handles -- "$INMATE" wait || bail "a room starts"
init=$(status_of "$ROOM_CHILD" PPid)
for pid in "$ROOM_CHILD" "$init"; do
	[ "$pid" = "$init" ] && who="process 1" || who="program"
	is "$(status_of "$pid" Uid)" "$uid $uid $uid $uid" "$who: uid"
	is "$(status_of "$pid" Gid)" "$uid $uid $uid $uid" "$who: gid"
	is "$(status_of "$pid" Groups)" "" "$who: groups"
	for set in Inh Prm Eff Bnd Amb; do
		is "$(status_of "$pid" Cap$set)" 0000000000000000 "$who: Cap$set"
	done
	is "$(status_of "$pid" NoNewPrivs)" 1 "$who: no_new_privs"
	is "$(status_of "$pid" Seccomp)" 2 "$who: seccomp"
	is "$(stat -c %u "/proc/$pid/status")" 0 "$who: not dumpable"
	for ns in mnt pid ipc net uts cgroup; do
		test "$(readlink "/proc/$pid/ns/$ns")" != "$(readlink /proc/self/ns/$ns)"
		is $? 0 "$who: its own $ns namespace"
	done
done
is "$(ls "/proc/$init/fd")" "" "process 1: no descriptor"
is "$(find "/proc/$ROOM_CHILD/fd" -type l -printf '%f ')" "0 1 2 " \
	"program: descriptors"
is "$(awk '{print $5}' "/proc/$ROOM_CHILD/mountinfo" | grep -vE '^(/lib(64)?/.*)$' | tr '\n' ' ')" "/ " \
	"program: what is mounted"
is "$(awk '$6 !~ /(^|,)ro(,|$)/ || $6 !~ /nosuid/ || $6 !~ /nodev/' "/proc/$ROOM_CHILD/mountinfo")" "" \
	"program: all of it read-only, nosuid, nodev"
limit_of() { awk -v n="$1" 'index($0, n) == 1 {print $(NF-1)}' "/proc/$ROOM_CHILD/limits"; }
is "$(awk '/^Max/ {sub(/ +(bytes|files|processes|signals|locks|seconds|us) *$/, ""); print $NF}' \
	"/proc/$ROOM_CHILD/limits" | tr '\n' ' ')" \
	"unlimited 262144 unlimited 8388608 0 unlimited 9 64 0 268435456 0 64 0 0 0 unlimited " \
	"program: hard limits"
is "$(awk -F: '$2 ~ /pids|memory/ {print $2 $3}' "/proc/$ROOM_CHILD/cgroup" | sort | tr '\n' ' ')" \
	"memory/xen-restrict/$uid pids/xen-restrict/$uid " "program: control groups"
is "$(cat "/sys/fs/cgroup/pids/xen-restrict/$uid/pids.max")" 9 "control group: tasks"
is "$(cat "/sys/fs/cgroup/memory/xen-restrict/$uid/memory.limit_in_bytes")" 268435456 \
	"control group: memory"
kill "$ROOM_PID" && room_wait
is "$(room_traces 8)" "" "nothing is left"
room_start --domid 8 --no-xenstore --no-handles -- "$INMATE_STATIC" wait || bail "a static one"
is "$(stat -c %u "/proc/$ROOM_CHILD/status")" 0 "a static program: not dumpable"
is "$(awk '{print $5}' "/proc/$ROOM_CHILD/mountinfo")" / "a static program: nothing but the root"
is "$(find "/proc/$ROOM_CHILD/root/" -mindepth 1)" "" "which is empty"
kill "$ROOM_PID" && room_wait

# descriptors over the program's limit, its own number among them: the program alone has them
exec 64< /dev/null 70< /dev/null
room_start --domid 8 --no-xenstore --no-handles --keep-fd 64 --keep-fd 70 -- "$INMATE" wait ||
	bail "a room with high descriptors"
exec 64<&- 70<&-
is "$(find "/proc/$ROOM_CHILD/fd" -type l -printf '%f\n' | sort -n | tr '\n' ' ')" "0 1 2 64 70 " \
	"descriptors over the limit: the program has them"
is "$(ls "/proc/$(status_of "$ROOM_CHILD" PPid)/fd")" "" "descriptors over the limit: not process 1"
is "$(find "/proc/$ROOM_PID/fd" -type l -name '[67]?')" "" "descriptors over the limit: nor the launcher"
kill "$ROOM_PID" && room_wait

# the pid file
mkdir "$work/pid" && ln -s "$work/pid/other" "$work/pid/link"
like "$(alone --pid-file "$work/pid/link" -- "$INMATE" wait | grep -v '^ready$')" \
	"^xen-restrict: pid file: '.*/link': Too many levels" "--pid-file: a link is not followed"
is "$(ls "$work/pid")" link "--pid-file: nothing was made there"
# (what was executed may get as far as saying so)
is "$(alone --pid-file "$work/pid/none/x" -- "$INMATE" wait | grep -v '^ready$'; echo "${PIPESTATUS[0]}")" \
	"xen-restrict: pid file: '$work/pid/none/x': No such file or directory
1" "--pid-file: told once, and the room ends"
room_start --domid 8 --no-xenstore --no-handles -- "$INMATE" wait || bail "a room with a pid file"
is "$(cat "$ROOM_PID_FILE")" "$ROOM_CHILD" "--pid-file: the program"
kill "$ROOM_PID" && room_wait
ok "--pid-file: it goes with the room" test ! -e "$ROOM_PID_FILE"
INJECT=syscall:322 alone --pid-file "$work/pid/early" -- "$INMATE" wait > /dev/null
ok "--pid-file: none when nothing was executed" test ! -e "$work/pid/early"

# side by side
room_start --domid 8 --no-xenstore --no-handles -- "$INMATE" wait || bail "one room"
one=$ROOM_PID one_child=$ROOM_CHILD
room_start --domid 9 --no-xenstore --no-handles -- "$INMATE" wait || bail "two rooms"
is "$(status_of "$ROOM_CHILD" Uid)" "$((uid + 1)) $((uid + 1)) $((uid + 1)) $((uid + 1))" \
	"two rooms: a uid each"
for ns in mnt pid ipc net uts cgroup; do
	test "$(readlink "/proc/$one_child/ns/$ns")" != "$(readlink "/proc/$ROOM_CHILD/ns/$ns")"
	is $? 0 "two rooms: a $ns namespace each"
done
timeout 20 "$O/xen-restrict" --user "$ROOM_BASE" --reap 8 > /dev/null
wait "$one"
is $? 137 "two rooms: one is reaped"
ok "two rooms: the other goes on" kill -0 "$ROOM_CHILD"
kill "$ROOM_PID" && room_wait
done_testing
