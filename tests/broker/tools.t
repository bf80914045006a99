#!/bin/bash
# tools.t - Xen's own programs through the broker, beside the same on a guest's ring: the same
# output, the same errors, the same tree.
set -u
# shellcheck source-path=SCRIPTDIR source=users.sh
. "$(dirname "$0")/users.sh"

home=/local/domain/5

# What each case finds.  xenstored keeps an order of children, so they are all made anew.
prepare() {
	local path
	for path in "$home/data" "$home/drop" "$home/secret" "$home/seen"; do xs0 rm "$path"; done 2> /dev/null
	xs0 write "$home/data" ''
	xs0 chmod "$home/data" n5
	xs0 write "$home/data/a/b/c" deep
	xs0 write "$home/data/one" 1
	xs0 write "$home/data/bytes" 'a b	"c"'
	xs0 write "$home/secret" s
	xs0 chmod "$home/secret" n0
	xs0 write "$home/secret/below" s
	xs0 write "$home/seen" s
	xs0 chmod "$home/seen" n0 r5
	xs0 write "$home/drop" s
	xs0 chmod "$home/drop" n0 w5
}
tree() { xs0 ls -fp "$home"; }

# one WAY CMD... : prepare, do it, and tell all that came of it
one() {
	prepare
	"$1" "${@:2}" 2>&1
	echo "status $?"
	tree
}
ring() { xsg 5 "$@"; }

# alike CMD... : on the ring and through the broker
alike() { is "$(one xsb "$@")" "$(one ring "$@")" "$STORE: $*"; }

the_tools() {
	alike read data/one
	alike read "$home/data/one" data/bytes
	alike read -p data/one seen
	alike read data/missing
	alike read secret
	alike read secret/below
	alike read secret/missing
	alike read drop
	alike read /local/domain/0/name
	alike read data//one
	alike read data/one/
	alike read data/o.e
	alike read ''
	alike read @releaseDomain
	alike read data/one data/missing data/bytes
	alike write data/one 2
	alike write data/new/deeper/node v data/other w
	alike write seen v
	alike write secret v
	alike write secret/new v
	alike write drop v
	alike write /local/domain/0/x v
	alike write /new v
	alike write data/one ''
	alike rm data/one
	alike rm data/a
	alike rm -t data/a/b/c
	alike rm data/missing
	alike rm seen
	alike rm secret
	alike rm /
	alike list data
	alike list -p data
	alike list data/missing
	alike list secret
	alike list /
	alike exists data/one
	alike exists data/missing
	alike exists secret
	alike exists secret/below
	alike chmod data/one n5 r0
	alike chmod data/one b5 r1 w2
	alike chmod -r data/a n5 r0
	alike chmod -u data/a/b/c r5 r0
	alike chmod seen n5
	alike chmod data/one n0
	alike chmod data/missing n5
	alike ls
	alike ls -p
	alike ls -f "$home"
	alike ls -fp data
	alike ls secret
	alike ls /local/domain
	alike ls -s data
}

# watching WAY : what xenstore-watch prints of what dom0 does
watching() {
	local out=$STORE_DIR/watched
	prepare
	: > "$out"
	xs_client_path=$BROKER_SOCK
	[ "$1" = xsb ] || xs_client_path=$(guest_sock 5)
	background "$STORE_DIR/watch.pid" env "XENSTORED_PATH=$xs_client_path" \
		setpriv --pdeathsig KILL stdbuf -oL "$XEN_BIN/xenstore-watch" data seen secret "$home/name" > "$out" 2>&1
	wait_for 30 lines_are 4 "$out"
	xs0 write "$home/data/one" 5
	wait_for 30 lines_are 5 "$out"
	xs0 write "$home/secret" 5
	xs0 write "$home/secret/below" 5
	xs0 write "$home/seen" 5
	wait_for 30 lines_are 6 "$out"
	xs0 write "$home/data/x/y/z" 5
	wait_for 30 lines_are 7 "$out"
	xs0 rm "$home/data/a"
	wait_for 30 lines_are 8 "$out"
	xs0 write "$home/name" vm5
	wait_for 30 last_is "$home/name" "$out" # (how many lines came before is the daemon's affair)
	stop "$STORE_DIR/watch.pid"
	head -n 4 "$out" | LC_ALL=C sort # those of the start come as they like
	tail -n +5 "$out"
}
last_is() { [ "$(tail -n 1 "$2")" = "$1" ]; }
lines_are() { [ "$(wc -l < "$2")" -ge "$1" ]; }

# Xen's own test: it works below "xenstore-test", relative to its home, and removes that.
room() {
	xs0 write "$home/xenstore-test" ''
	xs0 chmod "$home/xenstore-test" "$@"
}
refusal() { "$1" timeout 60 "$test" -i 1 -t 'write 1' 2>&1; echo "status $?"; }
test_program() {
	local test=$XEN_LIB_BIN/test-xenstore out
	room n5
	out=$(xsb timeout 60 "$test" -i 20)
	is $? 0 "$STORE: test-xenstore succeeds"
	is "$(grep -c ' avg: ' <<< "$out")" "$("$test" -l | grep -c .)" "$STORE: all of its tests have run"
	room n5
	out=$(xsb timeout 60 "$test" -r 2)
	is $? 0 "$STORE: test-xenstore at random for two seconds"
	diag "$out"
	room n0 r5
	out=$(refusal xsb)
	is "$out" "$(refusal ring)" "$STORE: without the right it fails as on a ring"
	like "$out" 'status [1-9]' "$STORE: and it does fail"
}

body() {
	guest_bus 5
	prepare
	broker_up --limiter turn || bail "$STORE: the broker starts"
	the_tools
	is "$(watching xsb)" "$(watching ring)" "$STORE: xenstore-watch"
	test_program
	is "$(xsb control check 2>&1 || echo failed)" "$(xsg 5 control check 2>&1 || echo failed)" \
		"$STORE: xenstore-control"
	ok "$STORE: the broker ends well" broker_down
	ok "$STORE: the daemon is the one it was" kill -0 "$STORE_PID"
}
both body
done_testing
