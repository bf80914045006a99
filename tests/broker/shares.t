#!/bin/bash
# shares.t - the quota of nodes where others have a hand in it: who pays for a count, that it
# comes to an end, that what others remove, own or bring back is counted once.
set -u
# shellcheck source-path=SCRIPTDIR source=users.sh
. "$(dirname "$0")/users.sh"

shares() { user shares.py "$1" "$BROKER_SOCK" "$BROKER_METRICS" "$DOM0_SOCK" "$STORE_DIR/takes"; }

body() {
	domain_new 6 libxl
	xs0 write /local/domain/6/shared x
	xs0 chmod /local/domain/6/shared n6 b5
	broker_up --limiter turn || bail "$STORE: the broker starts"
	shares full
	ok "$STORE: it ends well" broker_down
	# the last step of a count waits for its token, and so does the answer
	broker_up --rate 1 --burst $(($(< "$STORE_DIR/takes") - 3)) || bail "$STORE: with a slow bucket"
	shares slow
	ok "$STORE: it ends well" broker_down
	broker_up --rate 1000 --burst 20 || bail "$STORE: with a small bucket"
	shares share
	shares given_up
	ok "$STORE: it ends well" broker_down
	broker_up --limiter turn || bail "$STORE: with turns"
	shares again
	shares replay
	ok "$STORE: it ends well" broker_down
}

both body
done_testing
