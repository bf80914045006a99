#!/bin/bash
# activation.t - where the broker's sockets come from, whose they are, what its two
# processes are, how each of them ends; its units.
set -u
# shellcheck source-path=SCRIPTDIR source=users.sh
. "$(dirname "$0")/users.sh"

as() { setpriv --reuid "$1" --regid "$2" --clear-groups -- "${@:3}"; }
read_name() { XENSTORED_PATH=$BROKER_SOCK as "$1" "$2" "$XEN_BIN/xenstore-read" name 2> /dev/null; }

owner_and_mode() {
	chmod 755 "$STORE_DIR"
	broker_up || bail "$STORE: the broker starts"
	is "$(stat -c %a:%u:%g "$BROKER_SOCK")" 600:0:0 "$STORE: the socket is root's alone"
	is "$(read_name 990 991)" "" "$STORE: others cannot use it"
	ok "$STORE: it ends well" broker_down
	ok "$STORE: the socket is gone" test ! -e "$BROKER_SOCK"
	broker_up --owner 990 || bail "$STORE: with an owner"
	is "$(stat -c %a:%u "$BROKER_SOCK")" 600:990 "$STORE: the socket is the owner's alone"
	is "$(read_name 990 991)" vm5 "$STORE: who uses it"
	is "$(read_name 992 991)" "" "$STORE: and nobody else"
	ok "$STORE: it ends well" broker_down
	broker_up --owner 990:991 --mode 0660 || bail "$STORE: with owner, group and mode"
	is "$(stat -c %a:%u:%g "$BROKER_SOCK")" 660:990:991 "$STORE: owner, group and mode"
	is "$(stat -c %a:%u:%g "$BROKER_METRICS")" 660:990:991 "$STORE: those of the metrics, too"
	is "$(read_name 992 991)" vm5 "$STORE: one of the group"
	is "$(read_name 992 993)" "" "$STORE: and nobody else"
	ok "$STORE: it ends well" broker_down
}

# What the unit leaves the broker is enough.
unit_caps() {
	local caps pid
	BROKER_SOCK=$STORE_DIR/caps
	caps=$(sed -n 's/^CapabilityBoundingSet=//p' "$top/packaging/xenstore-broker@.service")
	caps=${caps// /}
	setpriv --bounding-set "-all${caps//CAP_/,+}" --no-new-privs --pdeathsig KILL \
		"$O/xenstore-broker" --domid 5 --upstream "$DOM0_SOCK" --listen "$BROKER_SOCK" \
		--owner 990:991 < /dev/null 2> "$STORE_DIR/caps.log" &
	pid=$!
	wait_for 20 reads_name 990 991
	is "$(read_name 990 991)" vm5 "$STORE: the unit's capabilities are enough"
	kill -TERM "$pid"
	wait "$pid"
	is $? 0 "$STORE: to end, too"
	is "$(< "$STORE_DIR/caps.log")" "" "$STORE: without a complaint"
}
reads_name() { [ "$(read_name "$@")" = vm5 ]; }

# What its starter left open is not handed on to the process that reads clients.
strays() {
	local stray

	exec {stray}< "$0"
	broker_up || bail "$STORE: the broker starts"
	exec {stray}<&-
	is "$(readlink "/proc/$BROKER_PID/fd/$stray")" "$(realpath "$0")" \
		"$STORE: a descriptor that the broker was started with"
	ok "$STORE: its child has not got it" test ! -e "/proc/$(broker_child)/fd/$stray"
	ok "$STORE: it ends well" broker_down
}

body() {
	local mode
	xs0 write /local/domain/0/secret s
	owner_and_mode
	unit_caps
	strays
	for mode in descriptors systemd deaths; do
		user activation.py "$mode" "$O/xenstore-broker" "$DOM0_SOCK" "$STORE_DIR"
	done
}
both body

# ---- the units ----

units=$(mktemp -d "${TMPDIR:-/tmp}/xpt.XXXXXX")
at_exit "rm -rf '$units'"
for kind in service socket; do
	sed "s,@SBINDIR@/xenstore-broker,$O/xenstore-broker," \
		"$top/packaging/xenstore-broker@.$kind" > "$units/xenstore-broker@5.$kind"
done
is "$(SYSTEMD_LOG_LEVEL=warning systemd-analyze verify --man=no "$units"/*@5.* 2>&1 |
	grep -F xenstore-broker)" "" "systemd has nothing to say against the units"
mapfile -t used < <(sed -n 's/^ExecStart=//p' "$top/packaging/xenstore-broker@.service" |
	grep -oE -- '--[a-z-]+')
for option in "${used[@]}"; do
	like "$("$O/xenstore-broker" --help)" "$option\\b" "the unit's option $option is one"
done
ok "the unit uses options" test "${#used[@]}" -ge 3
exposure=$(systemd-analyze security --offline=yes --no-pager "$units/xenstore-broker@5.service" 2>&1 |
	sed -n 's/.*Overall exposure level for [^:]*: \([0-9.]*\).*/\1/p')
echo "# figure: systemd-analyze security: overall exposure $exposure"
ok "systemd-analyze security: at most 2.8" \
	awk -v e="$exposure" 'BEGIN {exit !(e != "" && e + 0 <= 2.8)}'
done_testing
