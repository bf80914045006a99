#!/bin/bash
# agent.t - xe-guest-agent, guest-metrics and vm-data on real Xen: PV and PVH guests, both
# store daemons.
# shellcheck source=tests/xen/lib.sh
. "$(dirname "$0")/lib.sh"
send "$O/static"
send_program "$O/guest-metrics" "$O/vm-data"

# What is appended to the guest's RAM disk for one that has no network to be told anything
# by: an init that only runs the agent.
bare_ramdisk() {
	mkdir "$job_dir/bare" && cp "$O/static/xe-guest-agent" "$job_dir/bare/" || return
	cat > "$job_dir/bare/bare" <<- 'END'
		#!/bin/sh
		export PATH=/bin:/sbin
		mount -t proc proc /proc
		mount -t sysfs sys /sys
		mount -t devtmpfs dev /dev
		mount -t tmpfs run /run
		for m in xenfs xen-evtchn xen-privcmd xen-blkfront; do modprobe $m; done
		mount -t xenfs xenfs /proc/xen
		exec /xe-guest-agent -v
	END
	chmod +x "$job_dir/bare/bare"
	(cd "$job_dir/bare" && find . | cpio --quiet -o -H newc -R 0:0) > "$job_dir/bare.img"
}
bare_ramdisk || bail "the RAM disk of the guest without a vif"

dom0_agent_start() {
	guest_put /job/static/xe-guest-agent /run/xe-guest-agent
	guest_put /job/static/vm-data /run/vm-data
	guest_spawn agent /run/xe-guest-agent -v
	wait_for 20 dom0_published
}

# what the agent wants, but control, which xl keeps from the guest, and what is free at
# another moment
dom0_wanted() {
	guest '/run/xe-guest-agent --dry-run 2> /dev/null' |
		grep -vE '^(control/|data/meminfo_free|data/volumes/[0-9]+/free)'
}
dom0_own_keys() {
	xenstore-ls -f "$(home)" | sed "s,^$(home)/,," |
		grep -E -e '^(attr/(PVAddons|vif|eth[0-9]+)|data/(service/xe-guest-agent|volumes))/' \
			-e '^(feature/hotplug|xenserver/attr/net-sriov-vf)/|^drivers/[0-9]+ ' \
			-e '^data/(os_|meminfo_total|updated|host_name_dns|domain)' |
		grep -vE ' = ""$|^data/volumes/[0-9]+/free' | LC_ALL=C sort
}
dom0_published() {
	local wanted
	wanted=$(dom0_wanted)
	[ -n "$wanted" ] && [ "$(dom0_own_keys)" = "$wanted" ]
}
dom0_has() { [ "$(xenstore-read "$(home)/$1" 2> /dev/null)" = "$2" ]; }
dom0_lacks() { ! xenstore-exists "$(home)/$1"; }
dom0_agent_says() { guest cat /run/agent.log; }
dom0_metrics() { guest-metrics --json lab; }

dom0_publishes() {
	ok "the agent publishes what --dry-run shows" dom0_agent_start
	ok "the guest's address" dom0_has attr/vif/0/ipv4/0 10.77.0.2
	is "$(dom0_own_keys | sed -n 's/^drivers.*Linux \([^ ]*\) .*/\1/p' | tr '\n' ' ')" \
		"xen-balloon xen-blkfront xen-netfront " "the drivers that are bound"
	like "$(dom0_agent_says)" "control/feature-balloon.*Permission denied" \
		"a refused control is only told with -v"
	ok "free memory" eval '[ "$(xenstore-read "$(home)/data/meminfo_free")" -gt 1000 ]'
	like "$(guest-metrics)" 'lab .*10\.77\.0\.2' "guest-metrics lists it"
	like "$(dom0_metrics)" '"driver_verdict": *"Linux\(1,0,0,1\)"' \
		"XAPI would take the tools as present"
}

dom0_addresses() {
	guest 'ip addr add 10.77.0.50/24 dev eth0'
	ok "a new IPv4 address" wait_for 10 dom0_has attr/vif/0/ipv4/1 10.77.0.50
	guest 'ip addr add 2001:db8::50/64 dev eth0'
	ok "a new IPv6 address, after its detection" wait_for 20 dom0_has attr/vif/0/ipv6/0 2001:db8::50
	like "$(dom0_metrics)" '"0/ipv6/0": *"2001:db8::50"' "guest-metrics shows it"
	guest 'ip addr del 10.77.0.50/24 dev eth0; ip addr del 2001:db8::50/64 dev eth0'
	ok "lost addresses go" wait_for 10 dom0_lacks attr/vif/0/ipv4/1
	ok "all is true again" wait_for 10 dom0_published
}

dom0_hotplug_vif() {
	vif_attach 00:16:3e:00:00:03 eth1
	guest 'ip addr add 10.77.0.3/24 dev eth1 && ip link set eth1 up'
	ok "the address of a second vif" wait_for 10 dom0_has attr/vif/1/ipv4/0 10.77.0.3
	vif_detach 1 eth1
	ok "goes with it" wait_for 10 dom0_lacks attr/vif/1
}

