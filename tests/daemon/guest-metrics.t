#!/bin/bash
# guest-metrics.t - guest-metrics in dom0, over what real guests publish in both daemons.
set -u
# shellcheck source-path=SCRIPTDIR source=../tap.sh
. "$(dirname "$0")/../tap.sh"
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

gm() { xs0 "$O/guest-metrics" "$@"; }
# status_of CMD... : its exit status, its output away
status_of() { "$@" > /dev/null 2>&1; echo $?; }
# home DOMID PATH VALUE... : written as dom0 does
home() {
	local id=$1 args=()
	shift
	while [ $# -gt 0 ]; do
		args+=("/local/domain/$id/$1" "$2")
		shift 2
	done
	xs0 write "${args[@]}"
}
publish() {
	home "$1" data/os_name "Debian GNU/Linux 12" data/os_distro debian \
		data/meminfo_free 204800 attr/PVAddons/MajorVersion 1 \
		attr/PVAddons/MinorVersion 0 attr/PVAddons/MicroVersion 0 \
		attr/PVAddons/BuildVersion 1 attr/vif/0/ipv4/0 "$2" attr/vif/0/ipv6/0 fe80::1
}

listing() {
	domain_new 5 "$TOOLSTACK" web
	domain_new 6 "$TOOLSTACK" db
	domain_new 12 "$TOOLSTACK" mail
	publish 5 10.0.0.5
	publish 12 10.0.0.12
	is "$(gm | awk 'NR > 1 {print $1, $2}' | paste -sd,)" "5 web,6 db,12 mail" \
		"$GROUND: all guests by id, dom0 is none"
	like "$(gm)" '^ +5  web +Debian GNU/Linux 12 +1\.0\.0-1 +200 MiB +10\.0\.0\.5 fe80::1$' \
		"$GROUND: OS, agent, free memory, addresses"
	like "$(gm)" '^ +6  db +-  ' "$GROUND: a guest without an agent"
	is "$(gm --json | jq -c '[.[] | [.domid, .name, .networks["0/ip"], .driver_verdict]]')" \
		'[[5,"web","10.0.0.5","Linux(1,0,0,1)"],[6,"db",null,"Unknown"],[12,"mail","10.0.0.12","Linux(1,0,0,1)"]]' \
		"$GROUND: the same as JSON"
	like "$(gm 5)" '^driver_verdict +Linux\(1,0,0,1\)$' "$GROUND: one by its id"
	is "$(gm web)" "$(gm 5)" "$GROUND: and by its name"
	is "$(gm --json mail | jq -c '[.domid, .os_version]')" \
		'[12,{"name":"Debian GNU/Linux 12","distro":"debian"}]' "$GROUND: one as JSON"
	is "$(gm --json 5 | jq -c keys_unsorted)" \
		'["domid","name","os_version","PV_drivers_version","networks","memory","other","services","netbios_name","device_id","can_use_hotplug_vbd","can_use_hotplug_vif","driver_verdict"]' \
		"$GROUND: XAPI's keys"
}

# A saved tree gives what the live one gave.
dump() {
	local live
	domain_new 5 "$TOOLSTACK" web
	publish 5 10.0.0.5
	home 5 attr/vif/0/ipv4/0/prefix 24 data/service/a/b/c deep control/feature-x 'a"b\\c'
	live=$(gm --json 5 | jq -cS 'del(.domid, .name)')
	is "$(tree_of 5 | "$O/guest-metrics" --from - --json | jq -cS .)" "$live" \
		"$GROUND: a dump relative to the home"
	xs0 ls -f /local/domain/5 > "$STORE_DIR/dump"
	is "$("$O/guest-metrics" --json --from "$STORE_DIR/dump" | jq -cS .)" "$live" \
		"$GROUND: a dump with full paths"
	like "$live" '"a/b":""' "$GROUND: what is too deep for XAPI has no value"
	xs0 ls -f / > "$STORE_DIR/dump"
	is "$(status_of "$O/guest-metrics" --from "$STORE_DIR/dump")" 3 "$GROUND: not one home"
}

hostile() {
	domain_new 5 "$TOOLSTACK" "$(printf 'e\033[2Jvil\n  9  faked')"
	publish 5 10.0.0.5
	guest_bus 5
	xsg 5 write data/os_name '\x1b]0;x\x07caf\xe9' attr/vif/0/ipv4/0 '1\n2' \
		drivers/0 'a \xff\x9b b c' data/service/x/y '\x00z'
	is "$(gm | tr -d '[:print:]\n')" "" "$GROUND: no control byte in the table"
	is "$(gm | wc -l)" 2 "$GROUND: no forged line in it"
	is "$(gm 5 | tr -d '[:print:]\n')" "" "$GROUND: none in the record"
	like "$(gm 5)" '^os_version +name = \\x1b\]0;x\\x07caf\\xef\\xbf\\xbd$' \
		"$GROUND: escaped there"
	is "$(gm --json | tr -d '[:print:]\n')" "" "$GROUND: none in JSON"
	is "$(gm --json 5 | jq -r .os_version.name)" "$(printf '\033]0;x\007caf\357\277\275')" \
		"$GROUND: whose text is all there, repaired"
	is "$(gm --json 5 | jq -c .services)" '{"x/y":"\u0000z"}' "$GROUND: a NUL too"
	is "$(gm --json 5 | jq -r .name)" "$(printf 'e\033[2Jvil\n  9  faked')" "$GROUND: the name too"
}

# usage_is MESSAGE NAME CMD... : status 2, nothing printed, and where help is
usage_is() {
	local want=$1 name=$2
	shift 2
	is "$("$@" 2>&1; echo $?)" "guest-metrics: $want
Try 'guest-metrics --help'.
2" "$GROUND: 2: $name"
}

statuses() {
	domain_new 5 "$TOOLSTACK" twin
	domain_new 6 "$TOOLSTACK" twin
	domain_new 7 "$TOOLSTACK" 5
	domain_new 8 "$TOOLSTACK" 1234
	xs0 write /local/domain/0/name Domain-0
	is "$(status_of gm)" 0 "$GROUND: 0: listing"
	is "$(status_of gm 9)" 1 "$GROUND: 1: no such id"
	is "$(gm nobody 2>&1; echo $?)" "guest-metrics: no domain 'nobody'
1" "$GROUND: 1: no such name"
	is "$(status_of gm --watch nobody)" 1 "$GROUND: 1: nor to watch"
	is "$(gm 0 2>&1; echo $?)" "guest-metrics: '0' is dom0, not a guest
2" "$GROUND: 2: dom0"
	is "$(gm Domain-0 2>&1; echo $?)" "guest-metrics: 'Domain-0' is dom0, not a guest
2" "$GROUND: 2: dom0 by name"
	is "$(gm twin 2>&1; echo $?)" \
		"guest-metrics: 'twin' is the name of more than one domain: 5, 6
2" "$GROUND: 2: two of a name, with their ids"
	is "$(gm --json 5 | jq -r .name)" twin "$GROUND: an id comes before a name"
	is "$(gm --json 1234 | jq -r .domid)" 8 "$GROUND: a name of digits, where there is no such id"
	is "$(status_of gm 05)" 1 "$GROUND: 05 is no id"
	usage_is "unrecognized option '--bad'" "unknown option" gm --bad
	usage_is "unexpected argument '6'" "two domains" gm 5 6
	usage_is "--from goes with neither --watch nor DOMAIN" "a dump and a domain" \
		gm --from - 5
	is "$(status_of "$O/guest-metrics" --from "$STORE_DIR/none")" 3 "$GROUND: 3: no such dump"
	is "$("$O/guest-metrics" --from "$STORE_DIR" 2>&1; echo $?)" \
		"guest-metrics: cannot read '$STORE_DIR': Is a directory
3" "$GROUND: 3: a directory"
	is "$(ulimit_v "$O/guest-metrics" --from /dev/zero 2>&1; echo $?)" \
		"guest-metrics: /dev/zero: over 26214400 bytes
3" "$GROUND: 3: a dump without end"
	is "$(echo 'attr/x: 1' | "$O/guest-metrics" --from - 2>&1)" \
		'guest-metrics: standard input:1: no line of the form path = "value"' \
		"$GROUND: a malformed dump"
	is "$(status_of gm --help) $(status_of gm -h) $(gm --version)" "0 0 guest-metrics 1.0.0" \
		"$GROUND: help and version"
	like "$(gm --help)" '^Exit status: 0' "$GROUND: help tells the exit statuses"
}

# ulimit_v CMD... : with 1 GiB of address space, unless a sanitizer needs more
ulimit_v() {
	grep -q __asan_init "$O/guest-metrics" || ulimit -v 1048576
	"$@"
}

# Output that cannot be written is an error, whatever prints; what was asked of the store
# must not go there instead.
output() {
	local args big
	domain_new 5 "$TOOLSTACK" web
	publish 5 10.0.0.5
	for args in --help --version "" --json 5 "--json 5" --watch "--watch --json"; do
		# shellcheck disable=SC2086 # split into words
		is "$(gm $args 2>&1 > /dev/full; echo $?)" \
			"guest-metrics: cannot print: No space left on device
3" "$GROUND: 3: guest-metrics $args, and the disk is full"
		# shellcheck disable=SC2086 # split into words
		is "$(gm $args 2>&1 >&-; echo $?)" "guest-metrics: cannot print: Bad file descriptor
3" "$GROUND: 3: guest-metrics $args, and stdout is closed"
	done
	for args in 0 1 2 3; do # more than one buffer of the C library
		printf -v big '%s%02000d' "${big:-}" 0
	done
	home 5 control/a "${big:0:2000}" control/b "${big:0:2000}" control/c "${big:0:2000}"
	is "$(gm 5 2>&1 > /dev/full; echo $?)" "guest-metrics: cannot print: No space left on device
3" "$GROUND: 3: a long record, and the disk is full"
}

# The reader of --watch goes away: no event is needed to notice it.
reader_gone() {
	local fifo=$STORE_DIR/fifo fd
	domain_new 5 "$TOOLSTACK" web
	mkfifo "$fifo"
	XENSTORED_PATH=$DOM0_SOCK "$O/guest-metrics" --watch > "$fifo" 2> "$STORE_DIR/err" &
	watcher=$!
	echo "$watcher" > "$STORE_DIR/watcher.pid"
	exec {fd}< "$fifo"
	ok "$GROUND: --watch starts" read -r -t 10 -u "$fd" _
	exec {fd}<&-
	wait_end
	ok "$GROUND: --watch ends with its reader ($ended)" [ "$ended" = 3 ] || [ "$ended" = 141 ]
	is "$(< "$STORE_DIR/err")" "" "$GROUND: silently"
}

# A directory of which oxenstored cannot send the names, from an ordinary guest; of C
# xenstored only dom0 may make one.
overlong() {
	local i args=() name
	domain_new 5 "$TOOLSTACK" bad
	domain_new 6 "$TOOLSTACK" good
	publish 5 10.0.0.5
	publish 6 10.0.0.6
	guest_bus 5
	printf -v name '%080d' 0
	for i in {100..199}; do args+=("drivers/$i${name//0/x}" "v n 1 a"); done
	if [ "$STORE" = O ]; then xsg 5 write "${args[@]}"; else home 5 "${args[@]}"; fi
	home 5 data/os_uname 6.1
	is "$(gm 2> "$STORE_DIR/err" | awk 'NR > 1 {print $1, $2, $NF}' | paste -sd,)" \
		"5 bad fe80::1,6 good fe80::1" "$GROUND: every guest is listed"
	if [ "$STORE" = O ]; then
		is "$(< "$STORE_DIR/err")" \
			"guest-metrics: dom5: 'drivers' has more names than xenstore can list, left out" \
			"$GROUND: the directory is told"
	else
		is "$(< "$STORE_DIR/err")" "" "$GROUND: the directory is read in parts"
	fi
	is "$(gm 5 2> /dev/null | grep -c ' uname = 6.1$')" 1 "$GROUND: what comes after it is read"
	watch_start
	home 5 data/os_name "once more"
	ok "$GROUND: it is watched too" seen '^ +5  bad +once more'
	ok "$GROUND: (settled)" settled 6 one
	watch_end TERM
	is "$(grep -c 'left out$' "$watched")" "$([ "$STORE" = C ]; echo $?)" \
		"$GROUND: and told once"
}

# Services whose names are prefixes of one another, as many as a dump can hold.
prefixes() {
	awk 'BEGIN {for (i = 1; i < 2000; i++) {
		s = s "a"; print "data/service/" s " = \"\""}}' > "$STORE_DIR/dump"
	is "$(ulimit_v "$O/guest-metrics" --from "$STORE_DIR/dump" 2>&1 > /dev/null; echo $?)" \
		"guest-metrics: $STORE_DIR/dump: more than 25 MiB, the rest is left out
