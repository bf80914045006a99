#!/bin/bash
# room.t - a program of the library's in a room of xen-restrict, static and dynamic: the
# store that it was left, proved from inside.  (Devices: on real Xen, tests/xen.)
. "$(dirname "$0")/../tap.sh"
# shellcheck source=tests/daemon/lib.sh
. "$(dirname "$0")/../daemon/lib.sh"
# shellcheck source=tests/librestrict/lib.sh
. "$(dirname "$0")/lib.sh"
need_root
export XEN_PV_TOOLS_PROFILES=$O/profiles XENSTORE_BROKER=$O/xenstore-broker
for store in C O; do
	store_start $store || bail "$store: daemon starts"
	ok "$store: two domains" eval "domain_new 5 libxl && domain_new 6 xenopsd"
	xs0 write /local/domain/0/name Domain-0
	for program in inside inside-static; do
		tap_of "$store: $program" env XENSTORED_PATH="$DOM0_SOCK" "$O/xen-restrict" --domid 5 --no-handles -- \
			"$O/tests/librestrict/$program" 6 STORE
	done
	like "$(XENSTORED_PATH=$DOM0_SOCK timeout 60 "$O/xen-restrict" --domid 5 --no-handles --no-xenstore -- \
		"$O/tests/librestrict/inside-static" 6 STORE)" '^not ok .* there is STORE' "$store: --no-xenstore leaves none"
	store_stop
done
done_testing
