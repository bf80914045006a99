# shellcheck shell=bash
# debian.sh - sourced by image: a Debian root with systemd as an ext4 file, made through
# apt (so with the machine's own sources and proxies) and without mounting anything.
# Two steps with a cache each: the packages are fetched once, what we put on top may change.
# The sourcing script sets $here, $top, $kver and has sourced cache.sh.
# shellcheck disable=SC2154 # see above
# dbus: networkctl asks networkd through it; ifupdown: the other way to configure interfaces;
# kmod: the kernel loads what a kind of link needs
debian_packages=systemd,systemd-sysv,udev,iproute2,dbus,ifupdown,kmod
debian_drop=(usr/share/{doc,man,locale,info,lintian,bash-completion} var/cache/apt
	var/lib/apt/lists var/log/apt usr/share/zoneinfo)
# wait for nothing that an emulated guest without a user has no use for
debian_mask=(getty@tty1.service getty-static.service serial-getty@hvc0.service
	apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer
	e2scrub_reap.service fstrim.timer systemd-tmpfiles-clean.timer
	systemd-random-seed.service systemd-update-utmp.service
	systemd-update-utmp-runlevel.service systemd-pstore.service systemd-repart.service
	systemd-machine-id-commit.service systemd-firstboot.service systemd-sysusers.service
	systemd-binfmt.service systemd-remount-fs.service systemd-fsck-root.service
	systemd-user-sessions.service systemd-logind.service systemd-journal-flush.service
	proc-sys-fs-binfmt_misc.automount sys-kernel-debug.mount sys-kernel-tracing.mount
	sys-kernel-config.mount sys-fs-fuse-connections.mount dev-hugepages.mount
	dev-mqueue.mount)

# debian_suite : the release of this machine, whose sources are used
debian_suite() { sed -n 's/^VERSION_CODENAME=//p' /etc/os-release; }

# debian_base DIR : fetch and configure the packages into DIR/root.tar
debian_base() {
	local tmp=$1/tmp drop sources=()

	mkdir "$tmp"
	# mmdebstrap's apt reads nothing of ours by itself
	apt-config dump | grep -E '^Acquire::.*[^:] "' > "$tmp/apt.conf" || true
	for drop in /etc/apt/sources.list /etc/apt/sources.list.d/*.{list,sources}; do
		[ ! -s "$drop" ] || sources+=("$drop")
	done
	[ ${#sources[@]} != 0 ] || die "no apt sources on this machine"
	TMPDIR=$tmp mmdebstrap --quiet --variant=minbase --include="$debian_packages" \
		--aptopt="$tmp/apt.conf" --dpkgopt='path-exclude=/usr/share/man/*' \
		--dpkgopt='path-exclude=/usr/share/locale/*' \
		"$(debian_suite)" "$1/root.tar" "${sources[@]}" || die "mmdebstrap failed"
	rm -rf "$tmp"
}

# debian_overlay ROOT : what makes it the lab's guest
debian_overlay() {
	local root=$1 unit name

	for unit in "${debian_mask[@]}"; do
		ln -sf /dev/null "$root/etc/systemd/system/$unit"
	done
	# ifupdown is there for tests to use; at boot it would wait for every device
	rm -f "$root"/etc/systemd/system/*.wants/networking.service
	for name in "${debian_drop[@]}"; do rm -rf "${root:?}/$name"; done
	mkdir -p "$root/var/log" "$root/etc/systemd/journald.conf.d" "$root/usr/local/lib/lab"
	printf '[Journal]\nStorage=volatile\nForwardToConsole=no\n' \
		> "$root/etc/systemd/journald.conf.d/lab.conf"
	# a tenth of the devices are those that anything here waits for
	mkdir -p "$root/etc/systemd/system/systemd-udev-trigger.service.d"
	printf '[Service]\nExecStart=\nExecStart=-udevadm trigger --action=add %s\n' \
		"$(printf -- '--subsystem-match=%s ' block net misc mem)" \
		> "$root/etc/systemd/system/systemd-udev-trigger.service.d/lab.conf"
	echo guest > "$root/etc/hostname"
	# a fixed id: no first boot, and nothing to write
	echo 6c61622d6775657374202d2064656269 > "$root/etc/machine-id"
	: > "$root/etc/fstab"
	install "$xen/bin/busybox" "$root/usr/local/lib/lab/busybox"
	# last in the PATH of what dom0 runs here: scripts may use what the small guest has
	mkdir "$root/usr/local/lib/lab/bin"
	for name in $("$xen/bin/busybox" --list); do
		ln -s ../busybox "$root/usr/local/lib/lab/bin/$name"
	done
	install -D "$here/guest/run" "$root/usr/local/lib/lab/www/cgi-bin/run"
	install -m 644 -t "$root/etc/systemd/system" "$here"/guest/lab*.{service,target}
	ln -sf /etc/systemd/system/lab.target "$root/etc/systemd/system/default.target"
	mkdir -p "$root/etc/systemd/system/multi-user.target.wants"
	ln -s ../lab-net.service ../lab-run.service \
		"$root/etc/systemd/system/multi-user.target.wants/"
	for name in ls read write rm list exists watch; do
		copy_program "$root" "$xen/usr/bin/xenstore-$name" "/usr/bin/xenstore-$name"
	done
	copy_modules "$root" "${guest_modules[@]}" "${link_modules[@]}"
	printf 'xen-evtchn\nxen-gntdev\nxen-gntalloc\nxenfs\n' > "$root/etc/modules-load.d/xen.conf"
}

# debian_disk BASE DIR : DIR/root.ext4, from debian_base's archive and the overlay
debian_disk() {
	local base=$1 out=$2 root=$2/tmp

	mkdir "$root"
	tar -x -p --numeric-owner -C "$root" -f "$base/root.tar"
	debian_overlay "$root"
	truncate -s 512M "$out/root.ext4"
	mke2fs -q -t ext4 -O ^has_journal -E lazy_itable_init=1 -m 0 -d "$root" "$out/root.ext4"
	rm -rf "$root"
}

debian_image() {
	local key base

	key=$(hash_of <(declare -f debian_base; echo "$debian_packages $(debian_suite)"))
	base=$(cached "debian-base.$key" "$here/image" build debian_base)
	key=$(hash_of "$here"/{debian.sh,image} "$here"/guest/* "$top"/build/xen.stamps/* \
		<(echo "$base"))
	cached "debian.$key" "$here/image" build debian_disk "$base"
}
