# shellcheck shell=bash
# shellcheck disable=SC2034 # what is set here is for the tests to use
# xapi.sh - sourced by shell tests: a XAPI to talk to (xapi_server.py, where the rules are).
#
#	trap 'xapi_stop; rm -rf "$dir"' EXIT
#	dir=$(mktemp -d)
#	xapi_start "$dir"
#	xapi_vm "$uuid" lab other-config:install-repository=http://127.0.0.1:8080/ PV-args=quiet
#	xapi_vbd "$uuid" 0 true
#	build/eliloader --xapi-socket "$XAPI_SOCKET" -q --vm "$uuid" disk.img
#	is "$(xapi_get "$uuid" other-config:install-round)" 2 "the round is kept"
#	is "$(xapi_sessions)" 0 "no session is left"
#
# xapi_start DIR       starts a server on DIR/xapi, or one that knows what an earlier one in
#                      DIR knew: sets XAPI_DIR, XAPI_SOCKET, XAPI_PID.  Call it from the
#                      test's own shell, not in $(): the server ends with the shell
# xapi_stop            ends it; its files stay (that of the socket, too: ECONNREFUSED)
# xapi_vm UUID NAME [KEY=VALUE...]   a VM with PV-bootloader=eliloader
# xapi_set UUID KEY VALUE | xapi_unset UUID KEY
# xapi_get UUID KEY    prints it, nothing when absent.  KEY: other-config:K, platform:K,
#                      PV-bootloader, PV-bootloader-args, PV-args, name, domain-type
# xapi_has UUID KEY    is it there?
# xapi_vbd UUID USERDEVICE BOOTABLE [TYPE [K=V...]]  a disk of it; TYPE: Disk (default) or
#                      CD; K=V: its other-config
# xapi_vbd_get UUID USERDEVICE FIELD  bootable, currently_attached..; nothing when no such disk
# xapi_vbd_set UUID USERDEVICE FIELD VALUE  VALUE as JSON: true, false, "text"
# xapi_eject UUID USERDEVICE | xapi_insert UUID USERDEVICE   what is in a CD drive
# xapi_boot_device UUID    the USERDEVICE whose disk XAPI hands to the bootloader: the first
#                      in VM.VBDs that is bootable and not empty; nothing when there is none
#                      ("there is no bootable device", and no bootloader runs)
# xapi_rules RULE...   from the next call on; none: be good.  Rules: see xapi_server.py
# xapi_methods         the calls since xapi_forget, one method a line
# xapi_calls [METHOD]  how many those were
# xapi_log             all of each, as JSON lines
# xapi_forget          forgets the calls so far
# xapi_sessions        how many sessions are open

xapi_server=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/xapi_server.py
XAPI_PID=''

xapi_start() {
	XAPI_DIR=$1 XAPI_SOCKET=$1/xapi
	[ -e "$1/db.json" ] || echo '{"VM": {}, "VBD": {}}' > "$1/db.json"
	[ -e "$1/calls.jsonl" ] || : > "$1/calls.jsonl"
	rm -f "$XAPI_SOCKET"
	python3 "$xapi_server" "$1" $$ 2>> "$1/server.err" &
	XAPI_PID=$!
	local end=$((SECONDS + 20))
	until xapi_is_up; do
		if [ $SECONDS -ge $end ] || ! kill -0 "$XAPI_PID"; then
			cat "$1/server.err" >&2
			return 1
		fi
		sleep 0.05
	done
}

xapi_is_up() {
	python3 -c 'import socket, sys; socket.socket(socket.AF_UNIX).connect(sys.argv[1])' \
		"$XAPI_SOCKET" 2> /dev/null
}

xapi_stop() {
	[ -n "$XAPI_PID" ] || return 0
	kill "$XAPI_PID" 2> /dev/null
	wait "$XAPI_PID" 2> /dev/null
	XAPI_PID=''
}

# xapi_edit JQ-ARGUMENTS : the database, written anew in one go
xapi_edit() {
	jq "$@" "$XAPI_DIR/db.json" > "$XAPI_DIR/db.edit" && mv "$XAPI_DIR/db.edit" "$XAPI_DIR/db.json"
}

