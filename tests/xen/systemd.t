#!/bin/bash
# systemd.t - a real Debian root with systemd, where programs lie where `make install` puts
# them and run from their own units: the agent in the guest; the broker in dom0.
# shellcheck source=tests/xen/lib.sh
. "$(dirname "$0")/lib.sh"

send_installed

dom0_has() { [ "$(xenstore-read "$(home)/$1" 2> /dev/null)" = "$2" ]; }
dom0_lacks() { ! xenstore-exists "$(home)/$1"; }
# show UNIT PROPERTY
dom0_show() { guest "systemctl show --value -p $2 $1"; }
dom0_pid() { dom0_show xe-guest-agent MainPID; }
dom0_is_new_pid() { local pid; pid=$(dom0_pid) && [ "$pid" != 0 ] && [ "$pid" != "$1" ]; }
dom0_journal() { guest 'journalctl -q -o cat -u xe-guest-agent'; }

dom0_starts() {
	is "$(guest systemctl is-system-running)" running "Debian has come up with no unit failed"
	ok "the files of make install" guest_unpack /job/root.tar
	ok "systemd-sysusers makes its user" guest 'systemd-sysusers && id -u xe-guest-agent'
	ok "systemctl enable --now: the agent says that it is ready" \
		guest 'systemctl daemon-reload && systemctl enable -q --now xe-guest-agent'
	is "$(dom0_show xe-guest-agent ActiveState)" active "it is active"
	ok "its address was published by then" dom0_has attr/vif/0/ipv4/0 10.77.0.2
	ok "and what system it is" dom0_has data/os_distro debian
	ok "the release" dom0_has data/os_majorver 12
}

dom0_lives() {
	local pid

	guest 'ip addr add 10.77.0.50/24 dev enX0'
	ok "a new address" wait_for 20 dom0_has attr/vif/0/ipv4/1 10.77.0.50
	guest 'ip addr del 10.77.0.50/24 dev enX0'
	ok "goes" wait_for 20 dom0_lacks attr/vif/0/ipv4/1
	pid=$(dom0_pid)
	ok "reload" guest systemctl reload xe-guest-agent
	is "$(dom0_pid)" "$pid" "is the same process"
	guest "kill -KILL $pid"
	ok "a killed agent is started again" wait_for 30 dom0_is_new_pid "$pid"
	ok "a clean stop" guest systemctl stop xe-guest-agent
	is "$(dom0_show xe-guest-agent Result)" success "is a success"
	ok "and another start" guest systemctl start xe-guest-agent
}

dom0_is_confined() {
	local pid user exposure

	pid=$(dom0_pid)
	user=$(guest id -u xe-guest-agent)
	is "$(guest "sed -nE 's/^(Uid|Cap[A-Z][a-z]*|NoNewPrivs|Seccomp):.//p' /proc/$pid/task/*/status" | sort -u)" \
		"0000000000000000
1
2
$user	$user	$user	$user" "its own user, no capability, no new privileges, a system call filter, in all threads"
	is "$(guest "systemd-analyze verify --man=no xe-guest-agent.service" 2>&1)" "" \
		"systemd-analyze verify has nothing to say"
	exposure=$(guest 'systemd-analyze security --no-pager xe-guest-agent' |
		sed -n 's/.*Overall exposure level for [^:]*: \([0-9.]*\).*/\1/p')
	echo "# figure: systemd-analyze security: overall exposure $exposure"
	# (what is counted is what the agent starts with, not what it leaves itself)
	ok "systemd-analyze security: at most 2.3" \
		awk -v e="$exposure" 'BEGIN {exit !(e != "" && e + 0 <= 2.3)}'
	is "$(dom0_journal | grep -ciE 'denied|not permitted')" 0 "the unit denies it nothing it asks for"
}

# What the unit must leave open
dom0_sees() {
	ok "the root's volume, and how full it is" wait_for 20 dom0_has data/volumes/0/mount_points/0 /
	ok "... is a number" xenstore-exists "$(home)/data/volumes/0/free"
	guest hostname renamed
	ok "another host name" wait_for 20 dom0_has data/host_name_dns renamed
	is "$(guest cat /sys/power/pm_freeze_timeout)" 300000 "the suspend time-out is raised"
	guest systemctl stop xe-guest-agent
	is "$(guest cat /sys/power/pm_freeze_timeout)" 20000 "and put back at the end"
	guest systemctl start xe-guest-agent
}

