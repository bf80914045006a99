# shellcheck shell=sh
# common.sh - sourced by the inits of the installs' RAM disks: a guest's beginning.
# busybox's shell takes its own programs first, whatever PATH says
export PATH=/bin:/sbin:/usr/bin:/usr/sbin HOME=/root TERM=dumb

# arg NAME : its value on the kernel's command line, the last one
arg() { tr ' ' '\n' < /proc/cmdline | sed -n "s/^$1=//p" | tail -n 1; }

# wait_until COMMAND... : for 20 s
wait_until() {
	n=0
	until "$@"; do
		n=$((n + 1))
		[ $n -lt 200 ] || return 1
		sleep 0.1
	done
}

begin() {
	mount -t proc proc /proc
	mount -t sysfs sys /sys
	mount -t devtmpfs dev /dev
	mount -t tmpfs run /run
	for m in xen-blkfront xen-netfront; do modprobe $m; done
	wait_until test -b /dev/xvda
}

# load FS : its module, and those that it needs; one that is there already says so
load() {
	[ -e /modules/load ] || { modprobe "$1"; return; }
	while read -r m; do insmod "$m" 2> /dev/null; done < /modules/load
}

fail() {
	echo "@@guest failed: $*"
	poweroff -f
	sleep 1000
}
