#!/bin/bash
# init.t - the recipes started by their SysV scripts (dash, busybox sh, bash in its sh mode)
# and by OpenRC; with busybox the recipes run on nothing but busybox, too.  All below a /run,
# /etc, /sys and /var/lib of their own.
. "$(dirname "$0")/../tap.sh"
need_root
[ -n "${INIT_NAMESPACES:-}" ] ||
	INIT_NAMESPACES=1 exec unshare --mount --propagation private "$0" "$@"
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

busybox=$XEN_ROOT/bin/busybox
chmod 755 "$tmp"
mkdir -p "$tmp"/{sys/hypervisor,etc/init.d,etc/conf.d,sbin,busybox,var}
sys=$tmp/sys/hypervisor/type
checks=/etc/xe-guest-agent/health-check.d

# what the scripts and the recipes look at, of their own
mount -t tmpfs -o mode=755 run /run
mount --bind "$tmp/sys" /sys
cp -r /etc/{passwd,group,nsswitch.conf,alternatives} "$tmp/etc/"
mount --bind "$tmp/etc" /etc
mount --bind "$tmp/var" /var/lib
mkdir -p "$checks"

"$busybox" --install -s "$tmp/busybox"
rm -f "$tmp/busybox/logger" # a system without one
cat > "$tmp/bin/xe-guest-network" <<- END
	#!/bin/sh
	echo "\$*" >> "$tmp/asked"
END
cat > "$tmp/bin/logger" <<- END
	#!/bin/sh
	cat >> "$tmp/log"
END
cat > "$checks/10-db" <<- END
	#!/bin/sh
	until [ -e "$tmp/go" ]; do sleep 0.1; done
	printf 'no\\351 \\303\\251'
	exit "\$(cat "$tmp/go")"
