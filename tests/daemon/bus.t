#!/bin/bash
# bus.t - the stand-in for /dev/xen/xenbus behaves as the kernel's: clients do not meet, what
# a client leaves is cleared away, and a resume brings every watch back.
set -u
# shellcheck source-path=SCRIPTDIR source=../tap.sh
. "$(dirname "$0")/../tap.sh"
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

# say NAME COMMAND... : a command to a client whose answer is not looked at
say() { client "$@" > /dev/null; }

guest() { domain_new "$1" "$TOOLSTACK" && guest_bus "$1"; }

watches() {
	guest 5
	client_open a "$GUEST_SOCK"
	client_open b "$GUEST_SOCK"
	client_open c "$GUEST_SOCK"
	is "$(client a watch data token) $(client b watch attr token)" "ok ok" \
		"$GROUND: two clients watch with one token"
	is "$(client a event) | $(client b event)" "data token | attr token" \
		"$GROUND: each gets its first event"
	say c write attr/x 1
	is "$(client b event)" "attr/x token" "$GROUND: the one that watches gets the event"
	is "$(client a quiet)" quiet "$GROUND: the other does not"
	say b watch attr token2
	say b event
	say c write attr/y 1
	is "$(printf '%s\n' "$(client b event)" "$(client b event)" | sort | tr '\n' ' ')" \
		"attr/y token attr/y token2 " "$GROUND: two watches of one client both fire"
	is "$(client b unwatch attr token)" ok "$GROUND: a watch is removed"
	say c write attr/z 1
	is "$(client b event) $(client b quiet)" "attr/z token2 quiet" "$GROUND: the other one stays"
	is "$(client b unwatch attr nosuch)" ok "$GROUND: removing an unknown watch is no error"
	is "$(client b watch bad:path t | cut -c1-5) $(client b read domid)" "error error EBADF" \
		"$GROUND: a refused watch ends that client's connection"
	is "$(client a read domid)" 5 "$GROUND: and no other's"
	is "$(client c fill data/x 4080 | cut -c1-5) $(client c read domid)" "error error EBADF" \
		"$GROUND: so does a message over 4096 bytes with its header"
	client_close a
}

nothing_left() { [ "$(guest_count 5 clients) $(guest_count 5 watches)" = "0 0" ]; }

# Daemons let a guest have 10 or 11 transactions at once.
leavings() {
	local i
	guest 5
	for i in 1 2 3; do
		client_open a "$GUEST_SOCK"
		for ((n = 0; n < 8; n++)); do
			say a start # the handle forgets the one before: it stays open
			is "$(client a write data/left "$i")" ok "$GROUND: round $i, transaction $n is open"
		done
		say a watch data t
		client_kill a
		ok "$GROUND: a killed client leaves nothing" wait_for 5 nothing_left
	done
	is "$(xsg 5 exists data/left || echo no)" no "$GROUND: nothing of its transactions was done"
	client_open a "$GUEST_SOCK"
	say a start
	say a write data/done 1
	is "$(client a end) $(xs0 read /local/domain/5/data/done)" "ok 1" "$GROUND: others can commit"
	client_close a
}

conflicts() {
	local name
	guest 5
	for name in a b; do
		client_open "$name" "$GUEST_SOCK"
		say "$name" start
		is "$(client "$name" read data/count)" "error ENOENT" "$GROUND: $name reads in a transaction"
	done
	say a write data/count 1
	say b write data/count 2
	is "$(client a end)" ok "$GROUND: the first of two commits"
	is "$(client b end)" "error EAGAIN" "$GROUND: the second has to try again"
	is "$(client b read data/count)" 1 "$GROUND: the first one's value stands"
	is "$(client b end)" "error ENOENT" "$GROUND: there is no transaction to end"
	client_close a
	client_close b
}

# The programs of the store's own package, many at once through one ring.
crowd() {
	local i pids=() bad=0
	guest 5
	guest_ctl 5 reset
	for i in {1..8}; do
		{
			for _ in {1..5}; do
				xsg 5 write "data/k$i" "$i" && [ "$(xsg 5 read "data/k$i")" = "$i" ] || exit 1
			done
		} &
		pids+=($!)
	done
	for i in "${pids[@]}"; do wait "$i" || bad=$((bad + 1)); done
	is "$bad" 0 "$GROUND: eight programs at once each get their own replies"
	is "$(guest_count 5 WRITE) $(guest_count 5 READ)" "40 40" "$GROUND: the requests were counted"
}

records() {
	local log
	guest 5
	log=$STORE_DIR/requests
	client_open a "$GUEST_SOCK"
	guest_ctl 5 log "$log"
	say a start
	say a write data/a 'one "two"'
	say a write name x
	say a end
	say a read data/a
	guest_ctl 5 log
	say a read data/a
	is "$(cut -d ' ' -f 3- "$log")" 'TRANSACTION_START OK 
WRITE OK data/a "one \"two\""
WRITE EACCES name "x"
TRANSACTION_END OK T
READ OK data/a' "$GROUND: requests are recorded in order, with result and value"
	is "$(cut -d ' ' -f 2 "$log" | uniq | wc -l)" 3 "$GROUND: and with their transaction"
	is "$(guest_count 5 transactions) $(guest_count 5 writes) $(guest_count 5 requests)" "1 2 6" \
		"$GROUND: and counted"
	guest_ctl 5 reset
	is "$(guest_count 5 requests)" 0 "$GROUND: the counts can start again"
	client_close a
}