0" "$GROUND: a record that grows with the square of the dump is cut"
}

no_store() {
	local dir=$STORE_DIR
	is "$(XENSTORED_PATH=$dir/none status_of "$O/guest-metrics")" 4 "$GROUND: 4: no xenstore"
	like "$(XENSTORED_PATH=$dir/none "$O/guest-metrics" 2>&1)" "; is this a Xen dom0, and does its store daemon run\\?$" \
		"$GROUND: and what to look at"
	is "$(XENSTORED_PATH=$dir/none status_of "$O/guest-metrics" --watch)" 4 \
		"$GROUND: 4: none to watch"
	domain_new 5 "$TOOLSTACK" web
	watch_start
	kill -KILL "$STORE_PID"
	{ wait "$STORE_PID"; } 2> /dev/null
	wait_end
	is "$ended" 4 "$GROUND: 4: xenstore ends under --watch"
}

# watch_start ARG... : --watch in the background, its output in $watched
watch_start() {
	local tracer=()
	watched=$STORE_DIR/watched
	[ -z "${strace_to:-}" ] || tracer=(strace -D -f -s 80 -e 'trace=poll,write' -o "$strace_to")
	XENSTORED_PATH=$DOM0_SOCK ${tracer[@]+"${tracer[@]}"} "$O/guest-metrics" --watch "$@" \
		> "$watched" 2>&1 &
	watcher=$!
	echo "$watcher" > "$STORE_DIR/watcher.pid"
	ok "$GROUND: --watch $* starts" wait_for 10 test -s "$watched"
}
wait_end() {
	wait "$watcher"
	ended=$?
	rm -f "$STORE_DIR/watcher.pid"
}
watch_end() {
	kill -"$1" "$watcher"
	wait_end
	is "$ended" 0 "$GROUND: --watch ends cleanly on SIG$1"
}
seen() { wait_for 10 grep -qE -- "$1" "$watched"; }
# settled DOMID TEXT : all that was caused before has been told
settled() { home "$1" data/os_name "settled $2" && seen "settled $2"; }

