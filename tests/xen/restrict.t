#!/bin/bash
# restrict.t - restricted handles on real Xen, with two PVH guests and both store daemons:
# what the library's handles may still do, what a program in a room of xen-restrict may,
# the broker's view beside the guest's own, and what becomes of it all when the domain
# ends and when its domid is given to another one.
# shellcheck source=tests/xen/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/xen/restrict.sh
. tests/xen/restrict.sh
send_program "$O"/{xen-restrict,xenstore-broker} \
	"$O"/tests/librestrict/{restrict_table,oneway,copies,inside} "$O/tests/daemon/xsh"
send "$O/profiles" "$O/tests/librestrict/inside-static"

# shellcheck disable=SC2154 # guest_config: of dom0/lib.sh
# A second guest, which need not run: it only has what must not be reached.
dom0_two_guests() {
	own=$(domid)
	sed 's/^name = .*/name = "other"/; /^vif/d; /^disk/d' "$guest_config" > /run/other.cfg
	ok "a second guest" quiet xl create -q -p /run/other.cfg
	other=$(xl domid other)
}

# dom0_tap NAME COMMAND... : its TAP lines become ours, and it must end well
dom0_tap() {
	local name=$1; shift

	"$@" | sed "s/^\(\(not \)\?ok [0-9]* - \)/\1$name: /"
	is "${PIPESTATUS[0]}" 0 "$name: it ends well"
}

dom0_rooms() {
	# the room has the program's libraries only if it can find them as everybody does
	dom0_tap "in a room" xen-restrict --domid "$own" -- /job/bin/inside "$other" STORE MEMORY EVENTS
	dom0_tap "in a room, static" \
		xen-restrict --domid "$own" -- /job/inside-static "$other" STORE MEMORY EVENTS
	dom0_tap "in the other's room" \
		xen-restrict --domid "$other" -- /job/inside-static "$own" STORE MEMORY EVENTS
}

# dom0_broker NAME DOMID : a broker on /run/NAME
dom0_broker() {
	xenstore-broker --domid "$2" --listen "/run/$1" > "/run/$1.log" 2>&1 &
	broker=$!
	wait_for 20 test -S "/run/$1"
}

# dom0_client NAME : one connection to it, kept
dom0_client() {
	# shellcheck disable=SC2034 # it sets client_PID
	coproc client { XENSTORED_PATH=/run/$1 exec xsh 2>&1; }
	dom0_answer 20
	[ "$answer" = ready ]
}
dom0_answer() { IFS= read -r -t "$1" -u "${client[0]}" answer || answer="none in $1 s"; }
dom0_ask() {
	echo "$*" >&"${client[1]}"
	dom0_answer 20
}

# What is below the guest's home, permissions too, as the guest itself and through us.
dom0_same_view() {
	guest 'xenstore-write data/of-guest "its own"; xenstore-write attr/x/y z;
		xenstore-chmod data/of-guest n'"$own r0"
	xenstore-write "/local/domain/$own/vm-data/of-dom0" "for it"
	xenstore-write "/local/domain/$own/secret" "not for it"
	xenstore-chmod "/local/domain/$own/secret" n0
	ok "a broker for the guest" dom0_broker view "$own"
	is "$(XENSTORED_PATH=/run/view xenstore-ls -fp "/local/domain/$own" 2>&1)" \
		"$(guest "xenstore-ls -fp /local/domain/$own" 2>&1)" \
		"what is below its home, and its permissions"
	like "$(XENSTORED_PATH=/run/view xenstore-ls -f "/local/domain/$own" 2>&1)" \
		'data/of-guest = "its own"' "of which the guest wrote some"
	for path in "/local/domain/$own/secret" "/local/domain/$other/name" /local/domain/0/name /tool; do
		is "$(XENSTORED_PATH=/run/view xenstore-read "$path" 2>&1; echo $?)" \
			"$(guest "xenstore-read $path" 2>&1; echo $?)" "as the guest reads $path"
	done
	XENSTORED_PATH=/run/view xenstore-write "/local/domain/$own/data/from-dom0" "for it"
	is "$(guest xenstore-read data/from-dom0)" "for it" "the guest reads what was written"
	like "$(guest xenstore-ls -p data)" "^from-dom0 = \"for it\".*\(n$own\)$" "which is its own"
	kill "$broker"
	wait "$broker"
}

