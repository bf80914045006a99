#!/bin/bash
# run.t - tests/run: what it counts and shows, and that nothing outlives it.
set -u
# shellcheck source-path=SCRIPTDIR source=../tap.sh
. "$(dirname "$0")/../tap.sh"
top=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/xpt.XXXXXX")
runner=''
end() {
	[ -z "$runner" ] || kill -TERM "$runner" 2> /dev/null # a signal ended us
	wait
	rm -rf "$work"
}
trap end EXIT
trap 'trap "" INT TERM HUP; exit 130' INT TERM HUP
export RUN_LOG=$work/log RUN_TALLY=$work/tally
# of the make that runs us
unset MAKEFLAGS MAKELEVEL MFLAGS

# a_test NAME : the TAP script on stdin
a_test() {
	{ printf '#!/bin/bash\n. "%s"\nwork=%q\n' "$top/tests/tap.sh" "$work"; cat; } > "$work/$1"
	chmod +x "$work/$1"
}
# run NAME... : sets $out and $status
run() {
	rm -f "$work/tally"
	out=$("$top/tests/run" -j 2 this "${@/#/$work/}" 2>&1)
	status=$?
}
has() { grep -qxF -- "$1" <<< "$out"; }
lacks() { ! has "$1"; }

a_test good.t <<< 'pass one; pass two; done_testing'
a_test bad.t <<< 'pass fine; is 1 2 wrong; pass later; echo "# console"; done_testing'
a_test dies.t <<< 'pass begun; echo "last words" >&2; exit 3'
a_test silent.t <<< 'exit 0'
a_test short.t <<< 'echo 1..3; pass only'
a_test long.t <<< 'fail begin; seq -f "# line %.0f" 1000; done_testing'
a_test hangs.t <<< 'pass begun; mkfifo "$work/hang"; read -r < "$work/hang"'

# ---- counts and output ----

run good.t
like "$out" '^this: 2 passed, 0 failed \([0-9]+ s\)$' "a success is one line"
is "$(wc -l <<< "$out") $status" "1 0" "and status 0"
is "$(< "$work/tally")" "2 0" "the tally"

run good.t bad.t
like "$(tail -n 1 <<< "$out")" '^this: 4 passed, 1 failed \([0-9]+ s\)$' "the last line after a failure"
is "$status $(< "$work/tally")" "1 4 1" "its status and tally"
ok "what failed is shown" has "not ok 2 - wrong"
ok "and its diagnostics" has "# wanted: 2"
ok "and what comes after them" has "# console"
ok "but not what passed" lacks "ok 1 - one"
log=$(sed -n 's/.*all of its output is in \(.*\):$/\1/p' <<< "$out")
is "$(grep -c '^ok' "$log")" 2 "the log that it names has all"

run good.t dies.t
like "$(tail -n 1 <<< "$out")" '^this: 3 passed, 1 failed ' "a test that dies is a failure"
ok "its last lines" has "last words"
run silent.t
like "$(tail -n 1 <<< "$out")" '^this: 0 passed, 1 failed ' "one that says nothing, too"
run short.t
like "$(tail -n 1 <<< "$out")" '^this: 1 passed, 1 failed ' "one that does less than planned"
run absent.t
like "$(tail -n 1 <<< "$out")" '^this: 0 passed, 1 failed ' "and one that is not there"
is "$status" 1 "its status"
run long.t
is "$(grep -c '^# line' <<< "$out") $(has '# line 1000' && echo end)" "398 end" \
	"of a long one, the begin and the end"
TEST_LIMIT=1 run hangs.t
like "$(tail -n 1 <<< "$out")" '^this: 1 passed, 1 failed ' "one that hangs"

# ---- interrupted ----

# A test with daemons, and a next one that must not begin.
a_test 1.t << END
. "$top/tests/daemon/lib.sh"
store_start C && domain_new 5 xenopsd && guest_bus 5 || exit 1
cat "\$STORE_DIR"/*.pid > "\$work/pids.new"
echo "\$STORE_DIR" > "\$work/dir"
at_exit 'touch "\$work/cleaned"'
echo \$\$ >> "\$work/pids.new"
mv "\$work/pids.new" "\$work/pids"
mkfifo "\$work/never"
exec {never}<> "\$work/never"
read -r -u "\$never"
END
a_test 2.t <<< 'touch "$work/next"; pass next; done_testing'
printf 'check:\n\t@O=%s %s -j 1 this %s %s\n' "${O:-build}" "$top/tests/run" "$work/1.t" "$work/2.t" \
	> "$work/Makefile"

alive() {
	local pid
	while read -r pid; do
		case $(ps -o stat= -p "$pid") in '' | Z*) ;; *) echo "$pid" ;; esac
	done < "$work/pids"
}
# at_work : the test runs, and then a fresh start for the next
at_work() {
	rm -rf "$work"/{pids,dir,next,never,cleaned}
	"$@" > "$work/out" 2>&1 &
	runner=$!
	wait_for 30 test -e "$work/pids"
}
# all_over WANTED-STATUS-REGEX HOW : it returned, now: nothing may be waited for
all_over() {
	wait "$runner"
	like $? "$1" "$2: it returns with a status"
	runner=''
	is "$(wc -l < "$work/pids") $(alive)" "3 " "$2: then no process is left"
	ok "$2: nor a file" test ! -e "$(< "$work/dir")"
	ok "$2: the test had its time to clean up" test -e "$work/cleaned"
	ok "$2: the next one did not begin" test ! -e "$work/next"
	like "$(tr -d '\r' < "$work/out")" 'this: interrupted ' "$2: and says so"
}

# script gives it a terminal, whose keys come from a FIFO.
# (what a shell starts in the background may ignore SIGINT)
on_terminal() { env --default-signal script -qefc "$1" /dev/null < "$work/keys"; }
mkfifo "$work/keys"
exec {keys}<> "$work/keys"
ok "(make runs it on a terminal)" at_work on_terminal "make -s -f '$work/Makefile'"
printf '\003' >&"$keys"
all_over '^130$' "Ctrl-C"
exec {keys}>&-

for how in TERM HUP; do
	ok "(it runs)" at_work "$top/tests/run" -j 1 this "$work/1.t" "$work/2.t"
	kill -"$how" "$runner"
	all_over '^1(43|29)$' "SIG$how"
done
is "$(ls "$RUN_LOG")" this "one directory of logs"
done_testing
