#!/bin/bash
# basic.t - a client of the broker sees the store as its domain would on its own ring.
set -u
# shellcheck source-path=SCRIPTDIR source=../tap.sh
. "$(dirname "$0")/../tap.sh"
# shellcheck source-path=SCRIPTDIR source=../daemon/lib.sh
. "$(dirname "$0")/../daemon/lib.sh"
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
need_root

# One directory for each right that domain 5 can have, and what is in it is dom0's.
places() {
	xs0 write /w/x 1 /r/x 1 /n/x 1 /b/x 1 /o/x 1
	xs0 chmod /w n0 w5 && xs0 chmod /r n0 r5 && xs0 chmod /n n0 && xs0 chmod /b n0 b5
	xs0 chmod /o n5
}

commands() {
	local d
	for d in w r n b o; do
		printf '%s\n' "read /$d" "count /$d" "read /$d/no" "read /$d/x" "write /$d/x 2" \
			"write /$d/no/y v" "read /$d/no/y" "mkdir /$d/no" "mkdir /$d/x" "rm /$d/nn" \
			"rm /$d/nn/y" "rm /$d/x"
	done
	printf '%s\n' "read name" "read /local/domain/5/name" "read /local/domain/6/name" \
		"read /local/domain/6/nope" "write name x" "write data/a 1" "read data/a" \
		"read /zz" "mkdir /" "rm /" "write / x" "mkdir /local" "read /@x" "read @x" \
		"rm @x" "write /@y 1" "write data/b:c 1" "read data//b" "read data/" "rm data" \
		"fill data 2015" "fill data 2016" "fill data 2049" "children data 20" "count data"
}

# What is alike on twins: not the UUIDs.
tree_without_ids() { xs0 ls -fp / | grep -v -e ^/vm -e ' = "/vm' -e ^/tool -e unique-domain-id; }

# The same commands to a guest's own ring and through the broker, on twin trees.
same() {
	local command ring broker dir=$STORE_DIR tree
	domain_new 5 xenopsd && domain_new 6 xenopsd && guest_bus 5 && places
	client_open ring "$GUEST_SOCK"
	while read -r command; do ring+="$command: $(client ring "$command")"$'\n'; done <<< "$(commands)"
	client_close ring
	tree=$(tree_without_ids)
	store_start "$STORE"
	domain_new 5 xenopsd && domain_new 6 xenopsd && places
	broker_start 5 || bail "$STORE: the broker starts"
	client_open through "$BROKER_SOCK"
	while read -r command; do
		broker+="$command: $(client through "$command")"$'\n'
	done <<< "$(commands)"
	is "$broker" "$ring" "$STORE: a guest's answers"
	like "$broker" 'error EACCES' "$STORE: denials are among them"
	is "$(tree_without_ids)" "$tree" "$STORE: and a guest's tree, with owners and rights"
	client_close through
	ok "$STORE: the broker ends when told to" broker_stop
	store_stop
	store_select "$dir"
}

transactions() {
	local i
	domain_new 5 xenopsd
	broker_start 5 --limiter turn || bail "$STORE: the broker starts"
	client_open a "$BROKER_SOCK"
	client a start > /dev/null
	client a write data/tx 1 > /dev/null
	is "$(xs0 read /local/domain/5/data/tx 2>&1 | grep -c '^1$')" 0 "$STORE: not seen before the commit"
	is "$(client a end) $(xs0 read /local/domain/5/data/tx)" "ok 1" "$STORE: and then"
	client a start > /dev/null
	client a write data/tx 2 > /dev/null
	is "$(client a abort) $(client a read data/tx)" "ok 1" "$STORE: one that is given up leaves nothing"
	client a start > /dev/null
	client a read data/tx > /dev/null
	xs0 write /local/domain/5/data/tx other
	client a write data/tx 3 > /dev/null
	is "$(client a end) $(client a read data/tx)" "error EAGAIN other" "$STORE: a conflict is told"
	# rights that are taken away while it is open
	client a start > /dev/null
	is "$(client a write data/tx 4)" ok "$STORE: a write in a transaction"
	xs0 chmod /local/domain/5/data/tx n0
	is "$(client a end)" "error EAGAIN" "$STORE: that loses its right to it does not commit"
	is "$(client a write data/tx 5) $(client a read data/tx)" "error EACCES error EACCES" "$STORE: nor does another"
	for i in {1..11}; do [ "$(client a start)" = ok ] || break; done
	is "$i" 11 "$STORE: eleven may be open"
	is "$(client a start)" "error ENOSPC" "$STORE: and no twelfth"
	client_close a
	client_open a "$BROKER_SOCK"
	is "$(client a start)" ok "$STORE: those of a client that is gone do not count"
	client_close a
	broker_stop
}

