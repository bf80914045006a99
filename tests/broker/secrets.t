#!/bin/bash
# secrets.t [COUNT] - what a domain may not read never reaches a client of its broker:
# nodes of dom0 and of others hold a word and are named by it, dom0 makes, changes,
# removes and opens and shuts them; clients watch, ask for them and send hostile frames,
# COUNT (150000) to each daemon; each byte that they get is searched (see secrets.c). 
# Before that, the word is found where it may be read.  `tests/broker/secrets.t 1000000`
# is the long run, which chooses a seed; otherwise it is SECRETS_SEED or always the same.
cd "$(dirname "$0")/../.." || exit 2
. tests/broker/oracle_lib.sh

run_of SECRETS 150000 "${1:-}"

# secrets NAME COUNT [plant]
secrets() {
	local out
	twin_and_broker
	out=$("$O/tests/broker/secrets" "$BROKER_SOCK" "$DOM0_SOCK" "$2" "$seed" \
		${3:+"$3"} 2>&1)
	told "$1" $? "$out"
	ok "$STORE: the daemon is alive" kill -0 "$STORE_PID"
	ok "$STORE: the broker ends as it is told" broker_stop
	store_stop
}

for STORE in ${GROUND_STORES:-C O}; do
	secrets 'a word that may be read is found' 2000 plant
	secrets "$count requests" "$count"
done
done_testing
