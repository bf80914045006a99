#!/bin/bash
# systemd.t - a guest with a real Debian root and systemd, where the agent lies where
# `make install` puts it and runs from its own unit.
# shellcheck source=tests/xen/lib.sh
. "$(dirname "$0")/lib.sh"

mkdir "$job_dir/root"
make -s install O="$O" DESTDIR="$job_dir/root" PREFIX=/usr UNITDIR=/lib/systemd/system >&2 ||
	bail "make install"
tar -C "$job_dir/root" --owner=0 --group=0 -cf "$job_dir/installed.tar" ./lib ./usr
rm -rf "$job_dir/root"

dom0_has() { [ "$(xenstore-read "$(home)/$1" 2> /dev/null)" = "$2" ]; }
dom0_lacks() { ! xenstore-exists "$(home)/$1"; }
# show UNIT PROPERTY
dom0_show() { guest "systemctl show --value -p $2 $1"; }
dom0_pid() { dom0_show xe-guest-agent MainPID; }
dom0_is_new_pid() { local pid; pid=$(dom0_pid) && [ "$pid" != 0 ] && [ "$pid" != "$1" ]; }
dom0_journal() { guest 'journalctl -q -o cat -u xe-guest-agent'; }

dom0_starts() {
	is "$(guest systemctl is-system-running)" running "Debian has come up with no unit failed"
	guest_put /job/installed.tar /run/installed.tar
	ok "the files of make install" \
		guest 'tar -x -C / --keep-directory-symlink -m -f /run/installed.tar'
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
	local pid exposure

	pid=$(dom0_pid)
	is "$(guest "sed -nE 's/^(CapEff|NoNewPrivs|Seccomp):.//p' /proc/$pid/status")" \
		"0000000000000000
1
2" "no capability, no new privileges, a system call filter"
	exposure=$(guest 'systemd-analyze security --no-pager xe-guest-agent' |
		sed -n 's/.*Overall exposure level for [^:]*: \([0-9.]*\).*/\1/p')
	echo "# figure: systemd-analyze security: overall exposure $exposure"
	ok "systemd-analyze security: at most 1.5" \
		awk -v e="$exposure" 'BEGIN {exit !(e != "" && e + 0 <= 1.5)}'
	is "$(dom0_journal | grep -ciE 'denied|not permitted')" 0 "the unit denies it nothing it asks for"
}

dom0_restored() {
	ok "save and restore" guest_save_restore
	ok "everything is back" wait_for 20 dom0_has attr/vif/0/ipv4/0 10.77.0.2
	is "$(dom0_show xe-guest-agent NRestarts)" 0 "without a restart of the agent"
}

dom0_systemd() {
	dom0_starts
	dom0_is_confined
	dom0_lives
	dom0_restored
}

on C-systemd dom0_systemd
done_testing
