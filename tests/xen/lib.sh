# shellcheck shell=bash
# lib.sh - sourced by the tests of `make check-xen`: TAP from scripts that run in dom0.
#
#	. "$(dirname "$0")/lib.sh"
#	send "$O/static/xe-guest-agent"
#	dom0_hello() { is "$(guest echo hello)" hello "the guest speaks"; }
#	on C-pv dom0_hello
#	done_testing
#
# A function that `on` runs is copied into dom0 with all others named dom0_*, and finds
# there tap.sh, dom0/lib.sh (the guest and what can be done to it) and in /job what was
# sent (see job.sh).  Its TAP becomes ours, each name led by the machine's.  Everything else that is
# said is shown only when a test failed, with the consoles.  Machines: see machine.sh.
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(cd "$here/../.." && pwd)
cd "$top" || exit 2
O=${O:-build}
# shellcheck source=tests/tap.sh
. tests/tap.sh
# shellcheck source=tests/xen/cache.sh
. tests/xen/cache.sh
# shellcheck source=tests/xen/machine.sh
. tests/xen/machine.sh

# shellcheck source=tests/xen/job.sh
. tests/xen/job.sh
lab_said=$(mktemp "${TMPDIR:-/tmp}/xen-said.XXXXXX")
lab_end() { machine_stop; rm -rf "$job_dir" "$lab_said"; }
trap lab_end EXIT
# timeout sends its signal twice, to the test and to its group: the second must not end
# the cleaning up
trap 'trap "" INT TERM HUP; exit 130' INT TERM HUP

# send_root : what is below $job_dir/root, as /job/root.tar (guest_unpack)
send_root() {
	tar -C "$job_dir/root" --owner=0 --group=0 -cf "$job_dir/root.tar" ./lib ./usr &&
		rm -rf "$job_dir/root"
}
# send_installed : the same with what `make install` puts into Debian
send_installed() {
	make -s install O="$O" DESTDIR="$job_dir/root" PREFIX=/usr UNITDIR=/lib/systemd/system >&2 ||
		bail "make install"
	send_root
}

# on MACHINE FUNCTION [ARGUMENT...] : in dom0 of the thawed machine.  LIMIT: seconds.
on() { lab_run machine_thaw "$@"; }
# on_fresh: the same, on a machine booted from nothing
on_fresh() { lab_run machine_boot "$@"; }

lab_run() {
	local how=$1 machine=$2 bad=$tap_bad; shift 2

	{
		# shellcheck disable=SC2046 # names of functions
		declare -f $(compgen -A function dom0_)
		printf '%q ' "$@"
		printf '\n%s\n' "exit \$((tap_bad != 0))"
	} | job_script
	: > "$lab_said"
	if ! "$how" "$machine"; then
		fail "$machine: the machine starts"
		diag "$machine_said"
	else
		machine_job "$job_dir"
		lab_relay "$machine" "${LIMIT:-120}"
	fi
	if [ "$tap_bad" != "$bad" ]; then
		sed "s/^/# $machine said: /" "$lab_said"
		[ -z "$machine_dir" ] || machine_logs | sed 's/^/# /'
	fi
	machine_stop
}

# lab_relay MACHINE SECONDS
lab_relay() {
	local end=$((SECONDS + $2)) line results=$tap_n bad=$tap_bad

	while machine_line $((end - SECONDS)); do
		case $line in
		"ok "*) pass "$1: ${line#ok * - }" ;;
		"not ok "*) fail "$1: ${line#not ok * - }" ;;
		"#"*) echo "$line" ;;
		@@exit*)
			if [ "$line" != "@@exit 0" ] && [ "$tap_bad" = "$bad" ]; then
				fail "$1: the script ends well"
				diag "status ${line#@@exit }"
			elif [ "$tap_n" = "$results" ]; then
				fail "$1: the script tests something"
			fi
			return
			;;
		*) printf '%s\n' "$line" >> "$lab_said" ;;
		esac
	done
	fail "$1: the script ends within $2 s"
	diag "$machine_said"
}
