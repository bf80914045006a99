#!/bin/bash
# ground.t - the grounds that other tests stand on: real guests of both daemons in the trees
# of both toolstacks, with the permissions and limits that such guests have.
set -u
# shellcheck source-path=SCRIPTDIR source=../tap.sh
. "$(dirname "$0")/../tap.sh"
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

# What the contract says of each node: permissions, path below the home (N: the guest).
declare -A rights
rights[xenopsd]='
n0,rN .
n0,rN bios-strings
n0,rN bios-strings/bios-vendor
n0,rN cpu
n0,rN cpu/0/availability
n0,rN domid
n0,rN memory
n0,rN memory/dynamic-max
n0,rN memory/target
n0,rN name
n0,rN platform
n0,rN platform/device_id
n0,rN store/port
n0,rN unique-domain-id
n0,rN vm
n0,rN xenserver
nN attr
nN control
nN control/has-vendor-device
nN control/platform-feature-multiprocessor-suspend
nN control/platform-feature-xs_reset_watches
nN data
nN device
nN device/9pfs
nN device/vbd
nN device/vif
nN drivers
nN error
nN feature
nN hvmloader
nN messages
nN rrd
nN vm-data
nN vm-data/boot
nN xenserver/attr
nN xenserver/device/vif/0
nN xenserver/device/vif/0/mac
nN,r0 device/vif/0
nN,r0 device/vif/0/backend
nN,r0 device/vif/0/mac
nN,r0 device/vif/0/mtu'
rights[libxl]='
n0,rN .
n0,rN console
n0,rN console/tty
n0,rN control
n0,rN control/platform-feature-multiprocessor-suspend
n0,rN control/platform-feature-xs_reset_watches
n0,rN cpu
n0,rN cpu/0/availability
n0,rN device
n0,rN device/vif/0/mtu
n0,rN domid
n0,rN memory
n0,rN memory/target
n0,rN name
n0,rN store
n0,rN vm
n0,rN vm-data
n0,rN vm-data/boot
nN attr
nN control/feature-poweroff
nN control/feature-reboot
nN control/feature-suspend
nN control/shutdown
nN control/sysrq
nN data
nN device/suspend/event-channel
nN drivers
nN error
nN feature
nN,r0 console/backend-id
nN,r0 device/vif/0
nN,r0 device/vif/0/backend
nN,r0 device/vif/0/mac'

# rights_of DOMID : "permissions path" of all nodes, as in the tables
rights_of() {
	xs0 ls -fp /local/domain | sed -n "s|^/local/domain/$1/\?\([^ ]*\) = \".*\"   (\(.*\))\$|\2 \1|p" |
		sed "s/\([nrwb]\)$1\>/\1N/g; s/ \$/ ./" | LC_ALL=C sort
}

# only_in A B : lines of A that B has not
only_in() { LC_ALL=C comm -23 <(LC_ALL=C sort -u <<< "$1") <(LC_ALL=C sort -u <<< "$2"); }

trees() {
	local want=${rights[$TOOLSTACK]} have others
	ok "$GROUND: a domain is made" domain_new 5 "$TOOLSTACK" web
	vm_data_boot 5 boot=1
	domain_vif 5 0 00:16:3e:00:00:01
	have=$(rights_of 5)
	is "$(only_in "$want" "$have")" "" "$GROUND: every node of the contract has its rights"
	# what the table does not name is the toolstack's and read-only, or belongs to a vif
	others=$(only_in "$have" "$want" | grep -v -e '^n0,rN ' -e ' device/vif/0/')
	is "$others" "" "$GROUND: the guest owns nothing else"
	is "$(xs0 exists /local/domain/5/unique-domain-id && echo yes)" \
		"$([ "$TOOLSTACK" = libxl ] || echo yes)" "$GROUND: unique-domain-id under xenopsd only"
	is "$(xs0 read "$(xs0 read /local/domain/5/vm)/name")" web "$GROUND: /vm/UUID holds the name"
	like "$(xs0 ls -fp /vm)" "^/vm/[^ /]* = \"\"   \(n0,r5\)" "$GROUND: /vm/UUID is the guest's to read"
	domain_unvif 5 0
	is "$(xs0 ls -f /local/domain | grep -c 'vif/[0-9]*/0')" 0 "$GROUND: a removed vif leaves nothing"
}