watching() {
	domain_new 5 "$TOOLSTACK" web
	publish 5 10.0.0.5
	watch_start
	home 5 attr/vif/0/ipv4/1 10.0.0.77
	ok "$GROUND: a new address is shown" seen '^ +5  web .* 10\.0\.0\.5 10\.0\.0\.77'
	xs0 rm /local/domain/5/attr/vif
	ok "$GROUND: and their removal" seen '^ +5  web .*  -$'
	home 5 data/other 1 memory/target 5000 attr/vif/0/ipv4/0/prefix 24
	ok "$GROUND: (settled)" settled 5 one
	home 5 data/os_name "settled one" data/os_uname 7
	ok "$GROUND: (settled)" settled 5 two
	is "$(grep -c 'settled one' "$watched")" 1 "$GROUND: a row that stays as it is comes once"
	domain_new 6 "$TOOLSTACK" late
	ok "$GROUND: a new guest" seen '^ +6  late '
	domain_destroy 5
	ok "$GROUND: a guest that ends" seen '^ +5  web +\(gone\)'
	watch_end TERM
}

watching_json() {
	domain_new 5 "$TOOLSTACK" web
	domain_new 6 "$TOOLSTACK" other
	publish 5 10.0.0.5
	watch_start --json web
	home 6 data/os_name ignored
	home 5 data/os_name changed
	ok "$GROUND: the change is shown" seen changed
	is "$(jq -r .domid "$watched" | sort -u)" 5 "$GROUND: of the guest that was asked for"
	is "$(wc -l < "$watched")" "$(jq -c . "$watched" | wc -l)" "$GROUND: an object per line"
	xs0 rm /local/domain/5 # libxl and xenopsd make the tree anew after a migration
	ok "$GROUND: its end" seen '"gone":true'
	domain_new 9 "$TOOLSTACK" web 33333333-3333-3333-3333-333333333333
	ok "$GROUND: and its return under another id" seen '"domid":9'
	watch_end INT
}

