#!/bin/bash
# preload.t - programs of somebody else's in a room, with libxenrestrict-preload.so: what they
# open is what the launcher left them, and xs_restrict() says that it is restricted.
. "$(dirname "$0")/../tap.sh"
. "$(dirname "$0")/../daemon/lib.sh"
. "$(dirname "$0")/lib.sh"
need_root

object=libxenrestrict-preload.so
fake=$O/tests/librestrict/fakedev.so
plain=$O/tests/librestrict/plain
plain_dev=$O/tests/librestrict/plain_dev
refused="/local/domain/6/name Permission denied
/local/domain/0/name Permission denied"

# plain_in_room OPTION... : its store, relative and absolute, another's and dom0's
plain_in_room() {
	XENSTORED_PATH=$DOM0_SOCK room --domid 5 --no-handles --profile "$PROFILE" "${@:2}" -- "$plain" "$1" \
		name /local/domain/6/name /local/domain/0/name
}

one_store() {
	domain_new 5 libxl five
	domain_new 6 libxl six
	xs0 write /local/domain/0/name Domain-0
	profile bare 'tasks 8'
	is "$(plain_in_room 5)" "restrict 0 Success
name five
$refused" "$STORE: without it libxenstore's own xs_restrict() says no, and not why"
	profile bound "bind $O/$object /$object" "env LD_PRELOAD=/$object"
	is "$(plain_in_room 5)" "restrict 0 Permission denied
name five
$refused" "$STORE: an object that is bound: the handle is restricted already"
	is "$(plain_in_room 6)" "restrict 0 Permission denied
name five
$refused" "$STORE: nor can it be changed to another domain"
	profile named "library $object" "env LD_PRELOAD=$object"
	is "$(plain_in_room 5 --lib-dir "$O")" "restrict 0 Permission denied
name five
$refused" "$STORE: an object that is a library of the room"
}
for STORE in C O; do
	store_start $STORE || bail "$STORE: daemon starts"
	one_store
	store_stop
done
like "$(room --domid 5 --no-handles --no-xenstore --profile "$PROFILE" -- "$plain" 5 name)" \
	"^xen-restrict: libraries: there is no library '$object'" "an object that is not found is told"

# Xen's devices.  The launcher's are fake ones, files without a name that answer no request:
# in a room nothing else is there that would say ENOTTY.
devices='handle evtchn privcmd
ioctl evtchn-bind-interdomain privcmd-mmapbatch-v2 privcmd-mmapbatch tcgets'
dev_in_room() {
	timeout -k 5 60 env FAKEDEV_DOMAINS="5 6" LD_PRELOAD="$fake" "$O/xen-restrict" --user "$ROOM_BASE" \
		--domid 5 --no-xenstore --profile "$PROFILE" --lib-dir "$O" "$@" -- "$plain_dev" 5 6 2>&1
}
not_fake() { grep -vc 'Inappropriate ioctl for device$'; }
profile devices "$devices"
like "$(dev_in_room)" '^cannot open: ' "without it Xen's libraries open no device"
profile preloaded "$devices" "library $object" "env LD_PRELOAD=$object"
out=$(dev_in_room)
is "$(grep -c '^\(port\|memory\) of [056]: ' <<< "$out") $(not_fake <<< "$out")" "6 0" \
	"with it they have the launcher's" || diag "$out"
like "$(dev_in_room --no-handles)" '^cannot open: ' "and none where the launcher left none"

# such a room is as tight as others
room_start --domid 5 --no-xenstore --no-handles --profile "$PROFILE" --lib-dir "$O" -- "$INMATE" wait ||
	bail "a room starts"
out=$(timeout -k 5 60 "$O/xen-restrict" --verify "$ROOM_CHILD" --domid 5 --user "$ROOM_BASE" \
	--profile "$PROFILE" --no-handles --no-xenstore 2>&1)
is "$(awk '/^(FAIL|unknown) / {print $2}' <<< "$out" | xargs)" "descriptor-1 descriptor-2" \
	"--verify has nothing against a room with it (but its output, a file of this test)"
like "$out" '^ok .*map' "--verify: what is mapped was looked at"
ok "where it is loaded" grep -qF "$object" "/proc/$ROOM_CHILD/maps"
kill "$ROOM_PID" && room_wait
is "$(room_traces 5)" "" "nothing is left"
done_testing
