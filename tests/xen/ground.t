#!/bin/bash
# ground.t - the test ground itself: real Xen, real guests, and all that later tests do
# to them, with both store daemons.
# shellcheck source=tests/xen/lib.sh
. "$(dirname "$0")/lib.sh"

dom0_is_xen() {
	like "$(xl info)" '^xen_version +: 4\.17' "Xen 4.17 runs under dom0"
	is "$(pidof "$1")" "$(cat /run/xenstored.pid)" "the store daemon is $1"
	is "$(guest cat /sys/hypervisor/type /sys/hypervisor/guest_type)" "xen
$2" "the guest is a Xen guest, $2"
}

dom0_commands() {
	is "$(guest 'echo out; echo err >&2; exit 7'; echo $?)" "out
err
7" "output and status of a command in the guest"
	is "$(echo 'echo a; echo; echo b' | guest)" "a

b" "a script from stdin"
	head -c 100000 /dev/urandom > /run/random
	ok "a file goes into the guest" guest_put /run/random /run/random
	is "$(guest 'sha256sum < /run/random')" "$(sha256sum < /run/random)" "and arrives whole"
}

dom0_store() {
	xenstore-write "$(home)/vm-data/lab/key" "from dom0"
	is "$(guest xenstore-read vm-data/lab/key)" "from dom0" "the guest reads what dom0 wrote"
	ok "the guest writes" guest xenstore-write data/answer 42
	is "$(xenstore-read "$(home)/data/answer")" 42 "dom0 reads what the guest wrote"
	ok "the guest may not write vm-data" guest '! xenstore-write vm-data/x y'
}

dom0_hotplug() {
	ok "a second vif" vif_attach 00:16:3e:00:00:03 eth1
	ok "it carries packets" guest 'ip addr add 10.77.0.3/24 dev eth1 && ip link set eth1 up &&
		ping -c 1 -w 10 -I 10.77.0.3 10.77.0.1'
	ok "it goes" vif_detach 1 eth1
	truncate -s 8M /run/xvdb.img
	ok "a second disk" xl block-attach lab file:/run/xvdb.img xvdb w
	ok "the guest has it" wait_for 20 guest test -b /dev/xvdb
	guest 'echo data from the guest > /dev/xvdb; sync'
	is "$(head -c 19 /run/xvdb.img)" "data from the guest" "what it writes is there"
	ok "it goes" xl block-detach lab xvdb
	ok "the guest has lost it" wait_for 20 guest '! test -b /dev/xvdb'
}

dom0_save() {
	local before

	before=$(domid)
	guest 'xenstore-write data/kept no; touch /run/kept'
	ok "save and restore" guest_save_restore
	ok "another domain id" test "$(domid)" != "$before"
	ok "the same guest" guest test -e /run/kept
	is "$(xenstore-read "$(home)/data/kept" 2> /dev/null)" "" "its store tree is new"
}

dom0_pv() {
	dom0_is_xen xenstored PV
	dom0_commands
	dom0_store
	dom0_hotplug
	dom0_save
	ok "reboot" guest_reboot
	ok "it is a new system" guest '! test -e /run/kept'
}

# what differs between the store daemons
dom0_other_store() {
	dom0_is_xen oxenstored PV
	dom0_store
	dom0_save
}

dom0_pvh() {
	local before

	dom0_is_xen xenstored PVH
	before=$(domid)
	guest touch /run/kept
	ok "migration to this host" guest_migrate
	ok "another domain id" test "$(domid)" != "$before"
	ok "the same guest" guest test -e /run/kept
}

# agent.t goes the other way round: neither waits while the other freezes a machine
on C-pvh dom0_pvh
on O-pv dom0_other_store
on C-pv dom0_pv

# a machine without a word, after its first
printf '%s\n' 'echo here' 'exec sleep 100' | job_script
machine_thaw C-pv && machine_job "$job_dir" && machine_line 60 && ! machine_line 3
is "$machine_said" "nothing from the machine for 3 s" "silence is noticed"
like "$(machine_logs)" '^qemu: VM status: running' "with the machine's state"
like "$(machine_logs)" '^qemu: RIP=' "and its processor's"
machine_stop
done_testing
