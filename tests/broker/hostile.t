#!/bin/bash
# hostile.t - clients that want to keep others from the store, or to fill it or slow it down.
set -u
# shellcheck source-path=SCRIPTDIR source=users.sh
. "$(dirname "$0")/users.sh"

hostile() { user hostile.py "$1" "$BROKER_SOCK" "$STORE" "$DOM0_SOCK" "${@:2}"; }

body() {
	broker_up --rate 50 --burst 20 || bail "$STORE: the broker starts"
	hostile starve
	ok "$STORE: it ends well" broker_down

	broker_up --limiter turn || bail "$STORE: the broker starts"
	guest_bus 5
	hostile transaction "$GUEST_SOCK"
	hostile churn
	hostile busy "$(broker_child)"
	hostile half_close
	hostile hung "$STORE_PID" "$BROKER_LOG"
	ok "$STORE: it ends well" broker_down

	xs0 write /local/domain/0/device-model/5/state ""
	broker_up --limiter turn --profile qemu || bail "$STORE: the broker starts"
	hostile grants
	ok "$STORE: it ends well" broker_down
}
both body
done_testing
