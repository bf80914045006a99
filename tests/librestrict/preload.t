#!/bin/bash
# preload.t - programs that know nothing of libxenrestrict: xs_restrict() works, and Xen's
# devices are the descriptors that were handed down.
. "$(dirname "$0")/../tap.sh"
# shellcheck source=tests/daemon/lib.sh
. "$(dirname "$0")/../daemon/lib.sh"
# shellcheck source=tests/librestrict/lib.sh
. "$(dirname "$0")/lib.sh"
need_root
export XEN_PV_TOOLS_PROFILES=$O/profiles XENSTORE_BROKER=$O/xenstore-broker
preload=$O/libxenrestrict-preload.so
fake=$O/tests/librestrict/fakedev.so

# plain ARG... : without sanitizers in it, as a program of somebody else's
plain() { XENSTORED_PATH=$DOM0_SOCK timeout 60 "$O/tests/librestrict/plain" "$@" 2>&1; }

body() {
	domain_new 5 libxl
	like "$(plain 5 / /local/domain/5/name)" '^restrict 0' "$STORE: without it xs_restrict() fails"
	is "$(LD_PRELOAD=$preload plain 5 /tool /local/domain/5/name name)" "restrict 1 Success
/tool Permission denied
/local/domain/5/name vm5
name vm5" "$STORE: with it the program is restricted"
	is "$(LD_PRELOAD=$preload plain 0 /tool)" "restrict 0 Invalid argument
/tool " "$STORE: to dom0: refused"
	is "$(LD_PRELOAD=$preload plain 99 /tool)" "restrict 0 No such file or directory
/tool " "$STORE: to a domain that is not there"
	is "$(LD_PRELOAD=$preload plain -w 5 /tool | head -n 2)" "watch 1
restrict 0 Device or resource busy" "$STORE: with a watch"
	is "$(XENSTORE_BROKER=/no/such LD_PRELOAD=$preload plain 5 /tool)" "restrict 0 Operation not supported
/tool " "$STORE: without a broker"
}
for store in C O; do
	store_start $store || bail "$store: daemon starts"
	xs0 write /tool '' 2> /dev/null # oxenstored has no value there
	body
	store_stop
done

# a tool of Xen's own, as Debian built it
store_start C || bail "daemon starts"
is "$(LD_PRELOAD=$preload xs0 list /)" "$(xs0 list /)" "Xen's own tools run with it as without"
store_stop

export FAKEDEV_DOMAINS="5 6"
down() { LD_PRELOAD=$fake timeout 60 "$O/tests/librestrict/hand_down" "$@" 2>&1; }
is "$(down 5 "$O/tests/librestrict/plain_dev" 5 6 | tail -n 1)" "cannot open: No such file or directory" \
	"without it no device is there"
is "$(down 5 env LD_PRELOAD="$preload $fake" "$O/tests/librestrict/plain_dev" 5 6)" \
	"port of 5: ok
memory of 5: ok
port of 6: Permission denied
memory of 6: Operation not permitted
port of 0: Permission denied
memory of 0: Operation not permitted" "with it Xen's libraries have what was handed down"
is "$(LD_PRELOAD="$preload $fake" timeout 60 "$O/tests/librestrict/plain_dev" 5 6 | head -n 1)" \
	"port of 5: ok" "and without descriptors it opens what there is"
done_testing