watches() {
	domain_new 5 xenopsd && domain_new 6 xenopsd
	broker_start 5 --limiter turn || bail "$STORE: the broker starts"
	client_open a "$BROKER_SOCK"
	is "$(client a watch data rel) $(client a event)" "ok data rel" "$STORE: a relative watch fires at once"
	is "$(client a watch data rel)" "error EEXIST" "$STORE: not twice"
	xs0 write /local/domain/5/data/k v
	is "$(client a event)" "data/k rel" "$STORE: and then with relative paths"
	client a unwatch data rel > /dev/null
	is "$(client a watch / all) $(client a event)" "ok / all" "$STORE: everything can be watched"
	xs0 write /local/domain/6/data/secret v
	is "$(client a quiet)" quiet "$STORE: what is another domain's is not told"
	xs0 write /local/domain/5/data/k w
	is "$(client a event)" "/local/domain/5/data/k all" "$STORE: what is its own is"
	xs0 chmod /local/domain/5/data n0 && xs0 chmod /local/domain/5/data/k n0
	while [ "$(client a quiet)" != quiet ]; do :; done
	xs0 write /local/domain/5/data/k x
	is "$(client a quiet)" quiet "$STORE: until it may not be read any more"
	is "$(client a watch /local/domain/6/data foreign) $(client a event)" \
		"ok /local/domain/6/data foreign" "$STORE: a watch where nothing may be read is taken"
	xs0 rm /local/domain/6/data
	is "$(client a quiet)" quiet "$STORE: and tells nothing"
	client_close a
	broker_stop
}

# The process that reads clients has no right to anything.
split() {
	local child status
	domain_new 5 xenopsd
	broker_start 5 || bail "$STORE: the broker starts"
	child=$(broker_child)
	status=$(< "/proc/$child/status")
	like "$(grep Uid <<< "$status")" "Uid:"$'\t'"([1-9][0-9]*)"$'\t'"\1"$'\t'"\1"$'\t'"\1" "$STORE: not root"
	is "$(grep -c 'Cap\(Inh\|Prm\|Eff\|Bnd\|Amb\):.0000000000000000' <<< "$status")" 5 "$STORE: no capability"
	like "$(grep -E 'Seccomp:|NoNewPrivs:' <<< "$status" | tr -d '\n')" 'NoNewPrivs:.1Seccomp:.2' \
		"$STORE: filtered system calls, no new privileges"
	is "$(find "/proc/$child/root/" -mindepth 1 | wc -l)" 0 "$STORE: an empty root"
	kill -KILL "$BROKER_PID"
	ok "$STORE: it ends with its parent" wait_for 10 [ ! -e "/proc/$child/fd/0" ]
	broker_wait
	broker_start 5 || bail "$STORE: the broker starts again"
	client_open a "$BROKER_SOCK"
	kill -KILL "$(broker_child)"
	broker_wait
	is "$?" 1 "$STORE: and its parent with it"
	like "$(cat "$BROKER_LOG")" 'was ended by signal 9' "$STORE: which says why"
	client_kill a
}

for_each_store same
for_each_store transactions
for_each_store watches
for_each_store split
done_testing
