# shellcheck shell=bash
# shellcheck disable=SC2034 # what is set here is for the tests to use
# lib.sh - sourced by shell tests after tests/tap.sh: a guest's system for xe-guest-network.
#
# The test is run again in network, mount and process namespaces of its own.  There, $room
# is a copy-on-write view of this machine's root with an /etc, /run, /var of its own, and
# with the real programs of build/xen where they belong; nothing of it reaches the machine.
# eth0 is the guest's interface; its other end is peer0 in the namespace `peer`, which has
# 10.9.0.1/24 and fd09::1/64.
#
# guest CMD...         in the room
# peer CMD...          at the other end
# daemon NAME CMD...   started in the room, ended with the test; its output is $logs/NAME
# bus_start            a system bus
# networkd_start | nm_start | ifupdown_install | netplan_install
# dhcp_start           a DHCP server at the other end: 10.9.0.100 to .109
# xgn ARG...           xe-guest-network; its output in $out, its status in $rc
# addresses            of eth0, global ones, sorted: "10.9.0.5/24 fd09::5/64"
# gateway4 | gateway6  the default route's
# dad_pauses SECONDS MS   how long duplicates are looked for
# settled WANTED       the addresses are these, within 20 s

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
O=${O:-build}
case $O in /*) ;; *) O=$top/$O ;; esac
XEN_ROOT=${XEN_ROOT:-$top/build/xen}

if [ -z "${NETCONF_ROOM:-}" ]; then
	NETCONF_ROOM=$(mktemp -d /tmp/netconf.XXXXXX)
	export NETCONF_ROOM
	exec unshare --net --mount --pid --fork --kill-child bash "$0" "$@"
fi
trap 'cd / && umount -l "$NETCONF_ROOM" && rmdir "$NETCONF_ROOM"' EXIT

room=$NETCONF_ROOM/root
logs=$NETCONF_ROOM/logs
multiarch=$(gcc -print-multiarch)

# from DIR NAME... : what tools/packages unpacked, to the same place in the room (where
# /sbin and /lib are links)
from() {
	local path to
	for path; do
		to=$room/$(dirname "$path")
		mkdir -p "$to"
		cp -a "$XEN_ROOT/$path" "$to/" || bail "there is no $XEN_ROOT/$path: run make setup-check"
	done
}

room_make() {
	mount -t tmpfs tmpfs "$NETCONF_ROOM"
	mkdir -p "$NETCONF_ROOM"/{upper,work,root,logs}
	mount -t overlay overlay -o "lowerdir=/,upperdir=$NETCONF_ROOM/upper,workdir=$NETCONF_ROOM/work" "$room" ||
		bail "no overlay file system"
	mkdir -p "$room$top" "$room$O"
	mount --bind "$top" "$room$top"
	mount -t proc proc "$room/proc"
	mount -t proc proc /proc # ours, too: the process namespace is new
	# read-only, as in containers: then networkd and NetworkManager do not wait for udev
	mount -t sysfs -o ro sysfs "$room/sys"
	mount -t tmpfs -o mode=755 tmpfs "$room/run"
	mount -t tmpfs tmpfs "$room/tmp"
	mount --bind /dev "$room/dev"
	mount -t tmpfs -o mode=755 tmpfs /run # where ip netns keeps its names
	rm -rf "$room"/etc/systemd/network "$room"/var/lib/xe-guest-network "$room"/etc/network "$room"/etc/netplan \
		"$room"/etc/NetworkManager
	mkdir -p "$room"/etc/systemd/network "$room"/var/lib "$room"/run/network
	echo guest > "$room/etc/hostname"
}

net_make() {
	ip link set lo up
	ip netns add peer
	ip link add eth0 address 00:16:3e:00:00:01 type veth peer name peer0 netns peer
	ip -n peer addr add 10.9.0.1/24 dev peer0
	ip -n peer addr add fd09::1/64 dev peer0 nodad
	ip -n peer link set peer0 up
	dad_pauses 0 100 # every change waits for them
}

# dad_pauses SECONDS MS : the kernel's when it looks for duplicates: a random one up to the
# first, then the second for an answer.  By itself it takes 1 and 1000.
dad_pauses() {
	echo "$1" > /proc/sys/net/ipv6/conf/eth0/router_solicitation_delay
	echo "$2" > /proc/sys/net/ipv6/neigh/eth0/retrans_time_ms
}

guest() { chroot "$room" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C "$@"; }
peer() { ip netns exec peer "$@"; }

daemon() {
	local name=$1; shift
	guest "$@" > "$logs/$name" 2>&1 &
}

bus_start() {
	mkdir -p "$room/run/dbus"
	daemon bus dbus-daemon --system --nofork --nopidfile
	wait_for 10 test -S "$room/run/dbus/system_bus_socket" || bail "no bus"
}

on_bus() {
	[ "$(guest busctl call org.freedesktop.DBus / org.freedesktop.DBus NameHasOwner s "$1" 2>&1)" = "b true" ]
}

networkd_start() {
	mkdir -p "$room"/run/systemd/netif/{links,leases,lldp}
	chown -R systemd-network: "$room/run/systemd/netif"
	daemon networkd /lib/systemd/systemd-networkd
	wait_for 10 on_bus org.freedesktop.network1 || bail "no networkd: $(cat "$logs/networkd")"
}

nm_answers() { guest nmcli general status > /dev/null 2>&1; }

nm_start() {
	from usr/sbin/NetworkManager usr/bin/nmcli usr/lib/NetworkManager "usr/lib/$multiarch/NetworkManager" \
		etc/NetworkManager/NetworkManager.conf etc/NetworkManager/system-connections \
		usr/share/dbus-1/system.d/org.freedesktop.NetworkManager.conf
	local lib
	for lib in libnm libndp libteamdctl libbluetooth libmm-glib; do
		cp -a "$XEN_ROOT/usr/lib/$multiarch/$lib".so* "$room/usr/lib/$multiarch/"
	done
	guest ldconfig
	bus_start
	mkdir -p "$room"/var/lib/NetworkManager "$room"/etc/NetworkManager/{conf.d,dispatcher.d}
	daemon nm NetworkManager --no-daemon
	wait_for 20 nm_answers || bail "no NetworkManager: $(cat "$logs/nm")"
}

ifupdown_install() {
	from sbin/ifup sbin/ifdown sbin/ifquery sbin/dhclient sbin/dhclient-script lib/ifupdown \
		etc/network etc/dhcp etc/default/networking
	mkdir -p "$room"/etc/network/interfaces.d "$room"/var/lib/dhcp
}

netplan_install() {
	local lib
	from usr/sbin/netplan usr/share/netplan usr/libexec/netplan lib/netplan
	for lib in rich markdown_it mdurl; do from "usr/lib/python3/dist-packages/$lib"; done
	cp -a "$XEN_ROOT"/usr/lib/python3/dist-packages/netifaces* "$room/usr/lib/python3/dist-packages/"
	cp -a "$XEN_ROOT/usr/lib/$multiarch/libnetplan".so* "$room/usr/lib/$multiarch/"
	guest ldconfig
	mkdir -p "$room/etc/netplan"
}

dhcp_start() {
	printf '%s\n' 'start 10.9.0.100' 'end 10.9.0.109' 'interface peer0' 'option subnet 255.255.255.0' \
		'option router 10.9.0.1' "lease_file $NETCONF_ROOM/leases" "pidfile $NETCONF_ROOM/udhcpd.pid" \
		> "$NETCONF_ROOM/udhcpd.conf"
	: > "$NETCONF_ROOM/leases"
	peer "$XEN_ROOT/bin/busybox" udhcpd -f -a 100 "$NETCONF_ROOM/udhcpd.conf" > "$logs/udhcpd" 2>&1 &
}

xgn() {
	out=$(guest "$O/xe-guest-network" "$@" 2>&1) # its own descriptors would keep us waiting for dhclient
	rc=$?
}

addresses() {
	ip -o addr show dev eth0 scope global | awk '!/tentative/ {print $4}' | sort | xargs
}
gateway4() { ip -4 route show default dev eth0 | awk '{print $3; exit}'; }
gateway6() { ip -6 route show default dev eth0 | awk '{print $3; exit}'; }
are() { [ "$(addresses)" = "$1" ]; }
settled() { wait_for 20 are "$1"; }
# no_undo : nothing is left half done
no_undo() { [ ! -e "$room/var/lib/xe-guest-network/undo" ]; }

room_make
net_make
