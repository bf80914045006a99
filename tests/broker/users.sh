# shellcheck shell=bash
# shellcheck disable=SC2154,SC2153 # what lib.sh sets
# users.sh - sourced before all others, brings tests/tap.sh, tests/daemon/lib.sh and lib.sh,
# and root: domain 5's broker as its users see it.
#
# broker_up [OPTION...]   broker_start for domain 5, with BROKER_METRICS, a socket
# broker_gone             it ends by itself; its exit status
# broker_down             it is told to end; the same
# metric NAME             one number of its JSON
# user PROGRAM ARG...     runs tests/broker/PROGRAM, whose results (wire.py) become tests of
#                         this script, named after the store
# both BODY               BODY runs once for each daemon, with domain 5 in it

# shellcheck source-path=SCRIPTDIR source=../tap.sh
. "$(dirname "$0")/../tap.sh"
need_root
# shellcheck source-path=SCRIPTDIR source=../daemon/lib.sh
. "$(dirname "$0")/../daemon/lib.sh"
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

broker_up() {
	BROKER_METRICS=$STORE_DIR/metrics-$((broker_n + 1))
	broker_start 5 --metrics "$BROKER_METRICS" "$@"
}
broker_lives() { is_ours "$BROKER_PID" && [ "$(ps -o stat= -p "$BROKER_PID" | cut -c1)" != Z ]; }
broker_ended() { ! broker_lives; }
broker_gone() {
	wait_for 60 broker_ended || { diag "the broker is still there"; return 125; }
	broker_wait
}
broker_down() {
	kill -TERM "$BROKER_PID"
	broker_gone
}

metric() { curl -s -m 20 --unix-socket "$BROKER_METRICS" http://broker/json | jq -r ".$1"; }

user() {
	local line ended=no
	while IFS= read -r line; do
		case $line in
		"pass "*) pass "$STORE: ${line#pass }" ;;
		"fail "*) fail "$STORE: ${line#fail }" ;;
		end) ended=yes ;;
		*) diag "$line" ;;
		esac
	done < <(timeout 120 python3 -B "$top/tests/broker/$1" "${@:2}" 2>&1)
	[ $ended = yes ] || fail "$STORE: $1 $2 came to its end"
}

both() {
	local store
	for store in ${GROUND_STORES:-C O}; do
		store_start "$store" || bail "$store: daemon starts"
		domain_new 5 libxl
		"$1"
		store_stop
	done
}