dom0_kill_and_restart() {
	guest 'kill -KILL $(cat /run/agent.pid); ip addr add 10.77.0.60/24 dev eth0'
	xenstore-write "$(home)/attr/vif/5/ipv4/0" 1.2.3.4 "$(home)/data/other" 1
	ok "a killed agent restarted" dom0_agent_start
	ok "removes what is stale" dom0_lacks attr/vif/5
	ok "and nothing else" dom0_has data/other 1
	guest 'ip addr del 10.77.0.60/24 dev eth0'
	wait_for 10 dom0_published
}

dom0_restored() {
	guest_save_restore
	ok "everything is back after a restore" wait_for 10 dom0_published
	like "$(dom0_agent_says)" 'this domain is new in xenstore' "the agent saw that it was gone"
}

dom0_migrated() {
	guest_migrate
	ok "everything is back after a migration" wait_for 10 dom0_published
}

dom0_rebooted() {
	guest_reboot
	ok "after a reboot the tree is empty" dom0_lacks data/updated
	ok "until the agent runs again" dom0_agent_start
}

dom0_vm_data() {
	printf '%s\n' 'vm-data/hostname=web1' 'vm-data/net/0/ip=10.0.0.9' 'other/key=x' > /run/map
	ok "dom0 populates vm-data" vm-data populate --domain lab /run/map
	is "$(guest /run/vm-data get hostname)" web1 "the guest reads a key"
	is "$(guest /run/vm-data list | tr '\n' ' ')" "hostname net/0/ip " "and lists them"
	is "$(guest 'eval "$(/run/vm-data export --format=shell)"; echo "$VM_DATA_NET_0_IP"')" \
		10.0.0.9 "as shell variables"
	guest '/run/vm-data get absent 2> /dev/null'
	is $? 1 "an absent key"
	guest_spawn waiter '/run/vm-data wait ready --timeout 60'
	xenstore-write "$(home)/vm-data/ready" yes
	ok "a waiting script goes on" wait_for 10 guest 'grep -qx yes /run/waiter.log'
	is "$(vm-data get --domain lab hostname)" web1 "dom0 reads it too"
	guest '/run/vm-data get hostname --raw > /run/raw'
	is "$(guest 'wc -c < /run/raw')" 4 "raw, to the byte"
}

# A second guest, without any vif; and so without what guest() needs.
dom0_bare() {
	local home
	cat /guest/initrd /job/bare.img > /run/bare.img
	sed -e 's/^name = .*/name = "bare"/' -e '/^vif/d' -e '/^disk/d' -e '/^memory/d' \
		-e 's,^ramdisk = .*,ramdisk = "/run/bare.img",' \
		-e 's,^extra = .*,extra = "console=hvc0 rdinit=/bare",' \
		-e '$a memory = 160' /run/lab.cfg > /run/bare.cfg
	ok "a guest without a vif" quiet xl create -q /run/bare.cfg
	home=/local/domain/$(xl domid bare)
	wait_for 60 xenstore-exists "$home/data/updated"
	is "$(xenstore-read "$home/data/os_distro")" busybox "it publishes, too"
	ok "but no address" eval '! xenstore-exists "$home/attr/vif"'
	like "$(guest-metrics)" "^ *${home##*/}  bare .* -\$" "guest-metrics lists it"
	[ "$tap_bad" = 0 ] || tail -n 20 /var/log/xen/console/guest-bare.log
	xl destroy bare
	rm /run/bare.img
}

dom0_pv() {
	dom0_publishes
	dom0_addresses
	dom0_hotplug_vif
	dom0_kill_and_restart
	dom0_vm_data
	dom0_restored
	dom0_rebooted
}

# What make bench asks for: by the guest's own clock, from the kernel's line that lets its
# tasks run again to the agent's that all is committed.
dom0_restore_time() {
	local i log log_ms

	guest_put /job/static/xe-guest-agent /run/xe-guest-agent
	guest_spawn agent '/run/xe-guest-agent -v 2> /dev/kmsg'
	wait_for 20 dom0_published
	for i in 1 2 3; do
		guest 'dmesg -c > /dev/null'
		guest_save_restore
		wait_for 10 dom0_published
		log=$(guest dmesg)
		log_ms=$(awk -F '[][]' '/Restarting tasks/ {from = $2}
			/published everything/ && !to {to = $2}
			END {if (from && to) printf "%.0f", (to - from) * 1000}' <<< "$log")
		echo "# restore: $log_ms ms, $(dom0_own_keys | wc -l) keys"
		like "$log" 'published everything' "restore $i is followed"
	done
}

dom0_pvh() {
	dom0_publishes
	dom0_migrated
	dom0_addresses
	dom0_restored
}

# in three parts, since two machines run at a time
case ${1:-C} in
C)
	on C-pv dom0_pv
	on C-pv dom0_bare
	;;
O) on O-pv dom0_pv ;;
pvh)
	on C-pvh dom0_pvh
	on O-pvh dom0_pvh
	;;
*) on "$1" "dom0_$2" ;;
esac
done_testing
