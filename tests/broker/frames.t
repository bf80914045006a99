#!/bin/bash
# frames.t [COUNT] - frames that keep no rule of the wire: each split of one, each length
# at which a daemon stumbles, COUNT (200000) hostile ones for each daemon.  The broker
# goes on, the real daemon is the same process as before, and its tree has changed only
# where the domain may change it (see frames.c).  `tests/broker/frames.t 1000000` is the
# long run, which chooses a seed; otherwise it is FRAMES_SEED or always the same.
cd "$(dirname "$0")/../.." || exit 2
. tests/broker/oracle_lib.sh

run_of FRAMES 200000 "${1:-}"

# same_process PID : it lives, and has not been replaced
same_process() { kill -0 "$1" && [ "$(store_pid_of_socket)" = "$1" ]; }
# who answers at dom0's socket
store_pid_of_socket() {
	python3 -c 'import socket,struct,sys
s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1])
print(struct.unpack("3i", s.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))[0])' \
		"$DOM0_SOCK"
}

hostile() {
	local out
	twin_and_broker
	out=$("$O/tests/broker/frames" "$BROKER_SOCK" "$DOM0_SOCK" "$count" "$seed" 2>&1)
	told "$count hostile frames" $? "$out"
	ok "$STORE: the daemon is alive and the same" same_process "$STORE_PID"
	ok "$STORE: the broker is alive" kill -0 "$BROKER_PID"
	is "$(xsb read /local/domain/5/name)" vm5 "$STORE: and serves"
	ok "$STORE: the broker ends as it is told" broker_stop
	store_stop
}

for STORE in ${GROUND_STORES:-C O}; do hostile; done
done_testing
