# shellcheck shell=bash
# restrict.sh - sourced by the tests of restricted handles, after lib.sh.

# Programs and profiles where an installation has them, libraries where every program
# finds them (a room has no environment of ours), and control groups.
dom0_install() {
	local program

	mkdir -p /usr/share/xen-pv-tools /usr/libexec/xen-pv-tools /usr/lib/xen-pv-tools
	for program in xen-restrict xenstore-broker; do mv "/job/bin/$program" /usr/sbin/; done
	mv /job/profiles /usr/share/xen-pv-tools/
	chown -R 0:0 /usr/share/xen-pv-tools
	mv -n /job/lib/* /lib/x86_64-linux-gnu/
	mount -t cgroup2 cgroup /sys/fs/cgroup
	echo '+pids +memory' > /sys/fs/cgroup/cgroup.subtree_control
}
