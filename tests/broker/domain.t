#!/bin/bash
# domain.t - a session ends with its domain, and a number that is given out again inherits none.
set -u
# shellcheck source-path=SCRIPTDIR source=../tap.sh
. "$(dirname "$0")/../tap.sh"
# shellcheck source-path=SCRIPTDIR source=../daemon/lib.sh
. "$(dirname "$0")/../daemon/lib.sh"
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
need_root

# ended STORE-NAME WHAT : the broker ended well and told so, its socket is gone
ended_well() {
	ok "$STORE: $1: the broker ends with status 0" broker_wait
	like "$(cat "$BROKER_LOG")" "$2" "$STORE: $1: and says so"
	ok "$STORE: $1: its socket is gone" [ ! -e "$BROKER_SOCK" ]
}

# The client's connection is over, too: not a reply comes any more.
cut_off() {
	like "$(client "$1" read name)" "^error |^\$" "$STORE: $2: the client is cut off"
	client_kill "$1"
}

ends() {
	domain_new 5 xenopsd && domain_new 6 xenopsd
	broker_start 5 || bail "$STORE: the broker starts"
	client_open a "$BROKER_SOCK"
	is "$(client a read name)" vm5 "$STORE: a client is served"
	domain_destroy 5
	ended_well "a domain is destroyed" 'domain 5 has ended'
	cut_off a "destroyed"
}

# The tree stays: it is the hypervisor's word that counts.
vanishes() {
	domain_new 5 xenopsd
	broker_start 5 || bail "$STORE: the broker starts"
	client_open a "$BROKER_SOCK"
	domain_vanish 5
	ended_well "a domain crashes" 'domain 5 has ended'
	is "$(xs0 read /local/domain/5/name)" vm5 "$STORE: its tree is still there"
	cut_off a "crashed"
}

others() {
	domain_new 5 xenopsd
	broker_start 5 || bail "$STORE: the broker starts"
	client_open a "$BROKER_SOCK"
	domain_new 6 xenopsd && domain_new 7 libxl
	domain_destroy 6 && domain_vanish 7
	domain_new 6 xenopsd
	is "$(client a read name)" vm5 "$STORE: other domains come and go: it is served on"
	ok "$STORE: it ends when told to" broker_stop
	client_kill a
}

# The broker is stopped while the number goes to another VM, so that it learns of everything at
# once.  Nothing that the client asked meanwhile is done to the new domain.
reused() {
	local child
	domain_new 5 xenopsd old
	broker_start 5 || bail "$STORE: the broker starts"
	client_open a "$BROKER_SOCK"
	is "$(client a read name)" old "$STORE: the old domain is served"
	child=$(broker_child)
	kill -STOP "$child"
	echo "write data/inherited yes" >&"${client_in[a]}"
	domain_destroy 5
	domain_new 5 xenopsd new
	kill -CONT "$child"
	ended_well "a reused domid" 'domain 5 (has ended|may be another)'
	ok "$STORE: nothing of the old session reached it" \
		[ "$(xs0 read /local/domain/5/data/inherited 2>&1 | grep -c yes)" = 0 ]
	client_kill a
	broker_start 5 || bail "$STORE: a broker for the new one starts"
	is "$(xsb read name)" new "$STORE: which serves the new one"
	broker_stop
}

# The same VM in place under its own number: a restore.
renewed() {
	domain_new 5 xenopsd
	broker_start 5 || bail "$STORE: the broker starts"
	client_open a "$BROKER_SOCK"
	client a start > /dev/null
	client a write data/x 1 > /dev/null
	domain_resume 5 5
	ended_well "a domain made anew under its number" 'domain 5 (has ended|may be another)'
	cut_off a "made anew"
	ok "$STORE: its transaction went with it" [ "$(xs0 read /local/domain/5/data/x 2>&1)" != 1 ]
}

# Only with a profile that says so, and only for the own domain.
release_event() {
	printf '[xenstore]\nread /\nrelease-event\n' > "$STORE_DIR/release.profile"
	domain_new 5 xenopsd && domain_new 6 xenopsd
	broker_start 5 --profile "$STORE_DIR/release.profile" || bail "$STORE: the broker starts"
	client_open a "$BROKER_SOCK"
	is "$(client a watch @releaseDomain tok)" ok "$STORE: @releaseDomain can be watched"
	is "$(client a event)" "@releaseDomain tok" "$STORE: the initial event"
	domain_destroy 6
	is "$(client a quiet)" quiet "$STORE: another domain's end is not told"
	domain_destroy 5
	is "$(client a event)" "@releaseDomain tok" "$STORE: its own is"
	broker_wait
	client_kill a
}

for_each_store ends
for_each_store vanishes
for_each_store others
for_each_store reused
for_each_store renewed
for_each_store release_event
done_testing