END
chmod 755 "$tmp"/bin/* "$checks/10-db"

# recipes_for SHELL : what the scripts start
recipes_for() {
	local name
	for name in cloud-seed health-check vm-network; do
		sed "1s,.*,#!$1," "$RECIPES/xe-guest-$name" > "$tmp/sbin/xe-guest-$name"
		chmod 755 "$tmp/sbin/xe-guest-$name"
	done
}
# sysv NAME VERB, by the shell of this turn, and with its PATH
sysv() {
	sed "s,@SBINDIR@,$tmp/sbin,; s,^PATH=.*,PATH=$path," "$RECIPES/sysv/xe-guest-$1" > "$tmp/sysv"
	XENSTORED_PATH=$GUEST_SOCK timeout 20 "${shell[@]}" "$tmp/sysv" "${@:2}" > "$tmp/said" 2>&1
}
openrc() {
	timeout 20 "$XEN_ROOT/sbin/openrc-run" "/etc/init.d/xe-guest-$1" "${@:2}" > "$tmp/said" 2>&1
}
# OpenRC runs what has been started only once.
zap() { [ "$run" != openrc ] || openrc "$1" zap; }
starts() { zap "$1"; "$run" "$1" start; }

is_state() { [ "$(get_key xo-backup-health-check)" = "$1" ]; }
# health NAME STATUS STATE : of the one check
health() {
	set_keys xo-backup-health-check=planned
	rm -f "$tmp/go"
	ok "$name: the start does not wait for the health check" starts health-check
	ok "$name: which runs" wait_for 20 is_state running
	ok "$name: and keeps no lock of init's" "$run" health-check stop
	echo "$1" > "$tmp/go"
	ok "$name: and is answered: $2" wait_for 20 is_state "$2"
}

# does NAME COMMAND : what any kind of script must do
does() {
	local name=$1 run=$2
	rm -rf /var/lib/* "$tmp/asked" "$tmp/log"
	set_keys foo=bar
	ok "$name: no keys: cloud-seed" starts cloud-seed
	ok "$name: no keys: vm-network" starts vm-network
	is "$(ls -A /var/lib/cloud/seed 2> /dev/null)$(cat "$tmp/asked" 2> /dev/null)" "" "$name: nothing is done"
	set_keys userdata='#cloud-config' networks/0/mac=00:16:3e:00:00:01 networks/0/type=dhcp
	ok "$name: cloud-seed" starts cloud-seed
	is "$(cat /var/lib/cloud/seed/nocloud/user-data)" '#cloud-config' "$name: the seed is there"
	ok "$name: vm-network" starts vm-network
	is "$(cat "$tmp/asked")" "apply --mac 00:16:3e:00:00:01 --ipv4 auto" "$name: the address is asked for"
	set_keys userdata=x userdata/encoding=rot13 networks/0/type=wrong
	ok "$name: a failure of cloud-seed is one" eval '! starts cloud-seed'
	ok "$name: and of vm-network" eval '! starts vm-network'
	like "$(< "$tmp/said")" "'wrong' is neither none, dhcp nor static" "$name: and said"
	health 0 success
	health 1 failure
	is "$(get_key xo-backup-health-check-error)" "10-db: exit status 1: no é" "$name: with its text"
	echo kvm > "$sys"
	set_keys xo-backup-health-check=planned userdata=y networks/0/type=none
	for recipe in cloud-seed vm-network health-check; do
		ok "$name: $recipe: not a guest: no failure" starts $recipe
	done
	is "$(grep -c . "$tmp/asked") $(cat /var/lib/cloud/seed/nocloud/user-data)" "1 #cloud-config" \
		"$name: and nothing is done"
	echo xen > "$sys"
}

# The SysV scripts' own.
sysv_odd() {
	for recipe in cloud-seed vm-network health-check; do
		ok "$1: $recipe: stop" sysv $recipe stop
		sysv $recipe nonsense
		is "$?:$(< "$tmp/said")" "2:usage: $tmp/sysv start" "$1: $recipe: an unknown verb"
		mv "$tmp/sbin/xe-guest-$recipe" "$tmp/sbin/away"
		sysv $recipe start
		is "$?:$(< "$tmp/said")" 0: "$1: $recipe: no program any more: silently nothing"
		mv "$tmp/sbin/away" "$tmp/sbin/xe-guest-$recipe"
	done
}

by_sysv() {
	local kind path shell
	for kind in dash busybox bash; do
		path=$tmp/bin:/usr/sbin:/usr/bin:/sbin:/bin
		recipes_for /bin/sh
		case $kind in
		dash) shell=(dash) ;;
		bash) shell=(bash --posix) ;;
		busybox)
			shell=("$busybox" sh)
			mv "$tmp/bin/logger" "$tmp/logger"
			path=$tmp/bin:$tmp/busybox
			recipes_for "$tmp/busybox/sh"
			;;
		esac
		does "sysv, $kind" sysv
		sysv_odd "sysv, $kind"
		[ ! -e "$tmp/logger" ] || mv "$tmp/logger" "$tmp/bin/logger"
	done
}

# OpenRC where it belongs, over the machine's own /lib; it thinks that it has booted.
openrc_up() {
	local name
	mkdir -p "$tmp/lib/x86_64-linux-gnu" /run/openrc/{started,starting,stopping,inactive,exclusive,daemons,options,tmp,wasinactive,failed,hotplugged,scheduled}
	cp -r "$XEN_ROOT/lib/rc" "$tmp/lib/"
	cp "$XEN_ROOT"/lib/x86_64-linux-gnu/lib{rc,einfo}.so.1 "$tmp/lib/x86_64-linux-gnu/"
	mount -t overlay -o "lowerdir=$tmp/lib:/usr/lib" lib /usr/lib || return
	echo default > /run/openrc/softlevel
	: > /etc/insserv.conf # Debian's OpenRC reads it
	recipes_for /bin/sh
	for name in cloud-seed vm-network health-check; do
		sed "s,@SBINDIR@,$tmp/sbin,g" "$RECIPES/openrc/xe-guest-$name" > "/etc/init.d/xe-guest-$name"
		chmod 755 "/etc/init.d/xe-guest-$name"
		echo "export XENSTORED_PATH=$GUEST_SOCK PATH=$tmp/bin:\$PATH" > "/etc/conf.d/xe-guest-$name"
	done
}

ok "all scripts are installed" eval '[ "$(make -s -C "$top" print-INIT_SCRIPTS | xargs -n 1 | sort)" = \
	"$(cd "$top" && printf "%s\n" {packaging,recipes}/{openrc,sysv}/* | sort)" ]'
echo xen > "$sys"
store_start C || bail "the store"
domain_new 5 xenopsd
guest_bus 5
by_sysv
ok "OpenRC" openrc_up
does OpenRC openrc
like "$(< "$tmp/log")" "10-db: exit status 1" "the log has what failed"
done_testing
