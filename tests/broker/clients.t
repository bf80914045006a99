#!/bin/bash
# clients.t - many clients of one broker: a hundred of them; those that take nothing, that
# ask without end, that stop in the middle of a frame; and the quotas that they share.
set -u
# shellcheck source-path=SCRIPTDIR source=users.sh
. "$(dirname "$0")/users.sh"

clients() { user clients.py "$1" "$BROKER_SOCK" "$BROKER_METRICS" "$STORE" "$DOM0_SOCK"; }

body() {
	local parser mode
	broker_up --limiter turn || bail "$STORE: the broker starts"
	parser=$(broker_child)
	for mode in hundred slow lazy_events flood halves quotas nodes; do clients "$mode"; done
	is "$(broker_child)" "$parser" "$STORE: the same process has served them all"
	ok "$STORE: and ends well" broker_down
	is "$(grep -c . "$BROKER_LOG")" 0 "$STORE: without a word about clients"
	broker_up --limiter turn --max-clients 4 || bail "$STORE: for four clients"
	clients full
	ok "$STORE: it ends with clients in it" broker_down
	ok "$STORE: the store daemon is the one it was" kill -0 "$STORE_PID"
}
both body
done_testing
