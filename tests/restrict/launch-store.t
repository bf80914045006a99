#!/bin/bash
# launch-store.t - xenstore in a room: the domain's own view, through a broker that comes and
# goes with the room; both daemons.
. "$(dirname "$0")/../tap.sh"
. "$(dirname "$0")/../daemon/lib.sh"
. "$(dirname "$0")/lib.sh"
need_root

inside() { XENSTORED_PATH=$DOM0_SOCK room --domid "$1" --no-handles -- "${@:2}"; }
start() { XENSTORED_PATH=$DOM0_SOCK room_start --domid "$1" --no-handles -- "${@:2}"; }
brokers() { pgrep -P "$ROOM_PID" -x xenstore-broker; }

one_store() {
	local program

	store_start "$STORE" || bail "$STORE: daemon starts"
	domain_new 5 libxl five
	domain_new 6 libxl six
	xs0 write /local/domain/5/secret five
	xs0 write /local/domain/6/secret six
	xs0 write /tool/secret dom0
	xs0 chmod /tool/secret n0
	xs0 chmod /local/domain/6/secret n6
	for program in "$INMATE" "$INMATE_STATIC"; do
		local name=$STORE/${program##*/}
		is "$(inside 5 "$program" read name)" five "$name: a relative path is its domain's"
		is "$(inside 5 "$program" read /local/domain/5/secret)" five "$name: a node of its own"
		is "$(inside 5 "$program" read /local/domain/6/secret)" 13 "$name: another's is refused"
		is "$(inside 5 "$program" read /tool/secret)" 13 "$name: dom0's is refused"
		is "$(inside 5 "$program" write /local/domain/5/data/x value)" 0 "$name: it writes"
		is "$(xs0 read /local/domain/5/data/x)" value "$name: and that arrives"
		is "$(inside 5 "$program" write /local/domain/6/data/x value)" 13 "$name: not to another's"
		is "$(xs0 read /local/domain/6/data/x 2>/dev/null)" "" "$name: where nothing came"
	done
	is "$(inside 6 "$INMATE" read /local/domain/6/secret)" six "$STORE: the other sees its own"

	is "$(inside 5 "$XEN_BIN/xenstore-read" domid)" 5 "$STORE: a program of Xen's"
	like "$(inside 9 "$INMATE" read domid)" '^xen-restrict: broker ready: ' \
		"$STORE: a domain that is none"
	is "$(room_traces 9)" "" "$STORE: leaves nothing"

	start 5 "$INMATE" wait || bail "$STORE: a room starts"
	ok "$STORE: a broker is behind it" test -n "$(brokers)"
	is "$(ls /run/xen-pv-tools/xs-$((ROOM_BASE + 5)) 2>/dev/null)" "" \
		"$STORE: its socket has no name outside"
	local broker pids
	broker=$(brokers)
	pids=$(pgrep -P "$broker"; echo "$broker")
	kill -TERM "$ROOM_PID"
	room_wait
	is $? 143 "$STORE: a signal to end is the program's"
	is "$(room_traces 5)" "" "$STORE: nothing is left"
	is "$(ps -o pid= -p "${pids//$'\n'/,}")" "" "$STORE: nor of the broker"

	start 5 "$INMATE" handle 0 || bail "$STORE: a room starts again"
	domain_destroy 5
	room_wait
	is $? 137 "$STORE: the domain ends, and all in its room is killed"
	like "$(cat "$ROOM_OUT")" 'dom5: its xenstore is closed' "$STORE: that is told"
	is "$(room_traces 5)" "" "$STORE: and nothing is left"

	domain_new 5 libxl five
	start 5 "$INMATE" handle 0 || bail "$STORE: a room for the next domain of that number"
	broker=$(brokers)
	kill -KILL "$broker"
	room_wait
	is $? 137 "$STORE: the broker dies, and all in the room is killed"
	like "$(cat "$ROOM_OUT")" 'dom5: the broker has failed' "$STORE: that is told"
	is "$(room_traces 5)" "" "$STORE: nothing is left of that"

	start 5 "$INMATE" handle 0 || bail "$STORE: a room before the launcher dies"
	pids=$(pgrep -P "$(brokers)"; brokers)
	kill -KILL "$ROOM_PID"
	room_wait
	gone() { ! uid_runs $((ROOM_BASE + 5)) && [ -z "$(ps -o pid= -p "${pids//$'\n'/,}")" ]; }
	ok "$STORE: the launcher is killed, and all goes with it" wait_for 60 gone
	is "$(inside 5 "$INMATE" read name)" five "$STORE: the next one is not hindered"
	is "$(room_traces 5)" "" "$STORE: and clears up what was left"
	store_stop
}

for STORE in C O; do one_store; done
done_testing
