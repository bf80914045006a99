#!/bin/bash
# instances.t - instances of a daemon do not meet, and a test leaves nothing behind, however
# it ends.
set -u
# shellcheck source-path=SCRIPTDIR source=../tap.sh
. "$(dirname "$0")/../tap.sh"
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

# ---- two at once ----

store_start C || bail "C starts"
first=$STORE_DIR
domain_new 5 xenopsd one && guest_bus 5
one=$GUEST_SOCK
store_start O || bail "O starts"
domain_new 5 libxl two && guest_bus 5
is "$(xsg 5 read name)" two "the second instance has its own domain 5"
xsg 5 write data/only 2
store_select "$first"
is "$(xs_client "$one" read name)" one "the first one still has its own"
is "$(xsg 5 exists data/only || echo no)" no "what a guest of the second wrote is not there"
store_stop
is "$(for s in "${store_dirs[@]}"; do store_select "$s"; xsg 5 read data/only; done)" 2 \
	"the second goes on when the first has ended"
store_select "${store_dirs[0]}"
store_stop
is "${#store_dirs[@]}" 0 "both are gone"

# ---- ends of a test ----

work=$(mktemp -d "${TMPDIR:-/tmp}/xpt.XXXXXX")
at_exit "rm -rf '$work'"
mkfifo "$work/never"
leader=''
# shellcheck disable=SC2016 # expanded when this test ends
at_exit '[ -z "$leader" ] || kill -KILL -- "-$leader" 2> /dev/null' # when a signal ends this test

# A test in a process group of its own that says where its parts are, then waits.
cat > "$work/test" << 'END'
	. "$1/tests/tap.sh"
	. "$1/tests/daemon/lib.sh"
	store_start "$2" && domain_new 5 xenopsd && guest_bus 5 && client_open a "$GUEST_SOCK" || exit 1
	cat "$STORE_DIR"/*.pid > "$3/pids.new"
	echo "$STORE_DIR" > "$3/dir"
	mv "$3/pids.new" "$3/pids"
	case $4 in
	exit) exit 0 ;;
	fail) exit 1 ;;
	*) exec {never}<> "$3/never"; read -r -u "$never" ;;
	esac
END

any_alive() {
	local pid
	for pid in $(< "$work/pids"); do
		# a zombie waits only for its reaper
		case $(ps -o stat= -p "$pid") in '' | Z*) ;; *) return 0 ;; esac
	done
	return 1
}
none_alive() { ! any_alive; }

# ends C|O HOW : run the test and end it like that; its parts' ids are left in $work/pids
ends() {
	rm -f "$work/pids" "$work/dir"
	# what a shell starts in the background ignores SIGINT, and so would the test
	setsid env --default-signal bash "$work/test" "$top" "$1" "$work" "$2" &
	leader=$!
	disown # the shell says nothing when it is killed
	wait_for 20 test -e "$work/pids" || bail "$1: the test runs"
	is "$(wc -l < "$work/pids")" 3 "$1: daemon, bus and client run before $2"
	case $2 in
	exit | fail) ;;
	INT | TERM | HUP) kill -"$2" -- "-$leader" ;; # as a terminal or timeout does
	KILL) kill -KILL "$leader" ;; # the shell alone: nobody is told
	esac
	ok "$1: no process is left after $2" wait_for 10 none_alive
	any_alive && kill -KILL -- "-$leader"
	if [ "$2" = KILL ]; then
		rm -rf "$(< "$work/dir")" # what nobody could do
	else
		ok "$1: no file is left after $2" wait_for 10 test ! -e "$(< "$work/dir")"
	fi
	leader=''
}

for daemon in C O; do
	for how in exit fail INT TERM HUP KILL; do ends "$daemon" "$how"; done
done
done_testing
