#!/bin/bash
# metrics.t - the broker's counters as text, JSON and for Prometheus, and the socket that
# tells them.
set -u
# shellcheck source-path=SCRIPTDIR source=users.sh
. "$(dirname "$0")/users.sh"

body() {
	local mode
	xs0 write /local/domain/5/data/x v
	xs0 write /local/domain/0/secret s
	broker_up --limiter turn || bail "$STORE: the broker starts"
	is "$(stat -c %a:%u "$BROKER_METRICS")" 600:0 "$STORE: the socket is root's alone"
	is "$(curl -s -m 20 --unix-socket "$BROKER_METRICS" http://broker/json | jq .domid)" 5 "$STORE: curl and jq"
	like "$(curl -s -m 20 --unix-socket "$BROKER_METRICS" http://broker/)" '^operations +0$' "$STORE: text"
	is "$(curl -s -m 20 -o /dev/null -w '%{http_code}' --unix-socket "$BROKER_METRICS" http://broker/other)" 404 \
		"$STORE: another path"
	for mode in reader forms hostile; do user metrics.py "$mode" "$BROKER_SOCK" "$BROKER_METRICS"; done
	ok "$STORE: it ends well" broker_down
	ok "$STORE: the socket is gone" test ! -e "$BROKER_METRICS"
}
both body
done_testing
