#!/bin/bash
# secrets.t [COUNT] - what a domain may not read never reaches a client of its broker: nodes
# of dom0 and of others hold a word and are named by it, dom0 makes, changes, removes and
# opens and shuts them; clients watch, ask for them and send hostile frames, COUNT (150000)
# to each daemon; each byte that they get is searched (see secrets.c).  Before that, the word
# is found where it may be read.  `tests/broker/secrets.t 1000000` is the long run, which
# chooses a seed; otherwise it is SECRETS_SEED or always the same.
cd "$(dirname "$0")/../.." || exit 2
. tests/tap.sh
. tests/daemon/lib.sh
. tests/broker/lib.sh
. tests/broker/oracle_lib.sh
need_root

count=${1:-${SECRETS:-150000}}
chosen=${1:+$((RANDOM * 32768 + RANDOM))}
seed=${SECRETS_SEED:-${chosen:-1}}

# secrets NAME COUNT [plant]
secrets() {
	local out rc
	{ store_start "$STORE" && twin_domains; } || bail "$STORE: a store"
	broker_start 5 --limiter turn || bail "$STORE: the broker starts"
	out=$("$O/tests/broker/secrets" "$BROKER_SOCK" "$DOM0_SOCK" "$2" "$seed" \
		${3:+"$3"} 2>&1)
	rc=$?
	is "$rc" 0 "$STORE: $1, seed $seed"
	diag "$(grep -E '^(# |not )' <<< "$out")"
	ok "$STORE: the daemon is alive" kill -0 "$STORE_PID"
	ok "$STORE: the broker ends as it is told" broker_stop
	store_stop
}

for STORE in ${GROUND_STORES:-C O}; do
	secrets 'a word that may be read is found' 2000 plant
	secrets "$count requests" "$count"
done
done_testing
