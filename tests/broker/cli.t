#!/bin/bash
# cli.t - how the broker is started, and how it refuses to.
set -u
# shellcheck source-path=SCRIPTDIR source=../tap.sh
. "$(dirname "$0")/../tap.sh"
# shellcheck source-path=SCRIPTDIR source=../daemon/lib.sh
. "$(dirname "$0")/../daemon/lib.sh"
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
need_root

# usage TEXT-OF-ERROR ARGS... : status 2, the sentence, and the hint
usage() {
	local text rc
	text=$(timeout 10 "$O/xenstore-broker" "${@:2}" 2>&1 < /dev/null)
	rc=$?
	is "$rc" 2 "usage error: ${*:2}"
	like "$text" "^xenstore-broker: .*$1" "it is told: $1"
	like "$text" "^Try 'xenstore-broker --help'" "with a hint"
}

usage 'domid is missing' --listen /nowhere/x
for domid in 0 32752 -1 1x '' 99999999999999999999; do
	usage "domid: '$domid' is no number" --domid "$domid" --listen /nowhere/x
done
usage 'unrecognized option' --domid 5 --nonsense
usage "unexpected argument 'x'" --domid 5 --listen /nowhere/x x
usage 'exclude one another' --domid 5 --listen /nowhere/x --serve-fd 5
usage 'neither bucket nor turn' --domid 5 --limiter both
usage "rate: '0' is no number" --domid 5 --rate 0
usage "burst: '19' is no number" --domid 5 --burst 19
usage 'no octal number' --domid 5 --mode 888
usage "max-clients: '0'" --domid 5 --max-clients 0

like "$("$O/xenstore-broker" --help)" '^usage: xenstore-broker ' "--help is there"
like "$("$O/xenstore-broker" --version)" '^xenstore-broker [0-9]' "--version, too"
if [ -e /dev/full ]; then
	"$O/xenstore-broker" --help > /dev/full 2>&1
	is "$?" 1 "what cannot be printed is a failure"
fi

# refused TEXT NAME ARGS... : it does not start, says so, and leaves no socket
refused() {
	local text
	if text=$(broker_start_fails "${@:3}"); then pass "$STORE: refused: $2"; else fail "$STORE: refused: $2"; fi
	like "$text" "xenstore-broker: .*$1" "$STORE: with a sentence"
	ok "$STORE: and no socket is left" [ ! -S "$STORE_DIR/broker-$broker_n" ]
}

refusals() {
	local text rc
	domain_new 5 xenopsd
	refused 'domain 9 is not there' "a domain that there is not" 9
	refused "cannot reach the store at '$STORE_DIR/nobody'" "no daemon" 5 --upstream "$STORE_DIR/nobody"
	refused 'nonesuch' "no such profile" 5 --profile nonesuch
	printf '[xenstore]\nreed /\n' > "$STORE_DIR/bad.profile"
	refused 'bad.profile:2: ' "a bad line in a profile" 5 --profile "$STORE_DIR/bad.profile"
	printf '[xenstore]\nread /\n' > "$STORE_DIR/open.profile"
	chmod 666 "$STORE_DIR/open.profile"
	refused 'open.profile' "a profile that anybody may write" 5 --profile "$STORE_DIR/open.profile"
	refused "no user 'nobodyhere'" "a user that there is not" 5 --user nobodyhere
	refused "no user 'root'" "root as that user" 5 --user root
	echo text > "$STORE_DIR/file"
	text=$("$O/xenstore-broker" --upstream "$DOM0_SOCK" --domid 5 --listen "$STORE_DIR/file" 2>&1)
	rc=$?
	is "$rc $(< "$STORE_DIR/file")" "1 text" "$STORE: a file in the place of the socket is left alone"
	like "$text" 'is no socket' "$STORE: and told"
	chmod 711 "$STORE_DIR"
	cp "$O/xenstore-broker" "$STORE_DIR/copy"
	text=$(setpriv --reuid 65534 --regid 65534 --clear-groups "$STORE_DIR/copy" --domid 5 \
		--listen "$STORE_DIR/x" 2>&1)
	rc=$?
	is "$rc" 1 "$STORE: another user than root is refused"
	like "$text" 'must be started by root' "$STORE: with a sentence"
}

sockets() {
	local text first
	domain_new 5 xenopsd
	broker_start 5 || bail "$STORE: the broker starts"
	is "$(stat -c '%a %u' "$BROKER_SOCK")" "600 0" "$STORE: the socket is root's alone"
	first=$BROKER_SOCK
	text=$("$O/xenstore-broker" --upstream "$DOM0_SOCK" --domid 5 --listen "$first" 2>&1)
	like "$text" 'is served by another process' "$STORE: a socket in use is not taken"
	is "$(xsb read name)" vm5 "$STORE: and still serves"
	kill -KILL "$BROKER_PID"
	broker_wait
	ok "$STORE: one that was killed leaves its socket" [ -S "$first" ]
	broker_n=$((broker_n - 1))
	ok "$STORE: which the next one replaces" broker_start 5 --owner 1234:2345 --mode 0660
	is "$BROKER_SOCK $(stat -c '%a %u %g' "$BROKER_SOCK")" "$first 660 1234 2345" "$STORE: with the owner and mode it was told"
	is "$(xsb read name)" vm5 "$STORE: and serves"
	kill -INT "$BROKER_PID"
	ok "$STORE: SIGINT ends it well" broker_wait
	ok "$STORE: the socket goes with it" [ ! -e "$first" ]
	# between bind() and serving; leaks cannot be looked for under a tracer
	ASAN_OPTIONS=detect_leaks=0 timeout 20 strace -qq -o /dev/null -e trace=listen \
		-e inject=listen:signal=TERM:when=1 "$O/xenstore-broker" --upstream "$DOM0_SOCK" \
		--domid 5 --listen "$first" < /dev/null
	is "$?" 0 "$STORE: SIGTERM while it starts ends it well, too"
	ok "$STORE: and leaves no socket" [ ! -e "$first" ]
}

# Who gave --ready-fd, and who reads the messages, have gone before it is ready.
nobody_waits() {
	domain_new 5 xenopsd
	broker_n=$((broker_n + 1))
	BROKER_SOCK=$STORE_DIR/broker-$broker_n
	mkfifo "$BROKER_SOCK.ready"
	exec {ready}<> "$BROKER_SOCK.ready"
	setpriv --pdeathsig KILL "$O/xenstore-broker" --upstream "$DOM0_SOCK" --domid 5 --verbose \
		--listen "$BROKER_SOCK" --ready-fd 3 3> "$BROKER_SOCK.ready" {ready}<&- \
		2> >(exec {ready}<&-) < /dev/null &
	BROKER_PID=$!
	exec {ready}<&-
	rm "$BROKER_SOCK.ready"
	wait_for 20 broker_answers
	is "$(xsb read name)" vm5 "$STORE: nobody reads that it is ready, and it serves"
	ok "$STORE: and ends well" broker_stop
}
broker_answers() { xsb read name > /dev/null 2>&1; }

for_each_store refusals
for_each_store nobody_waits
for_each_store sockets
done_testing
