#!/bin/bash
# leaks.t - events of what was shut when it happened: they are judged when they come, not
# when a slow client takes them, so that nothing that is removed, made anew or opened
# later tells their names; what was open comes late, too.
set -u
# shellcheck source-path=SCRIPTDIR source=users.sh
. "$(dirname "$0")/users.sh"

body() {
	local mode
	for mode in removed remade late; do
		broker_up --limiter turn || bail "$STORE: the broker starts"
		user leaks.py "$mode" "$BROKER_SOCK" "$BROKER_METRICS" "$DOM0_SOCK"
		ok "$STORE: it ends well" broker_down
	done
	user leaks.py crowd "$O/xenstore-broker" "$STORE_DIR" "$DOM0_SOCK"
}
both body
done_testing
