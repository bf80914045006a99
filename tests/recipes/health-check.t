#!/bin/bash
# health-check.t - xe-guest-health-check: what it answers Xen Orchestra, on both daemons.
# shellcheck disable=SC2317 # the bodies are called by for_each_ground
set -u
# shellcheck source-path=SCRIPTDIR source=../tap.sh
. "$(dirname "$0")/../tap.sh"
need_root
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

C=$tmp/checks
health() { recipe xe-guest-health-check --directory "$C" "$@"; }
planned() { set_keys xo-backup-health-check=planned "$@"; }
# check NAME LINE... : a check of these lines
check() {
	printf '%s\n' '#!/bin/sh' "${@:2}" > "$C/$1"
	chmod 755 "$C/$1"
}
anew() { rm -rf "$C"; mkdir "$C"; planned; }
# answers RC STATE ERROR NAME ARGUMENT... : what is in the store then
answers() {
	health "${@:5}"
	is "$RC:$(get_key xo-backup-health-check):$(get_key xo-backup-health-check-error)" \
		"$1:$2:$3" "$GROUND: $4"
}

test_well() {
	anew
	check 20-second "echo second >> $tmp/order" "vm-data get xo-backup-health-check >> $tmp/order"
	check 10-first "echo first >> $tmp/order" 'echo "much to say"'
	echo 'exit 1' > "$C/20-second.dpkg-old"
	cp -p "$C/20-second.dpkg-old" "$C/.hidden"
	rm -f "$tmp/order"
	answers 0 success '' "all well"
	is "$(xargs < "$tmp/order")" "first second running" "$GROUND: in order, and the host sees it"
	rm "$tmp/order"
	answers 0 success '' "a second start does nothing"
	ok "$GROUND: and runs nothing" test ! -e "$tmp/order"
	planned xo-backup-health-check-error=stale
	answers 0 success '' "no error of another time is left"
	set_keys foo=bar
	health
	is "$RC:$ERR:$(get_key xo-backup-health-check)" "0::" "$GROUND: nothing planned, nothing said"
}

test_failure() {
	anew
	check 10-db "printf 'cannot open\n\033[31mdb\\001 \$(touch $tmp/hit)\n' >&2" 'exit 3'
	check 20-good 'echo fine'
	check 30-web "exit 1"
	answers 1 failure "10-db: exit status 3: cannot open [31mdb \$(touch $tmp/hit); 30-web: exit status 1" \
		"what failed, with what it said, without control characters"
	ok "$GROUND: a text is no command" test ! -e "$tmp/hit"
	like "$ERR" "running 20-good" "$GROUND: the journal tells which were run"
	anew
	check much "head -c 100000 /dev/zero | tr '\\0' x; echo END; exit 1"
	health
	is "$RC:$(get_key xo-backup-health-check)" "1:failure" "$GROUND: much output"
	like "$(get_key xo-backup-health-check-error)" '^much: exit status 1: x{397}END$' \
		"$GROUND: of which the end is told"
	anew
	check cut "for i in \$(seq 201); do printf 'é'; done; printf x; exit 1"
	health
	like "$(get_key xo-backup-health-check-error)" '^cut: exit status 1: (é){199}x$' \
		"$GROUND: a character that is cut is left out"
	anew
	check odd "printf 'a\\377b\\303(\\340\\200\\200c\\355\\240\\200\\360\\237\\230\\200\\364\\220\\200\\200\\342\\202\\254 \\300\\257end\\303'; exit 1"
	answers 1 failure "odd: exit status 1: ab(c😀€ end" "bytes that are no UTF-8"
	anew
	for i in 1 2 3 4 5 6 7 8; do check "$i" "printf %0500d 1; exit 1"; done
	health
	is "$(get_key --raw xo-backup-health-check-error | wc -c)" 1800 "$GROUND: cut to what the store takes"
	is "$(get_key xo-backup-health-check)" failure "$GROUND: and answered"
	anew
	check killed 'kill -SEGV $$'
	health
	like "$RC:$(get_key xo-backup-health-check):$(get_key xo-backup-health-check-error)" \
		"^1:failure:killed: exit status 139" "$GROUND: a check that crashes"
}

# has_ended PID : init may take its time to collect one that is not our child
has_ended() { [ ! -e "/proc/$1/exe" ]; }

test_time() {
	anew
	check slow 'echo waiting' "echo \$\$ > $tmp/slow" "sleep 600 & echo \$! > $tmp/left; wait"
	answers 1 failure "slow: took longer than 2 seconds: waiting" "a check without end" --timeout 2
	ok "$GROUND: which has ended" has_ended "$(< "$tmp/slow")"
	ok "$GROUND: with what it had started" wait_for 20 has_ended "$(< "$tmp/left")"
	anew
	check leaves "sleep 600 & echo \$! > $tmp/left"
	answers 0 success '' "a check that leaves something behind"
	ok "$GROUND: which is ended" wait_for 20 has_ended "$(< "$tmp/left")"
	anew
	check 1 'sleep 600'
	check 2 'exit 0'
	health --total 3
	is "$RC:$(get_key xo-backup-health-check)" 1:failure "$GROUND: the time for all"
	like "$(get_key xo-backup-health-check-error)" \
		'^1: took longer than [1-3] seconds; 2: not run, the 3 seconds for all are over$' \
		"$GROUND: the time for all: message"
}

