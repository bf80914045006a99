# shellcheck shell=bash
# lib.sh - sourced in dom0 by what a job runs: the guest, called "lab", and what can be
# done to it.  tap.sh is there too.  All that waits, waits for a condition.
guest_ip=10.77.0.2
guest_log=/var/log/xen/console/guest-lab.log
guest_config=/run/lab.cfg
PATH=/job/bin:$PATH
export LD_LIBRARY_PATH=/job/lib # of what the job brought along

# wait_for SECONDS COMMAND... : as in tap.sh, but seldom enough to leave the guest its time
wait_for() {
	local end=$((SECONDS + $1)); shift

	until "$@"; do
		[ $SECONDS -lt $end ] || return 1
		sleep 0.2
	done
}

domid() { xl domid lab; }
# home : the guest's xenstore directory
home() { echo "/local/domain/$(domid)"; }

# guest SCRIPT... : run a shell script (the arguments, or stdin) in the guest; its output,
# its status.  255: no answer.  GUEST_LIMIT: seconds it may take.
guest() {
	local dir rc

	dir=$(mktemp -d /tmp/guest.XXXXXX)
	if [ $# != 0 ]; then printf '%s\n' "$*"; else cat; fi > "$dir/script"
	# busybox wget -T crashes in its static build, hence timeout
	timeout "${GUEST_LIMIT:-60}" wget -q -O "$dir/answer" --post-file="$dir/script" \
		"http://$guest_ip:8000/cgi-bin/run" 2> /dev/null
	rc=$(sed -n '$s/^rc=//p' "$dir/answer" 2> /dev/null)
	# the line break before rc= is the CGI's, unless the output ended in one
	[ -z "$rc" ] || sed -e '$d' "$dir/answer" | sed -e '${/^$/d}'
	rm -rf "$dir"
	return "${rc:-255}"
}

# guest_put FILE PATH : copy a file of /job (or any of dom0's) into the guest
guest_put() {
	local name=put.$BASHPID

	cp "$1" "/run/www/$name"
	guest "wget -q -O '$2' http://10.77.0.1/$name && chmod $(stat -c %a "$1") '$2'"
	local rc=$?
	rm -f "/run/www/$name"
	return $rc
}

# guest_unpack FILE : a tar file of /job into the guest's root
guest_unpack() {
	guest_put "$1" /run/unpack.tar &&
		guest 'tar -x -C / --keep-directory-symlink -m -f /run/unpack.tar'
}

guest_answers() { GUEST_LIMIT=3 guest true; }

# guest_spawn NAME COMMAND... : leave a command running in the guest, its output in
# /run/NAME.log, its pid in /run/NAME.pid
guest_spawn() {
	local name=$1; shift

	guest "setsid sh -c 'echo \$\$ > /run/$name.pid; exec $*' > /run/$name.log 2>&1 &"
}

# guest_boots : how often the guest has come up since dom0 started
guest_boots() { grep -c '@@guest up' "$guest_log"; }
guest_booted_past() { [ "$(guest_boots)" -gt "$1" ]; }

# guest_create [CONFIG] : create it and wait until it is up
guest_create() {
	local boots

	boots=$(guest_boots)
	xl create -q "${1:-$guest_config}" && wait_for 90 guest_booted_past "$boots"
}

guest_gone() { ! xl domid lab > /dev/null 2>&1; }
guest_destroy() { xl destroy lab && wait_for 20 guest_gone; }

# quiet COMMAND... : what it says is shown only when it fails
quiet() {
	local said rc

	said=$("$@" 2>&1) && return
	rc=$?
	printf '%s\n' "$said"
	return $rc
}

# guest_save FILE, guest_restore FILE : restore returns when the guest runs
guest_save() { quiet xl save lab "$1"; }
guest_restore() { quiet xl restore "$1" && wait_for 30 guest_answers; }

# guest_save_restore : both, leaving no file
guest_save_restore() {
	guest_save /run/lab.save && guest_restore /run/lab.save
	local rc=$?
	rm -f /run/lab.save
	return $rc
}

# guest_migrate : live, to this same host; a PVH guest only (PV would need Xen's shadow
# paging, which Debian leaves out)
guest_migrate() {
	quiet xl migrate -s '' lab 'exec xl migrate-receive' && wait_for 30 guest_answers
}

# guest_reboot : by the guest itself
guest_reboot() {
	local boots

	boots=$(guest_boots)
	guest 'setsid reboot -f > /dev/null 2>&1 &'
	wait_for 90 guest_booted_past "$boots"
}

# guest_has_netdev NAME, guest_lacks_netdev NAME
guest_has_netdev() { guest "test -e /sys/class/net/$1"; }
guest_lacks_netdev() { guest "! test -e /sys/class/net/$1"; }

# vif_attach MAC NETDEV : hot-plug a vif, wait until the guest has it as NETDEV
vif_attach() {
	xl network-attach lab "mac=$1,bridge=xenbr0" && wait_for 20 guest_has_netdev "$2"
}
# vif_detach DEVID NETDEV
vif_detach() { xl network-detach lab "$1" && wait_for 20 guest_lacks_netdev "$2"; }