privilege() {
	local limit=2015 refused=ENOSPC most=531 answer
	if [ "$STORE" = O ]; then limit=2048 refused=E2BIG most=900; fi
	domain_new 5 "$TOOLSTACK" && domain_new 6 "$TOOLSTACK" && guest_bus 5
	client_open a "$GUEST_SOCK"
	is "$(client a read domid)" 5 "$GROUND: a guest's relative path is its home"
	is "$(client a read /local/domain/5/name)" vm5 "$GROUND: and its absolute one"
	is "$(client a read /local/domain/6/name)" "error EACCES" "$GROUND: no other guest's home"
	is "$(client a write /local/domain/6/data/x y)" "error EACCES" "$GROUND: nor writing there"
	is "$(client a write name x)" "error EACCES" "$GROUND: no writing of the toolstack's nodes"
	is "$(client a write new x)" "error EACCES" "$GROUND: no new node at the top"
	answer="error EACCES"
	[ "$TOOLSTACK" = libxl ] || answer=ok
	is "$(client a write vm-data/x y)" "$answer" "$GROUND: write to vm-data: $answer"
	is "$(client a write control/feature-x 1)" "$answer" "$GROUND: new node in control: $answer"
	is "$(client a write control/shutdown "")" ok "$GROUND: control/shutdown can be acknowledged"
	is "$(client a fill data/big "$limit")" ok "$GROUND: $limit bytes are allowed"
	is "$(client a size data/big)" "$limit" "$GROUND: and come back through the ring"
	is "$(client a fill data/big $((limit + 1)))" "error $refused" "$GROUND: one more is $refused"
	like "$(client a children data/dir 2000)" 'error E(NOSPC|INVAL)' "$GROUND: nodes have a quota"
	answer=$(client a count data/dir)
	ok "$GROUND: a directory of $answer names comes back" [ "$answer" -ge "$most" ]
	is "$(xs0 list /local/domain/5/data/dir | wc -l)" "$answer" "$GROUND: dom0 sees the same"
	client_close a
}

# Refused operations and the transaction they are in.
poison() {
	local op
	domain_new 5 "$TOOLSTACK" && guest_bus 5
	client_open a "$GUEST_SOCK"
	for op in "write name x" "write nosuch x" "read nosuch" "rm data/nosuch" "write bad:path x"; do
		client a start > /dev/null
		client a write data/tx "$op" > /dev/null
		client a "$op" > /dev/null
		is "$(client a end) $(client a read data/tx)" "ok $op" \
			"$GROUND: commits after '$op' was refused"
	done
	client a start > /dev/null
	client a write data/tx lost > /dev/null
	client a fill data/big 3000 > /dev/null
	if [ "$STORE" = C ]; then
		is "$(client a end)" "error ENOMEM" "$GROUND: no commit after a refusal by quota"
	else
		is "$(client a end)" ok "$GROUND: commits after a refusal by quota"
	fi
	client_close a
}

# A list of more than one message: libxenstore gets it in parts from C; O has no such request.
long_lists() {
	local i nodes=() want="error E2BIG"
	[ "$STORE" = O ] || want=100
	domain_new 5 "$TOOLSTACK" && guest_bus 5
	for i in {100..199}; do nodes+=("/local/domain/5/data/long/$(printf '%050d' "$i")" x); done
	xs0 write "${nodes[@]}"
	client_open a "$GUEST_SOCK"
	is "$(client a count data/long)" "$want" "$GROUND: a list of 5000 bytes: $want"
	is "$(client a read domid)" 5 "$GROUND: the connection lives"
	client_close a
}

# lib/tree prints what xenstore-ls -f prints, whatever the bytes.
escapes() {
	local i bytes=''
	domain_new 5 "$TOOLSTACK" && guest_bus 5
	for ((i = 1; i < 256; i++)); do bytes+=$(printf '\\x%02x' "$i"); done
	xs0 write /local/domain/5/data/all "$bytes" # it takes the same escapes
	xs0 write /local/domain/5/data/quote '"' /local/domain/5/data/long "$(printf '%01500d' 0)"
	client_open a "$GUEST_SOCK"
	is "$(client_all a tree data | sed 's|^|/local/domain/5/|')" \
		"$(xs0 ls -f /local/domain/5 | grep "^/local/domain/5/data" | LC_ALL=C sort)" \
		"$GROUND: lib/tree prints as xenstore-ls -f"
	is "$(client a size data/all)" 255 "$GROUND: all bytes were there"
	client_close a
}

for_each_ground trees
for_each_ground privilege
for_each_ground poison
for_each_ground long_lists
for_each_ground escapes
done_testing