test_not_run() {
	anew
	answers 1 failure "there is no check in $C" "no checks: no success"
	rmdir "$C"
	planned
	answers 1 failure "there is no check in $C" "no directory"
	anew
	check a 'exit 0'
	chmod 644 "$C/a"
	answers 1 failure "a: cannot be executed (chmod +x)" "a check that cannot be executed"
	anew
	check a "touch $tmp/hit"
	chmod 777 "$C/a"
	answers 1 failure "a: not run, others than root may write it" "a check that others may write"
	anew
	check a "touch $tmp/hit"
	chown 1000 "$C/a"
	answers 1 failure "a: not run, others than root may write it" "a check of another"
	anew
	check a "touch $tmp/hit"
	chmod 777 "$C"
	answers 1 failure "a: not run, others than root may write it" "a directory that others may write"
	ok "$GROUND: none of them was run" test ! -e "$tmp/hit"
}

# The host may have made vm-data read-only: that is told, and nothing is run.
test_read_only() {
	anew
	check a "touch $tmp/hit"
	xs0 rm /local/domain/5/vm-data
	vm_data_live 5 xo-backup-health-check=planned
	health
	is "$RC:$(get_key xo-backup-health-check)" "1:planned" "$GROUND: a read-only vm-data"
	like "$ERR" "vm-data is read-only for this guest, .*; in dom0: vm-data --domain 5 set xo-backup-health-check VALUE" \
		"$GROUND: is told in the journal"
	like "$ERR" "xe-guest-health-check: Xen Orchestra's health check cannot be answered$" \
		"$GROUND: with what it means"
	ok "$GROUND: and nothing was run" test ! -e "$tmp/hit"
}

test_full() {
	anew
	check a 'echo bad; exit 1'
	recipe_full "$tmp/full" xe-guest-health-check --directory "$C"
	is "$RC:$(get_key xo-backup-health-check):$(get_key xo-backup-health-check-error)" \
		"1:failure:a: exit status 1: bad" "$GROUND: a failure on a full disk is one"
	planned
	TMPDIR=$tmp/none health
	is "$RC:$(get_key xo-backup-health-check):$(get_key xo-backup-health-check-error)" \
		"1:failure:no place in $tmp/none for what the checks print" "$GROUND: no place for output"
}

# Killed while a check runs: the next start does it again.
test_kill() {
	local pid
	anew
	check a "echo \$PPID > $tmp/timeout.new; mv $tmp/timeout.new $tmp/timeout" 'sleep 600 & wait'
	rm -f "$tmp/timeout"
	XENSTORED_PATH=$GUEST_SOCK PATH=$tmp/bin:$PATH TMPDIR=$tmp \
		sh "$RECIPES/xe-guest-health-check" --directory "$C" 2> "$tmp/err" &
	pid=$!
	wait_for 20 test -e "$tmp/timeout"
	kill -KILL "$pid"
	wait "$pid" 2> "$tmp/killed"
	kill -TERM "$(< "$tmp/timeout")" # which ends the check
	is "$(get_key xo-backup-health-check):$(get_key xo-backup-health-check-error)" running: \
		"$GROUND: killed: no answer"
	check a 'exit 0'
	answers 0 success '' "the next start answers"
	is "$(find "$tmp" -maxdepth 1 -name 'xe-guest-health-check.*' | wc -l)" 1 \
		"$GROUND: (what the killed one has left)"
	rm -rf "$tmp"/xe-guest-health-check.*
}

body() {
	domain_new 5 "$TOOLSTACK"
	guest_bus 5
	test_well
	test_failure
	test_not_run
	test_full
	test_read_only
	[ "$TOOLSTACK" = libxl ] || { test_time; test_kill; }
	anew
	GUEST_SOCK=$tmp/none health
	is "$RC" 1 "$GROUND: no store"
	like "$ERR" "^vm-data: no xenstore: " "$GROUND: no store: message"
}

test_usage() {
	GROUND=usage GUEST_SOCK=$tmp/none
	recipe xe-guest-health-check --help
	like "$RC:$(< "$tmp/out")" "^0:usage: xe-guest-health-check " "--help"
	recipe xe-guest-health-check --version
	is "$RC:$(< "$tmp/out")" "0:xe-guest-health-check $("$O/vm-data" --version | cut -d ' ' -f 2)" "--version"
	recipe xe-guest-health-check --timeout=x
	is "$RC:$(head -n 1 <<< "$ERR")" "2:xe-guest-health-check: --timeout: 'x' is no number of seconds" "an option with its value after ="
	recipe xe-guest-health-check --timeout=
	is "$RC:$(head -n 1 <<< "$ERR")" "2:xe-guest-health-check: --timeout needs a value" "an option with an empty value"
	recipe xe-guest-health-check now
	is "$RC:$(head -n 1 <<< "$ERR")" "2:xe-guest-health-check: bad operand 'now'" "an operand"
	for value in 0 -1 x 1.5 '' 1000000; do
		recipe xe-guest-health-check --timeout "$value"
		is "$RC" 2 "a time of '$value'"
	done
}

test_usage
for_each_ground body
done_testing
