#!/bin/bash
# cli.t - xen-restrict's command line: what is refused, what is told without a room.
. "$(dirname "$0")/../tap.sh"
. "$(dirname "$0")/../daemon/lib.sh"
. "$(dirname "$0")/lib.sh"
xr() { timeout -k 5 60 "$O/xen-restrict" "$@" 2>&1; }

# usage NAME WANTED ARG... : status 2, the reason, and where help is
usage() {
	local out rc
	out=$(xr "${@:3}")
	rc=$?
	is "$rc" 2 "$1: status"
	like "$out" "$2" "$1: the reason"
	is "$(tail -1 <<< "$out")" "Try 'xen-restrict --help'." "$1: help is named"
}
usage "no domid" '^xen-restrict: --domid is missing' -- true
usage "no program" '^xen-restrict: there is no program' --domid 5
usage "no program after --" '^xen-restrict: there is no program' --domid 5 --
for domid in 0 32752 65535 -1 +5 0x5 5x '' ' 5' 99999999999999999999; do
	usage "domid '$domid'" "no number from 1 to 32751" --domid "$domid" -- true
done
for base in 0 1 32751 2147450897 99999999999 5x; do
	usage "base '$base'" "no number from 32752 to 2147450896" --user "$base" --domid 5 -- true
done
usage "keep-fd of a handle" "where Xen's handles are" --domid 5 --keep-fd 30 -- true
usage "keep-fd of a word" 'no number' --domid 5 --keep-fd out -- true
usage "env without =" 'not NAME=VALUE' --domid 5 --env A -- true
for name in XENSTORED_PATH LD_PRELOAD XENRESTRICT_DOMID; do
	usage "env $name" 'is not free' --domid 5 --env $name=x -- true
done
usage "json of a run" '--json is for' --domid 5 --json -- true
usage "two modes" 'only one of' --reap 5 --verify 1
usage "words after --reap" "unexpected argument 'x'" --reap 5 x
usage "a room's option of --reap" '^xen-restrict: with --reap go' --reap 5 --keep-fd 1
usage "--reap with a domid beside its own" '^xen-restrict: with --reap go' --domid 5 --reap 7
usage "--reap of a name" "'five' is neither a domid" --reap five
usage "a relative --lib-dir" "'lib' is not an absolute path" --domid 5 --lib-dir lib -- true
usage "an unknown option" 'unrecognized option' --frobnicate
usage "stop-timeout" 'no number' --domid 5 --stop-timeout never -- true
like "$(xr --user no-such-user --domid 5 -- true; echo $?)" "there is no user 'no-such-user'" \
	"--user of a name that is none"
like "$(xr --user root --domid 5 -- true; echo $?)" "'root' is uid 0" "--user root"

like "$(xr --help)" '^usage: xen-restrict --domid N' "--help"
like "$(xr --version)" '^xen-restrict [0-9]' "--version"
for arg in --help --version; do
	"$O/xen-restrict" $arg > /dev/full 2> "$work/err"
	is "$? $(cat "$work/err")" "1 xen-restrict: cannot print: No space left on device" \
		"$arg that cannot be written"
done

need_root
like "$(room --domid 5 --no-handles --no-xenstore -- true)" "^xen-restrict: program: 'true': .*PATH is not" \
	"a program without a path is not looked for"
like "$(room --domid 5 --profile '' --dry-run -- "$INMATE")" "neither a profile's name nor a path" \
	"a profile without a name"
profile all 'handle evtchn' 'tasks 3' 'memory 32m' 'limit nofile 50' 'bind /etc/hosts /h' \
	'bind-rw /var/tmp /w' 'dir /d{domid}' 'call sched_setaffinity' 'fork yes' 'net host'
room --domid 5 --profile "$PROFILE" --env A=1 --dry-run --json -- "$INMATE" x > "$work/manifest"
is $? 0 "--dry-run --json"
field() { python3 -c "import json,sys; print(json.dumps(json.load(open('$work/manifest'))$1))"; }
is "$(field "['uid']") $(field "['domid']")" "$((ROOM_BASE + 5)) 5" "manifest: uid, domid"
is "$(field "['static']")" false "manifest: dynamic"
is "$(field "['handles']")" '["evtchn"]' "manifest: handles"
is "$(field "['network']")" '"host"' "manifest: network"
is "$(field "['limits']['nofile']") $(field "['limits']['nproc']") $(field "['memory']")" \
	"50 4 33554432" "manifest: limits"
is "$(field "['binds'][1]")" '{"from": "/var/tmp", "to": "/w", "how": "read-write"}' "manifest: binds"
is "$(field "['directories']")" '["/d5"]' "manifest: directories"
like "$(field "['libraries']")" 'libxenstore\.so\.4' "manifest: libraries"
like "$(field "['environment']")" '"A=1"' "manifest: environment"
is "$(field "['steps'][0]['step']") $(field "['steps'][-1]['step']")" '"user" "exec"' "manifest: steps"
text=$(room --domid 5 --profile "$PROFILE" --explain -- "$INMATE_STATIC" x)
like "$text" "^uid +$((ROOM_BASE + 5))$" "manifest as text"
like "$text" '^static +yes$' "manifest: static"
like "$text" '^  program seccomp the filter' "manifest: steps as text"
is "$(room_traces 5)" "" "nothing was made"
"$O/xen-restrict" --domid 5 --dry-run -- "$INMATE" > /dev/full 2> "$work/err"
is "$? $(cat "$work/err")" "1 xen-restrict: cannot print: No space left on device" \
	"a manifest that cannot be written"

# profiles that are wrong: the line is named
wrong() {
	profile wrong "${@:3}"
	like "$(room --domid 5 --profile "$PROFILE" --dry-run -- "$INMATE")" \
		"^xen-restrict: profile: .*wrong.profile:5: $2" "profile: $1"
}
wrong "a handle that is none" "no handle is called 'gntdev'" 'handle gntdev'
wrong "neither yes nor no" "neither 'yes' nor 'no': 'maybe'" 'fork maybe'
wrong "a network" "neither 'none' nor 'host': 'bridge'" 'net bridge'
wrong "no tasks" "no number of tasks: '0'" 'tasks 0'
wrong "too many tasks" "no number of tasks" 'tasks 4097'
wrong "a size" "no size: '5q'" 'memory 5q'
wrong "a size too large" "no size" 'memory 99999999999g'
wrong "a limit" "no limit is called 'brain'" 'limit brain 5'
wrong "a request" "no request is called 'tiocsti'" 'ioctl tiocsti'
wrong "a capability" "no capability is called 'sys_admin'" 'cap sys_admin'
wrong "a relative path" "not a plain absolute path: 'etc'" 'bind etc'
wrong "a path with .." "not a plain absolute path" 'bind /etc/../root'
wrong "the whole tree" "not a plain absolute path" 'bind /'
wrong "a library by its path" "a library has a name" 'library /lib/x.so'
wrong "too few words" "wrong number of words for 'limit'" 'limit as'
wrong "too many words" "wrong number of words for 'tasks'" 'tasks 1 2'
wrong "an environment" "not NAME=VALUE" 'env A'
done_testing
