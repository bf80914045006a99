# shellcheck shell=bash
# shellcheck disable=SC2034 # what is set here is for the tests to use
# lib.sh - sourced by shell tests after tests/tap.sh and tests/daemon/lib.sh: brokers.
#
# broker_start DOMID [OPTION...]   a broker before the selected store: sets BROKER_SOCK,
#                      BROKER_PID, BROKER_LOG (the messages) and BROKER (its number);
#                      ready
# broker_start_fails DOMID [OPTION...]   one that must not start: prints its messages
# broker_stop          ends the selected one (SIGTERM); its status
# broker_select N      of several; N: its BROKER
# broker_wait          until it has ended by itself; its status
# broker_child         the process that serves clients
# broker_counter NAME  of the one with --metrics "$BROKER_SOCK.metrics"
# xsb CMD...           a xenstore client through the selected broker, as xs0 and xsg
# for_each_store FUNCTION   once for each daemon: $STORE is C or O
#
# Everything is in STORE_DIR and ends with the test.
# shellcheck disable=SC2154 # tests/daemon/lib.sh
export XEN_PV_TOOLS_PROFILES=$O/profiles
broker_n=0

for_each_store() {
	local store
	for store in C O; do
		store_start "$store" || bail "$store: daemon starts"
		"$1"
		store_stop
	done
}

broker_select() {
	BROKER=$1
	BROKER_SOCK=$STORE_DIR/broker-$1
	BROKER_LOG=$BROKER_SOCK.log
	BROKER_PID=$(< "$BROKER_SOCK.pid")
}

# The byte of --ready-fd is awaited without a time-out, which could lose it (bash drops what
# it reads in the moment in which the time is over): a broker that dies closes its end.
broker_start() {
	local base ready told domid=$1 byte=''
	shift
	broker_n=$((broker_n + 1))
	base=$STORE_DIR/broker-$broker_n
	mkfifo "$base.ready"
	exec {told}<> "$base.ready"
	exec {ready}< "$base.ready"
	rm "$base.ready"
	setpriv --pdeathsig KILL "$O/xenstore-broker" --upstream "$DOM0_SOCK" --domid "$domid" \
		--listen "$base" --ready-fd "$told" "$@" < /dev/null > "$base.log" 2>&1 {ready}<&- &
	echo $! > "$base.pid"
	broker_select $broker_n
	exec {told}<&-
	IFS= read -r -N 1 -u "$ready" byte
	exec {ready}<&-
	[ "$byte" = r ] && return 0
	sed 's/^/# /' "$BROKER_LOG"
	return 1
}

broker_start_fails() {
	broker_n=$((broker_n + 1))
	! timeout 20 "$O/xenstore-broker" --upstream "$DOM0_SOCK" --domid "$1" \
		--listen "$STORE_DIR/broker-$broker_n" "${@:2}" < /dev/null 2>&1
}

broker_wait() {
	local status
	wait "$BROKER_PID"
	status=$?
	rm -f "$BROKER_SOCK.pid"
	return $status
}

broker_stop() {
	kill -TERM "$BROKER_PID"
	broker_wait
}

broker_child() { pgrep -P "$BROKER_PID"; }

broker_counter() {
	curl -s --unix-socket "$BROKER_SOCK.metrics" http://broker/ | awk -v n="$1" '$1 == n {print $2}'
}

xsb() { xs_client "$BROKER_SOCK" "$@"; }