# resumed OLD NEW : what restore and migration do to a guest
resumed() {
	local old=$1 new=$2 sock
	guest "$old"
	sock=$GUEST_SOCK
	domain_vif "$old" 0 00:16:3e:00:00:07
	vm_data_boot "$old" key=value
	client_open a "$sock"
	client_open b "$sock"
	say a watch attr t1
	say a event
	say b watch domid t2
	say b event
	say a write attr/old 1
	say a event
	say b start
	say b write data/half 1
	ok "$GROUND: $old resumes as $new" domain_resume "$old" "$new"
	is "$(client a event) | $(client a quiet)" "attr t1 | quiet" "$GROUND: a watch fires once"
	is "$(client b event) | $(client b quiet)" "domid t2 | quiet" "$GROUND: the other client's, too"
	is "$(client a read domid)" "$new" "$GROUND: domid is $new"
	is "$(client a read attr/old)" "error ENOENT" "$GROUND: what the guest wrote is gone"
	is "$(client a read vm-data/key)" \
		"$([ "$TOOLSTACK" = xenopsd ] && echo value || echo 'error ENOENT')" \
		"$GROUND: vm-data stays with xenopsd only"
	is "$(client a read device/vif/0/mac)" 00:16:3e:00:00:07 "$GROUND: the vif is there again"
	like "$(client b write data/half 2)" 'error E(NOENT|IO)' \
		"$GROUND: a transaction from before is unknown to the daemon"
	is "$(client b end)" "error EAGAIN" "$GROUND: and ends with: try again"
	is "$(client b read data/half)" "error ENOENT" "$GROUND: nothing of it was done"
	[ "$old" = "$new" ] ||
		is "$(xs0 list /local/domain | grep -cx "$old")" 0 "$GROUND: the old domain is gone"
	is "$(xs0 read "$(xs0 read "/local/domain/$new/vm")/name")" "vm$old" "$GROUND: it is the same VM"
	say a write attr/new 1
	is "$(client a event)" "attr/new t1" "$GROUND: the watch goes on"
	is "$(xsg "$new" read attr/new)" 1 "$GROUND: a new client finds the bus"
	client_close a
	client_close b
	ok "$GROUND: their watches went with them" wait_for 5 no_clients "$new"
}
no_clients() { [ "$(guest_count "$1" clients) $(guest_count "$1" watches)" = "0 0" ]; }
moved() { resumed 5 9; }
same_number() { resumed 5 5; }

in_place() {
	guest 5
	client_open a "$GUEST_SOCK"
	say a watch attr t
	say a event
	say a write attr/kept 1
	say a event
	guest_ctl 5 suspend
	xs0 write /local/domain/5/attr/meanwhile 1
	is "$(guest_count 5 events)" 2 "$GROUND: a suspended guest takes no events"
	guest_ctl 5 cancel
	is "$(client a event)" "attr/meanwhile t" "$GROUND: they are there when it goes on"
	ok "$GROUND: a checkpoint goes on in place" domain_checkpoint 5
	is "$(client a quiet) $(client a read attr/kept)" "quiet 1" "$GROUND: no event, nothing lost"
	client_close a
}

rebooted() {
	guest 5
	client_open a "$GUEST_SOCK"
	say a write attr/old 1
	ok "$GROUND: a reboot makes domain 6" domain_reboot 5 6
	like "$(client a read domid)" '^error E(PIPE|BADF)$' "$GROUND: the old system's programs are gone"
	is "$(xsg 6 read domid) $(xsg 6 exists attr/old || echo no)" "6 no" "$GROUND: nothing is kept"
	client_close a
	ok "$GROUND: the domain is destroyed" domain_destroy 6
	is "$(xs0 ls -f / | grep -cE '/6( |/)|/domain/[1-9]')" 0 "$GROUND: nothing of it is left"
}

# What dom0 hears of domains that come and go.
births_and_deaths() {
	client_open zero "$DOM0_SOCK"
	say zero watch @introduceDomain new
	say zero event
	say zero watch @releaseDomain gone
	say zero event
	domain_new 5 "$TOOLSTACK" && domain_new 6 "$TOOLSTACK"
	is "$(client zero event) $(client zero event)" "@introduceDomain new @introduceDomain new" \
		"$GROUND: dom0 is told of two new domains"
	domain_destroy 5
	is "$(client zero event)" "@releaseDomain gone" "$GROUND: and of the end of one"
	domain_vanish 6
	is "$(client zero event)" "@releaseDomain gone" "$GROUND: also when the hypervisor ends it"
	is "$(xs0 read /local/domain/6/name)" vm6 "$GROUND: the tree is the toolstack's to remove"
	domain_destroy 6
	domain_new 6 "$TOOLSTACK" again && guest_bus 6
	is "$(xsg 6 read name)" again "$GROUND: the number can be used again"
	client_close zero
}

# Under xenopsd live vm-data replaces the directory; the guest then may only read it.
live_data() {
	guest 5
	vm_data_boot 5 a=1 b/c=2
	is "$(xsg 5 read vm-data/b/c)" 2 "$GROUND: boot data is there"
	client_open a "$GUEST_SOCK"
	say a watch vm-data t
	say a event
	vm_data_live 5 d=4
	like "$(client a event)" '^vm-data' "$GROUND: a live change is seen"
	is "$(xsg 5 read vm-data/d)" 4 "$GROUND: the new key is there"
	is "$(xsg 5 exists vm-data/a && echo kept)" \
		"$([ "$TOOLSTACK" = xenopsd ] || echo kept)" "$GROUND: old keys stay with libxl only"
	is "$(client a write vm-data/d x)" "error EACCES" "$GROUND: the guest may not write now"
	vm_data_live 5
	is "$(xsg 5 exists vm-data && echo there)" \
		"$([ "$TOOLSTACK" = xenopsd ] || echo there)" "$GROUND: an empty map leaves no vm-data"
	client_close a
}

for body in watches leavings conflicts crowd records moved same_number in_place rebooted live_data births_and_deaths; do
	for_each_ground $body
done
done_testing