# On a terminal (script gives it one) the table is drawn anew, and only then.
terminal() {
	local pid
	domain_new 5 "$TOOLSTACK" web
	publish 5 10.0.0.5
	watched=$STORE_DIR/watched
	: > "$watched"
	XENSTORED_PATH=$DOM0_SOCK script -qefc "exec '$O/guest-metrics' --watch" "$watched" \
		< /dev/null > "$STORE_DIR/script.log" 2>&1 &
	watcher=$!
	echo "$watcher" > "$STORE_DIR/watcher.pid"
	ok "$GROUND: the table on a terminal" seen '^ +5  web .* 10\.0\.0\.5 fe80::1'
	home 5 memory/target 1 attr/vif/0/ipv4/0 10.0.0.6
	ok "$GROUND: drawn again" seen '^ +5  web .* 10\.0\.0\.6 fe80::1'
	is "$(grep -c "$(printf '\033\\[H\033\\[2J')" "$watched")" "$(grep -c ADDRESSES "$watched")" \
		"$GROUND: on a clean screen each time"
	pid=$(pgrep -P "$watcher")
	kill -TERM "$pid"
	wait_end
	is "$ended" 0 "$GROUND: and ends cleanly"
}

# ghost STOP COUNT : a guest that comes and goes until STOP exists (or the daemon ends);
# each round is a line in COUNT
ghost() {
	until [ -e "$1" ]; do
		home 9 name ghost data/os_name x attr/vif/0/ipv4/0 10.0.0.9 || break
		xs0 rm /local/domain/9 || break
		echo >> "$2"
	done
}
ghost_rounds() { [ "$(wc -l < "$STORE_DIR/rounds")" -ge "$1" ]; }

