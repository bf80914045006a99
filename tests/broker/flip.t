#!/bin/bash
# flip.t [COUNT] - dom0, and another domain on its ring, flip permissions in a loop while a
# client of the broker makes COUNT (20000) requests to each daemon: nothing is read or changed
# that was denied when it was there (see flip.c).  Before that, the same with a client that
# is dom0, who is found to do both.  `tests/broker/flip.t 1000000` is the long run, which
# chooses a seed; otherwise it is FLIP_SEED or always the same.
cd "$(dirname "$0")/../.." || exit 2
. tests/tap.sh
. tests/daemon/lib.sh
. tests/broker/lib.sh
. tests/broker/oracle_lib.sh
need_root

count=${1:-${FLIPS:-20000}}
chosen=${1:+$((RANDOM * 32768 + RANDOM))}
seed=${FLIP_SEED:-${chosen:-1}}

# flipping NAME SOCKET COUNT [expect]
flipping() {
	local out rc
	out=$("$O/tests/broker/flip" "$2" "$STORE_DIR" "$3" "$seed" ${4:+"$4"} 2>&1)
	rc=$?
	is "$rc" 0 "$STORE: $1, seed $seed"
	diag "$(grep -E '^(# |not )' <<< "$out")"
}

for STORE in ${GROUND_STORES:-C O}; do
	{ store_start "$STORE" && twin_domains; } || bail "$STORE: a store"
	broker_start 5 --limiter turn || bail "$STORE: the broker starts"
	flipping 'a client that sees all is found' "$DOM0_SOCK" 3000 expect
	flipping "$count requests of a client of the broker" "$BROKER_SOCK" "$count"
	ok "$STORE: the broker ends as it is told" broker_stop
	store_stop
done
done_testing
