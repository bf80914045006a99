#!/bin/bash
# What a client of the broker sees is what its domain sees: the same random requests by a
# genuine guest on its ring and through the broker, on twin stores of both daemons.
# Before that, that the oracle finds no difference where there is none, and finds those
# that are made.
# ORACLE_OPS: requests for each daemon, 100 000 in all by default; ORACLE_SEED: another
# run than the one that is always made (oracle-long chooses them).
cd "$(dirname "$0")/../.." || exit 2
. tests/broker/oracle_lib.sh

ops=${ORACLE_OPS:-50000}
seed=${ORACLE_SEED:-4}

# rings NAME WANTED ARG... : the oracle between two rings ends with that status
rings() {
	local name=$1 wanted=$2 out rc
	shift 2
	twins_start "$STORE" || bail "$STORE: twin stores"
	out=$(oracle --seed "$seed" "$@" 2>&1)
	rc=$?
	is "$rc" "$wanted" "$STORE: two rings, $name"
	[ "$rc" = "$wanted" ] || diag "$out"
	twins_stop
}

# met OUT ANSWER... : the run saw all of these ("WRITE ENOSPC")
met() {
	local out=$1 a missing=()
	shift
	for a in "$@"; do
		grep -qE "^# ${a% *}:.* ${a#* } [0-9]" <<< "$out" || missing+=("$a")
	done
	is "${missing[*]}" '' "$STORE: the run meets what it should"
}

# few OUT : conflicts that only the broker's client has are at most one for 20 commits; in
# a run that is shorter than usual there are too few to tell
few() {
	awk -v ops="$ops" '/^# END: good/ {good = $4} /^# explained .*EAGAIN$/ {odd = $3}
		END {exit !(good >= 500 ? odd * 20 <= good : ops < 50000)}' <<< "$1"
}

broker() {
	local out
	twins_start "$STORE" || bail "$STORE: twin stores"
	broker_start 5 --limiter turn || bail "$STORE: the broker starts"
	out=$(oracle --seed "$seed" --ops "$ops" --broker "$BROKER_SOCK" 2>&1)
	is $? 0 "$STORE: $ops requests by ring and by broker, seed $seed: no difference but explained ones"
	diag "$out"
	if [ "$STORE" = C ]; then
		met "$out" 'WRITE ENOSPC' 'END EAGAIN' 'START ENOSPC' 'WATCH E2BIG' \
			'SET_PERMS EPERM' 'DIRECTORY E2BIG' 'READ EACCES' 'START EBUSY'
	else
		met "$out" 'END EAGAIN' 'START EQUOTA' 'WATCH EQUOTA' \
			'WRITE E2BIG' 'DIRECTORY E2BIG' 'READ EACCES' 'START EBUSY'
	fi
	ok "$STORE: a broker's client has hardly more conflicts" few "$out"
	ok "$STORE: the broker is alive" kill -0 "$BROKER_PID"
	is "$(cat "$BROKER_LOG")" '' "$STORE: and had nothing to say"
	ok "$STORE: the broker ends as it is told" broker_stop
	twins_stop
}

for STORE in ${GROUND_STORES:-C O}; do
	rings 'no difference' 0 --ops 5000
	for what in reply event tree; do
		rings "one $what spoilt: found" 1 --ops 3000 --no-bursts --inject $what
	done
	broker
done
done_testing