dom0_restored() {
	ok "save and restore" guest_save_restore
	ok "everything is back" wait_for 20 dom0_has attr/vif/0/ipv4/0 10.77.0.2
	is "$(dom0_show xe-guest-agent NRestarts)" 0 "without a restart of the agent"
}

dom0_systemd() {
	dom0_starts
	dom0_is_confined
	dom0_sees
	dom0_lives
	dom0_restored
}

# dom0 itself has no systemd.  The guest's root is one without its guest: dom0's kernel starts
# it a second time, as the init of namespaces with dom0's own store daemon in /run.
# dom0_boot : $init, that systemd's process
dom0_boot() {
	local module

	guest sync
	ok "the guest's root is free" guest_destroy
	mkdir /run/initrd
	(cd /run/initrd && cpio -id 2> /dev/null < /guest/initrd)
	for module in crc16 mbcache jbd2 crc32c_generic ext4; do
		insmod "$(find /run/initrd -name "$module.ko")"
	done
	mount -t ext4 /dev/vda /mnt || return
	chroot /mnt tar -x -C / --keep-directory-symlink -m -f - < /job/root.tar || return
	env -i container=lab PATH=/usr/sbin:/usr/bin:/sbin:/bin /bin/unshare -m -p -f /bin/bash -c '
		mount -t proc proc /mnt/proc && mount -t sysfs sys /mnt/sys &&
		mount -t cgroup2 cgroup /mnt/sys/fs/cgroup && mount --rbind /dev /mnt/dev &&
		mount -t tmpfs run /mnt/run && mkdir /mnt/run/xenstored &&
		mount --bind /run/xenstored /mnt/run/xenstored &&
		cd /mnt && mount --move . / &&
		exec chroot . /lib/systemd/systemd --unit=basic.target' < /dev/null > /run/systemd.log 2>&1 &
	unshare=$!
	wait_for 20 grep -qs . "/proc/$unshare/task/$unshare/children" || return
	read -r init < "/proc/$unshare/task/$unshare/children"
	wait_for 60 dom0_unit_is basic.target active
}

# dom0_in COMMAND... : beside that systemd
dom0_in() { nsenter -t "$init" -m -p /usr/bin/env -i PATH=/usr/sbin:/usr/bin "$@" < /dev/null; }
dom0_unit() { dom0_in systemctl show --value -p "$2" "$1"; }
dom0_unit_is() { [ "$(dom0_unit "$1" ActiveState 2> /dev/null)" = "$2" ]; }
dom0_unit_journal() { dom0_in journalctl -q -o cat -u "$1"; }
# dom0_as_client COMMAND... : through the socket of the domain's broker
dom0_as_client() { dom0_in XENSTORED_PATH="/run/xenstore-broker/$id.socket" "$@" 2>&1; }

# shellcheck disable=SC2154 # guest_config: of dom0/lib.sh
# dom0_domain : $id, of a domain that need not run
dom0_domain() {
	sed 's/^name = .*/name = "other"/; /^vif/d; /^disk/d' \
		"$guest_config" > /run/other.cfg
	quiet xl create -q -p /run/other.cfg && id=$(xl domid other) &&
		service=xenstore-broker@$id.service socket=xenstore-broker@$id.socket
}

# dom0_both_are STATE
dom0_both_are() { dom0_unit_is "$service" "$1" && dom0_unit_is "$socket" "$1"; }

# dom0_left : what is left of an instance
dom0_left() { find /proc/"$init"/root/run/xenstore-broker/ -name "$id*"; }

