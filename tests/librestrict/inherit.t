#!/bin/bash
# inherit.t - xenrestrict_inherited(): what was handed down is proved again, or not taken.
. "$(dirname "$0")/../tap.sh"
# shellcheck source=tests/daemon/lib.sh
. "$(dirname "$0")/../daemon/lib.sh"
# shellcheck source=tests/broker/lib.sh
. "$(dirname "$0")/../broker/lib.sh"
# shellcheck source=tests/librestrict/lib.sh
. "$(dirname "$0")/lib.sh"
need_root
export FAKEDEV_DOMAINS="5 6" LD_PRELOAD=''
hand_down=$O/tests/librestrict/hand_down
inside=$O/tests/librestrict/inside
fake=LD_PRELOAD=$O/tests/librestrict/fakedev.so

tap_of "descriptors" env "$fake" "$hand_down" 5 "$inside" 6 MEMORY EVENTS
for store in C O; do
	store_start $store || bail "$store: daemon starts"
	domain_new 5 libxl
	domain_new 6 libxl
	xs0 write /local/domain/0/name Domain-0
	broker_start 5 || bail "$store: broker starts"
	tap_of "$store: all" env "$fake" XENSTORED_PATH="$BROKER_SOCK" "$hand_down" 5 "$inside" 6 STORE MEMORY EVENTS
	tap_of "$store: xenstore alone" env XENRESTRICT_DOMID=5 XENSTORED_PATH="$BROKER_SOCK" "$inside" 6 STORE
	like "$(XENRESTRICT_DOMID=5 XENSTORED_PATH=$DOM0_SOCK timeout 60 "$inside" 6)" \
		"^# xenstore: a question of dom0's was not refused" "$store: dom0's xenstore is not taken"
	broker_stop
	store_stop
done

# refused NAME REGEX ENV... : with these the program gets nothing
refused() {
	local name=$1 regex=$2
	shift 2
	like "$(env "$@" "$inside" 6 2>&1)" "^# $regex" "$name"
}
refused "no domid" "XENRESTRICT_DOMID is not set" -u XENRESTRICT_DOMID
for domid in '' 0 -1 +5 5x 0x5 ' 5' 32752 4294967301 99999999999999999999; do
	refused "domid '$domid'" "(XENRESTRICT_DOMID: not a number|domid .*: not one of)" XENRESTRICT_DOMID="$domid"
done
for fd in '' -1 3x 2147483648; do
	refused "descriptor '$fd'" "XENRESTRICT_EVTCHN_FD: not a number" XENRESTRICT_DOMID=5 XENRESTRICT_EVTCHN_FD="$fd"
done
refused "a closed descriptor" "XENRESTRICT_PRIVCMD_FD: descriptor 77: Bad file" \
	XENRESTRICT_DOMID=5 XENRESTRICT_PRIVCMD_FD=77
refused "something else" "descriptor .*: no event-channel device" XENRESTRICT_DOMID=5 XENRESTRICT_EVTCHN_FD=0 < /dev/null
like "$(env "$fake" "$hand_down" --free 5 "$inside" 6)" "^# event channels: .* was not refused" \
	"free descriptors are not taken"
like "$(env "$fake" "$hand_down" 5 env XENRESTRICT_DOMID=6 "$inside" 5)" \
	"^# event channels: restricted, but not to domain 6" "nor another domain's"
done_testing
