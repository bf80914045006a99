#!/bin/bash
# limits.t - the broker's limiters: what costs how much, that an empty bucket makes clients
# wait and gives no errors, that all clients share it, and that they are served in turn; and
# what counts as a node of the domain's, and what it costs to count them.
set -u
# shellcheck source-path=SCRIPTDIR source=users.sh
. "$(dirname "$0")/users.sh"

limits() {
	user limits.py "$1" "$BROKER_SOCK" "$BROKER_METRICS" "$DOM0_SOCK" "$STORE_DIR/requests" "$STORE"
}

body() {
	local mode
	domain_new 6 libxl
	xs0 write /local/domain/5/data/x 0
	xs0 write /local/domain/0/secret s
	broker_up --rate 1000000 --burst 1000000 || bail "$STORE: the broker starts"
	user limits.py costs "$BROKER_SOCK" "$BROKER_METRICS"
	user limits.py conflict "$BROKER_SOCK" "$BROKER_METRICS" "$DOM0_SOCK"
	ok "$STORE: it ends well" broker_down

	broker_up --limiter bucket --rate 5 --burst 20 || bail "$STORE: with a small bucket"
	user limits.py pressure "$BROKER_SOCK" "$BROKER_METRICS"
	ok "$STORE: it ends well with a bucket in debt" broker_down

	broker_up --limiter turn || bail "$STORE: with turns"
	limits transactions
	user limits.py turns "$BROKER_SOCK" "$BROKER_METRICS" "$DOM0_SOCK" "$(broker_child)"
	ok "$STORE: it ends well" broker_down

	echo 0 0 > "$STORE_DIR/requests"
	background "$STORE_DIR/relay.pid" python3 -B "$top/tests/broker/limits.py" relay \
		"$STORE_DIR/relay" "$DOM0_SOCK" "$STORE_DIR/requests" > "$STORE_DIR/relay.log" 2>&1
	wait_for 20 [ -S "$STORE_DIR/relay" ] || bail "$STORE: the relay starts"
	broker_up --limiter turn --upstream "$STORE_DIR/relay" || bail "$STORE: behind a relay"
	xs0 write /local/domain/6/shared x
	xs0 chmod /local/domain/6/shared n6 b5
	for mode in nodes elsewhere watches; do
		limits "$mode"
	done
	ok "$STORE: it ends well" broker_down
	printf '%s\n' '[xenstore]' 'grant-read /local/domain/0/backend/*/{domid}' \
		'grant-write /local/domain/0/backend/*/{domid}' > "$STORE_DIR/star.profile"
	broker_up --limiter turn --upstream "$STORE_DIR/relay" --profile "$STORE_DIR/star.profile" ||
		bail "$STORE: with grants"
	limits grants
	ok "$STORE: it ends well" broker_down
	stop "$STORE_DIR/relay.pid"

	# its defaults are those that the man page tells
	broker_up || bail "$STORE: as it is"
	user limits.py costs "$BROKER_SOCK" "$BROKER_METRICS"
	ok "$STORE: it ends well" broker_down
}
both body
done_testing