dom0_serves() {
	local pids exposure

	ok "systemctl start of the socket" dom0_in systemctl start "$socket"
	ok "socket and service are active" wait_for 20 dom0_both_are active
	is "$(dom0_as_client xenstore-read name)" other "a client reads the own name"
	ok "it writes its data" dom0_as_client xenstore-write data/by-client 1
	is "$(xenstore-read "/local/domain/$id/data/by-client")" 1 "which is in the store"
	like "$(dom0_as_client xenstore-read /local/domain/0/name)" "couldn't read path" \
		"it does not read dom0's"
	pids=$(cat "/proc/$init/root/sys/fs/cgroup/$(dom0_unit "$service" ControlGroup)/cgroup.procs")
	is "$(wc -w <<< "$pids")" 2 "the unit has two processes"
	is "$(for pid in $pids; do sed -nE 's/^NoNewPrivs:.//p' "/proc/$pid/status"; done)" "1
1" "both without new privileges"
	is "$(for pid in $pids; do sed -nE 's/^Uid:.([0-9]+).*/\1/p' "/proc/$pid/status"; done | sort -n)" \
		"0
$(dom0_in id -u xenstore-broker)" "the parser is the user of sysusers.d"
	exposure=$(dom0_in systemd-analyze security --no-pager "$service" |
		sed -n 's/.*Overall exposure level for [^:]*: \([0-9.]*\).*/\1/p')
	echo "# figure: systemd-analyze security: overall exposure of the broker $exposure"
	ok "systemd-analyze security: at most 2.5" \
		awk -v e="$exposure" 'BEGIN {exit !(e != "" && e + 0 <= 2.5)}'
	like "$(dom0_unit_journal "$service")" '^Started ' "its journal is there"
	is "$(dom0_unit_journal "$service" | grep -iE 'denied|not permitted|cannot')" "" \
		"the unit denies it nothing it asks for"
}

# dom0_all_gone NAME : and nothing failed
dom0_all_gone() {
	ok "$1: socket and service are gone" wait_for 20 dom0_both_are inactive
	is "$(dom0_unit "$service" Result) $(dom0_unit "$socket" Result)" "success success" \
		"$1: in peace"
	is "$(dom0_left)" "" "$1: no file of theirs is left"
}

# dom0_refused : of a domain that is not there
dom0_refused() {
	id=4711 service=xenstore-broker@4711.service socket=xenstore-broker@4711.socket
	dom0_in systemctl start "$socket" > /dev/null 2>&1
	ok "no such domain: the service fails" wait_for 20 dom0_unit_is "$service" failed
	like "$(dom0_unit_journal "$service")" "domain 4711 is not there" "no such domain: it says so"
	ok "no such domain: no socket stays" wait_for 20 dom0_unit_is "$socket" inactive
	is "$(dom0_left)" "" "no such domain: no file is left"
}

dom0_broker() {
	ok "systemd is up" dom0_boot
	if [ "$tap_bad" != 0 ]; then
		cat /run/systemd.log
		dom0_in journalctl -q -n 60
		return
	fi
	ok "systemd-sysusers" dom0_in systemd-sysusers
	is "$(dom0_in systemd-analyze verify --man=no xenstore-broker@5.{service,socket} 2>&1)" "" \
		"systemd-analyze verify has nothing to say"
	ok "a domain" dom0_domain
	dom0_serves
	quiet xl destroy other
	dom0_all_gone "destroyed"
	ok "another domain" dom0_domain
	mkdir -p "/proc/$init/root/run/systemd/system/$socket.d"
	printf '[Socket]\nSocketUser=nobody\n' > "/proc/$init/root/run/systemd/system/$socket.d/user.conf"
	dom0_in systemctl daemon-reload
	ok "with a drop-in" dom0_in systemctl start "$socket"
	is "$(stat -c '%U %a' "/proc/$init/root/run/xenstore-broker/$id.socket")" "nobody 600" \
		"the socket is the drop-in's user's"
	is "$(dom0_as_client xenstore-read domid)" "$id" "it serves the new domain"
	ok "systemctl stop of the socket" dom0_in systemctl stop "$socket"
	dom0_all_gone "stopped"
	dom0_refused
	[ "$tap_bad" = 0 ] || dom0_in journalctl -q -n 60
}

LIMIT=200 on C-systemd dom0_systemd
LIMIT=200 on C-systemd dom0_broker
done_testing
