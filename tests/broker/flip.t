#!/bin/bash
# flip.t [COUNT] - dom0, and another domain on its ring, flip permissions in a loop while
# a client of the broker makes COUNT (20000) requests to each daemon: nothing is read or
# changed that was denied when it was there (see flip.c).  Before that, the same with a
# client that is dom0, who is found to do both.  `tests/broker/flip.t 1000000` is the long
# run, which chooses a seed; otherwise it is FLIP_SEED or always the same.
cd "$(dirname "$0")/../.." || exit 2
. tests/broker/oracle_lib.sh

run_of FLIP 20000 "${1:-}"

# flipping NAME SOCKET COUNT [expect]
flipping() {
	local out
	out=$("$O/tests/broker/flip" "$2" "$STORE_DIR" "$3" "$seed" ${4:+"$4"} 2>&1)
	told "$1" $? "$out"
}

for STORE in ${GROUND_STORES:-C O}; do
	twin_and_broker
	flipping 'a client that sees all is found' "$DOM0_SOCK" 3000 expect
	flipping "$count requests of a client of the broker" "$BROKER_SOCK" "$count"
	ok "$STORE: the broker ends as it is told" broker_stop
	store_stop
done
done_testing
