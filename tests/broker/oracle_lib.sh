# shellcheck shell=bash
# shellcheck disable=SC2034 # what is set here is for the tests to use
# oracle_lib.sh - sourced from the top, before all others, by tests that need twins of
# domains and stores: brings tests/tap.sh, tests/daemon/lib.sh and lib.sh, and root.
#
# run_of NAME DEFAULT [COUNT]   sets count and seed: without COUNT a run that is
#                     always the same, unless NAME_SEED is set; with it one that is chosen now
# twin_and_broker     a store of kind $STORE with the domains below, and domain 5's broker
# told NAME STATUS OUT   one result: a program's status must be 0; what it told of it
# twins_start C|O     two daemons with the same domains: sets LEFT and RIGHT, their
#                     directories, of which RIGHT is selected.
#                     Domain 5 is who asks, 7 another, 9 one that has ended.
# twins_stop
# oracle ARG...       tests/broker/oracle on the twins

. tests/tap.sh
. tests/daemon/lib.sh
. tests/broker/lib.sh
need_root

run_of() {
	local of_env=$1_SEED chosen=1
	count=${3:-$2}
	[ -z "${3:-}" ] || chosen=$((RANDOM * 32768 + RANDOM))
	seed=${!of_env:-$chosen}
}

told() {
	is "$2" 0 "$STORE: $1, seed $seed"
	diag "$(grep -E '^(# |not )' <<< "$3")"
}

# xenstored's limit of writes would let a run take hours; see oracle_fastclock.c
STORE_PRELOAD=$O/tests/broker/fastclock.so:
STORE_OPTIONS=(--timeout watch-event=0)

# oxenstored's counterpart: who makes transactions of others fail is paused
eval "plain_$(declare -f store_config)"
store_config() {
	plain_store_config "$1"
	echo "conflict-burst-limit = 1e9"
}

# twin_domain DOMID : the same in each store, numbers of its own as well
twin_domain() {
	local uuid=00000000-0000-4000-8000-00000000000$1
	domain_new "$1" xenopsd "vm$1" "$uuid" &&
		xs0 write "/local/domain/$1/unique-domain-id" "$uuid"
}
twin_domains() { twin_domain 5 && twin_domain 7 && twin_domain 9 && domain_destroy 9; }

twin_and_broker() {
	{ store_start "$STORE" && twin_domains; } || bail "$STORE: a store"
	broker_start 5 --limiter turn || bail "$STORE: the broker starts"
}

twins_start() {
	store_start "$1" && twin_domains || return 1
	LEFT=$STORE_DIR
	store_start "$1" && twin_domains || return 1
	RIGHT=$STORE_DIR
}

twins_stop() {
	local dir
	for dir in "$LEFT" "$RIGHT"; do store_remove "$dir"; done
	STORE_DIR=''
}

oracle() { "$O/tests/broker/oracle" --kind "$STORE" --left "$LEFT" --right "$RIGHT" "$@"; }
