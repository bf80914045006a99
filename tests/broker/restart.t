#!/bin/bash
# restart.t - the store daemon is killed and started anew under a broker with clients in
# it. The broker's way to the daemon is a link that is taken away meanwhile: so the new
# one knows the domain when it is reached, as one does that has kept its state.
set -u
# shellcheck source-path=SCRIPTDIR source=users.sh
. "$(dirname "$0")/users.sh"
uuid=5a5a5a5a-1111-2222-3333-444455556666

daemon_dies() {
	rm "$way"
	stop "$STORE_DIR/store.pid"
	rm -f "$STORE_DIR"/dom5.* "$STORE_DIR/socket" "$STORE_DIR/xsd_kva" "$STORE_DIR"/*.pidfile
}
# another one in the same place, with nothing in it
daemon_starts() {
	local daemon=("$XEN_LIB_BIN/xenstored" -N)
	[ "$STORE" = C ] || daemon=("$XEN_LIB_BIN/oxenstored" --no-fork --config-file "$STORE_DIR/oxenstored.conf")
	rm -f "$STORE_DIR/tdb" "$STORE_DIR/evtchn"
	mkfifo -m 600 "$STORE_DIR/evtchn"
	background "$STORE_DIR/store.pid" env FAKEXEN_DIR="$STORE_DIR" XENSTORED_RUNDIR="$STORE_DIR" \
		XENSTORED_ROOTDIR="$STORE_DIR" LD_PRELOAD="$O/tests/daemon/fakexen.so" \
		"${daemon[@]}" < /dev/null >> "$STORE_DIR/daemon.log" 2>&1
	store_select "$STORE_DIR"
	domtree wait
}
reachable() { ln -s "$DOM0_SOCK" "$way"; }
# say NAME COMMAND... : to a client whose answer is read later, with heard NAME
say() { echo "${*:2}" >&"${client_in[$1]}"; }
heard() { local a; IFS= read -r -t 60 -u "${client_out[$1]}" a && echo "$a"; }
# cut_off NAME : libxenstore says so in words that depend on where it notices
cut_off() { like "$(client "$1" read name)" '^error (EBADF|ECONNRESET|EPIPE|EIO|ENOTCONN)$' "$2"; }

# lives ROUND : through one restart
lives() {
	local unknown=ENOENT round=$1
	[ "$STORE" = C ] || unknown=EIO
	is "$(client tx start)" ok "$STORE $round: a transaction"
	is "$(client tx write data/tx 1)" ok "$STORE $round: something is written in it"
	daemon_dies
	say waits read data/new # sent while there is no daemon
	ok "$STORE $round: the daemon starts anew" daemon_starts
	ok "$STORE $round: the domain is there again" domain_new 5 libxl vm5 "$uuid"
	xs0 write /local/domain/5/data/new "$round"
	xs0 write /local/domain/0/secret s
	reachable
	is "$(heard waits)" "$round" "$STORE $round: what was asked meanwhile is answered"
	is "$(client watch event)" "data w" "$STORE $round: a watch fires"
	is "$(client watch event)" "/local/domain/5/device d" "$STORE $round: and the other"
	is "$(client watch quiet)" quiet "$STORE $round: each once"
	is "$(client tx write data/tx 2)" "error $unknown" "$STORE $round: the transaction is not known"
	is "$(client tx end)" "error EAGAIN" "$STORE $round: its end says to begin again"
	is "$(client tx read data/tx)" "error ENOENT" "$STORE $round: nothing of it was done"
	is "$(client tx start)" ok "$STORE $round: another"
	is "$(client tx write data/tx "$round")" ok "$STORE $round: something is written in that"
	is "$(client tx end)" ok "$STORE $round: it is closed"
	is "$(xs0 read /local/domain/5/data/tx)" "$round" "$STORE $round: and done"
	is "$(client watch event)" "data/tx w" "$STORE $round: the watch tells of it"
	xs0 write /local/domain/5/device/vbd 1
	is "$(client watch event)" "/local/domain/5/device/vbd d" "$STORE $round: the other watch works, too"
	is "$(client watch read /local/domain/0/secret)" "error EACCES" "$STORE $round: what is denied is denied"
	is "$(metric reconnects)" "$round" "$STORE $round: it is counted"
}

clients_open() {
	client_open watch "$BROKER_SOCK" && client_open tx "$BROKER_SOCK" && client_open waits "$BROKER_SOCK"
	xs0 write /local/domain/0/secret s
	is "$(client watch watch data w)" ok "$STORE: a watch"
	is "$(client watch event)" "data w" "$STORE: its first event"
	is "$(client watch watch /local/domain/5/device d)" ok "$STORE: another"
	is "$(client watch event)" "/local/domain/5/device d" "$STORE: its first event"
}
fill() { user shares.py fill "$BROKER_SOCK" "$BROKER_METRICS" "$DOM0_SOCK"; }
clients_close() { for c in watch tx waits; do client_close "$c"; done; }

# fresh : a daemon with the domain and a broker
fresh() {
	[ -e "$way" ] || reachable
	broker_up --upstream "$way" --limiter turn "$@" || bail "$STORE: the broker starts"
	clients_open
}

# ends NAME REGEX : all clients are cut off and the broker says why
ends() {
	broker_gone
	is $? 1 "$STORE: $1: the broker ends"
	like "$(cat "$BROKER_LOG")" "$2" "$STORE: $1: and says why"
	for c in watch tx waits; do cut_off "$c" "$STORE: $1: client '$c' is cut off"; done
	clients_close
	ok "$STORE: $1: the socket is gone" test ! -e "$BROKER_SOCK"
}

body() {
	way=$STORE_DIR/way
	domain_destroy 5
	domain_new 5 libxl vm5 "$uuid"
	fresh
	lives 1
	lives 2
	clients_close
	fill # what the old daemon had counts no more with the new one
	daemon_dies
	ok "$STORE: the daemon starts anew, with all nodes counted" daemon_starts
	domain_new 5 libxl vm5 "$uuid"
	reachable
	fill
	ok "$STORE: the broker ends well" broker_down

	fresh --reconnect 5 # it asks again all that time
	daemon_dies
	daemon_starts
	domain_new 6 libxl
	reachable
	ends "a daemon that does not know the domain" 'domain 5|dom5'

	domain_new 5 libxl vm5 "$uuid"
	fresh
	daemon_dies
	daemon_starts
	domain_new 5 libxl other 99999999-1111-2222-3333-444455556666
	reachable
	ends "the number is another VM's" 'domain 5|dom5'

	fresh --reconnect 1
	daemon_dies
	ends "a daemon that does not come back" 'store'
}
both body
done_testing