# A program in a room, a broker and a client with a connection; all for the guest.
dom0_start_all() {
	rm -f /run/pid
	xen-restrict --domid "$own" --pid-file /run/pid -- /bin/busybox sleep 1000 >> /run/room.log 2>&1 < /dev/null &
	room=$!
	ok "a program in a room" wait_for 20 test -s /run/pid
	program=$(cat /run/pid)
	ok "a broker" dom0_broker session "$own"
	ok "a client" dom0_client session
	dom0_ask read name
	is "$answer" lab "it reads the guest's name"
	dom0_ask watch data t
	is "$answer" ok "and watches"
}

dom0_ended() { ! kill -0 "$1" 2> /dev/null; }

# The domain has ended: so has all of that.
dom0_all_ended() {
	ok "$1: the broker ends" wait_for 20 dom0_ended "$broker"
	wait "$broker"
	is $? 0 "$1: in peace"
	ok "$1: its socket is gone" test ! -e /run/session
	dom0_ask read name
	like "$answer" '^error ' "$1: the client's connection is cut"
	ok "$1: the room ends" wait_for 20 dom0_ended "$room"
	ok "$1: and its program" dom0_ended "$program"
	# shellcheck disable=SC2009 # there is no pgrep in dom0
	is "$(ps | grep -E '[x]enstore-broker|[b]usybox sleep')" "" "$1: no process is left"
	is "$(find /sys/fs/cgroup -path '*xen-restrict/*' -type d)" "" "$1: nor a control group"
}

# shellcheck disable=SC2154 # client_PID: of coproc
# The next domain with the domid has nothing to do with what served the last one.
dom0_reuse() {
	dom0_start_all
	quiet xl save -D lab /run/lab.save
	dom0_all_ended "saved"
	rm -f /run/xen/domid-history # libxl would wait a minute
	ok "another domain" quiet xl restore /run/lab.save
	is "$(domid)" "$own" "it has the domid of the last one"
	dom0_ask read name
	like "$answer" '^error |^none' "the old client is not served for the new one"
	kill "$client_PID"
	wait "$client_PID"
	ok "a broker for the new one" dom0_broker session "$own"
	ok "a client" dom0_client session
	dom0_ask read name
	is "$answer" lab "is served"
	kill "$client_PID" "$broker"
	wait "$client_PID" "$broker"
}

dom0_verified() {
	local said

	said=$(xen-restrict --verify "$program" --domid "$own")
	is $? 0 "--verify passes"
	like "$said" 'ok +descriptor-31 +found /dev/xen/privcmd: proved' "with the descriptors proved"
	grep -v '^ok ' <<< "$said" | sed 's/^/# /'
	said=$(xen-restrict --verify "$program" --domid "$other")
	is $? 1 "not for the other domain"
	like "$said" '^FAIL +descriptor-31' "whose descriptors they are not"
}

dom0_restrict() {
	dom0_install
	dom0_two_guests
	dom0_tap "the library" /job/bin/restrict_table "$own" "$other"
	dom0_tap "copies of devices" /job/bin/oneway "$own" "$other"
	dom0_tap "copies of sessions" /job/bin/copies "$own" "$other"
	dom0_rooms
	dom0_same_view
	dom0_reuse
	dom0_start_all
	dom0_verified
	ok "the domain dies" guest_destroy
	dom0_all_ended "destroyed"
}

for machine in ${1:-C-pvh O-pvh}; do LIMIT=300 on "$machine" dom0_restrict; done
done_testing