# xapi_path KEY : where a KEY is in a VM's record, as a jq path
xapi_path() {
	case $1 in
	other-config:*) jq -nc --arg k "${1#*:}" '["other_config", $k]' ;;
	platform:*) jq -nc --arg k "${1#*:}" '["platform", $k]' ;;
	name) echo '["name_label"]' ;;
	domain-type) echo '["domain_type"]' ;;
	*) jq -nc --arg k "${1//-/_}" '[$k]' ;;
	esac
}

xapi_vm() {
	local uuid=$1 name=$2 pair

	shift 2
	xapi_edit --arg u "$uuid" --arg n "$name" '.VM["OpaqueRef:vm-" + $u] = {
		uuid: $u, name_label: $n, domain_type: "pv", PV_bootloader: "eliloader",
		PV_bootloader_args: "", PV_args: "", PV_kernel: "", PV_ramdisk: "",
		PV_legacy_args: "", HVM_boot_policy: "", is_a_template: false,
		memory_static_max: "536870912", other_config: {}, platform: {}, VBDs: [],
		current_operations: {}}'
	for pair; do xapi_set "$uuid" "${pair%%=*}" "${pair#*=}"; done
}

xapi_set() {
	xapi_edit --arg r "OpaqueRef:vm-$1" --argjson p "$(xapi_path "$2")" --arg v "$3" \
		'.VM[$r] |= setpath($p; $v)'
}

xapi_unset() {
	xapi_edit --arg r "OpaqueRef:vm-$1" --argjson p "$(xapi_path "$2")" '.VM[$r] |= delpaths([$p])'
}

xapi_get() {
	jq -r --arg r "OpaqueRef:vm-$1" --argjson p "$(xapi_path "$2")" \
		'.VM[$r] | getpath($p) // empty' "$XAPI_DIR/db.json"
}

xapi_has() {
	jq -e --arg r "OpaqueRef:vm-$1" --argjson p "$(xapi_path "$2")" \
		'.VM[$r] | getpath($p) != null' "$XAPI_DIR/db.json" > /dev/null
}

xapi_vbd() {
	local uuid=$1 device=$2 bootable=$3 type=${4:-Disk} other='{}' pair

	shift 3
	[ $# = 0 ] || shift
	for pair; do
		other=$(jq -nc --argjson o "$other" --arg k "${pair%%=*}" --arg v "${pair#*=}" '$o + {($k): $v}')
	done
	xapi_edit --arg u "$uuid" --arg d "$device" --argjson b "$bootable" --arg t "$type" \
		--argjson o "$other" '("OpaqueRef:vbd-" + $d + "-" + $u) as $r |
		.VBD[$r] = {uuid: ("vbd-" + $d), VM: ("OpaqueRef:vm-" + $u), userdevice: $d,
			bootable: $b, type: $t, empty: false, currently_attached: false,
			other_config: $o, qos_algorithm_params: {}} |
		.VM["OpaqueRef:vm-" + $u].VBDs += [$r]'
}

xapi_vbd_get() {
	jq -r --arg r "OpaqueRef:vbd-$2-$1" --arg f "$3" \
		'.VBD[$r] | if . == null then empty else .[$f] end' "$XAPI_DIR/db.json"
}

xapi_vbd_set() {
	xapi_edit --arg r "OpaqueRef:vbd-$2-$1" --arg f "$3" --argjson v "$4" '.VBD[$r][$f] = $v'
}

xapi_eject() { xapi_vbd_set "$1" "$2" empty true; }
xapi_insert() { xapi_vbd_set "$1" "$2" empty false; }

xapi_boot_device() {
	jq -r --arg r "OpaqueRef:vm-$1" '.VBD as $vbd | first(.VM[$r].VBDs[] | $vbd[.] |
		select(.bootable and (.empty | not))).userdevice' "$XAPI_DIR/db.json"
}

xapi_rules() {
	printf '%s\n' "$@" > "$XAPI_DIR/control.new"
	mv "$XAPI_DIR/control.new" "$XAPI_DIR/control"
}

xapi_methods() { jq -r .method "$XAPI_DIR/calls.jsonl"; }
xapi_calls() { xapi_methods | grep -cx -- "${1:-.*}"; }
xapi_log() { cat "$XAPI_DIR/calls.jsonl"; }
xapi_forget() { : > "$XAPI_DIR/calls.jsonl"; }
xapi_sessions() { if [ -e "$XAPI_DIR/sessions" ]; then grep -c . "$XAPI_DIR/sessions"; else echo 0; fi; }
