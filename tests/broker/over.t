#!/bin/bash
# over.t - a domain that others have given more nodes than it may have: what its clients
# remove gives room at once, as in a guest, where enough is removed.
set -u
# shellcheck source-path=SCRIPTDIR source=users.sh
. "$(dirname "$0")/users.sh"

body() {
	broker_up --limiter turn || bail "$STORE: the broker starts"
	user over.py "$BROKER_SOCK" "$BROKER_METRICS" "$DOM0_SOCK"
	ok "$STORE: it ends well" broker_down
}

both body
done_testing