# Guests come and go while they are listed; each write and removal is one request.
vanishing() {
	local i bad=0 lost=0 before stop=$STORE_DIR/stop
	domain_new 5 "$TOOLSTACK" web
	: > "$STORE_DIR/rounds"
	background "$STORE_DIR/ghost.pid" ghost "$stop" "$STORE_DIR/rounds"
	ok "$GROUND: (a guest comes and goes)" wait_for 20 ghost_rounds 1
	for ((i = 0; i < 15; i++)); do
		gm > "$STORE_DIR/list" || bad=$?
		grep -q ' web ' "$STORE_DIR/list" || lost=$((lost + 1))
	done
	before=$(wc -l < "$STORE_DIR/rounds")
	ok "$GROUND: it still does after $i listings" wait_for 20 ghost_rounds $((before + 2))
	touch "$stop"
	ended "$STORE_DIR/ghost.pid"
	is "$bad $lost" "0 0" "$GROUND: those that vanish disturb nobody"
}

# What did not change is not read again, and no time-out wakes it: strace is the witness.
frugal() {
	local trace=$STORE_DIR/trace
	domain_new 5 "$TOOLSTACK" web
	domain_new 6 "$TOOLSTACK" db
	publish 5 10.0.0.5
	# -D keeps the program our child; leaks cannot be looked for under a tracer
	ASAN_OPTIONS=detect_leaks=0 \
		strace_to=$trace watch_start
	ok "$GROUND: (settled)" settled 5 one
	: > "$STORE_DIR/watched"
	home 6 memory/target 5000 vm-data/x 1
	home 5 attr/vif/0/ipv4/0 10.0.0.6
	ok "$GROUND: a change is shown" seen '10\.0\.0\.6'
	watch_end TERM
	is "$(grep -c '"/local/domain/6/drivers' "$trace")" 2 \
		"$GROUND: the tree of a quiet guest is read and listed once"
	ok "$GROUND: that of the other again" \
		[ "$(grep -c '"/local/domain/5/drivers' "$trace")" -ge 6 ]
	is "$(grep ' poll(' "$trace" | grep -vcE '\], 3, -1|\], 1, 50')" 0 \
		"$GROUND: it waits for events, and a moment after each"
	ok "$GROUND: no moment without its event" \
		[ "$(grep -c '\], 1, 50' "$trace")" -le "$(grep -c '\], 3, -1' "$trace")" ]
}

for_each_ground listing
for_each_ground dump
for_each_ground hostile
for_each_ground statuses
for_each_ground output
for_each_ground reader_gone
for_each_ground overlong
GROUND_STORES=C GROUND_TOOLSTACKS=libxl for_each_ground prefixes
for_each_ground no_store
for_each_ground watching
for_each_ground watching_json
for_each_ground terminal
for_each_ground vanishing
for_each_ground frugal
done_testing
