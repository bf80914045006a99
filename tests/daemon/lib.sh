# shellcheck shell=bash
# shellcheck disable=SC2034 # what is set here is for the tests to use
# lib.sh - sourced by shell tests after tests/tap.sh: real store daemons, toolstack, guests.
#
#	. "$(dirname "$0")/../tap.sh"
#	. "$(dirname "$0")/../daemon/lib.sh"
#	body() {				# runs four times: $STORE is C or O, $TOOLSTACK
#		domain_new 5 "$TOOLSTACK"	# is xenopsd or libxl, $GROUND names both
#		domain_vif 5 0 00:16:3e:00:00:01
#		guest_bus 5			# sets GUEST_SOCK
#		XENSTORED_PATH=$GUEST_SOCK build/xe-guest-agent --once
#		is "$(xs0 read /local/domain/5/attr/vif/0/ipv4/0)" 10.0.0.1 "$GROUND: address"
#	}
#	for_each_ground body
#	done_testing
#
# store_start C|O      a private daemon, selected: sets STORE, STORE_DIR, DOM0_SOCK, STORE_PID
# store_stop           ends the selected one with its domains, buses and files
# store_select DIR     of several running ones (DIR: its STORE_DIR)
# domain_new DOMID xenopsd|libxl [NAME [UUID]]  known to the daemon, tree made (NAME: vmDOMID)
# domain_vif DOMID DEVID MAC | domain_unvif DOMID DEVID
# domain_destroy DOMID
# domain_vanish DOMID  the hypervisor ends it: @releaseDomain fires, the tree stays
# guest_bus DOMID      the guest's /dev/xen/xenbus: sets GUEST_SOCK, which stays the same
#                      over domain_resume.  A program with XENSTORED_PATH=$GUEST_SOCK is a
#                      genuine unprivileged guest.
# guest_bus_stop DOMID the guest's programs lose it at once
# guest_sock DOMID     prints that path
# guest_ctl DOMID COMMAND [ARG]   see xenbus.c: stats, reset, log FILE, suspend, resume, cancel
# guest_count DOMID NAME          one number of the stats: requests, writes, transactions, ...
# domain_resume OLDID NEWID  what a restore or migration does: requests rest, tree and domain
#                      are made anew, watches fire.  OLDID may be NEWID.
# domain_reboot OLDID NEWID  the same VM with a fresh bus: old clients lose their connection
# domain_checkpoint DOMID    suspended and continued in place (save -c): no watch fires
# vm_data_boot DOMID k=v...  vm-data from the toolstack before the VM runs
# vm_data_live DOMID k=v...  on a running VM (VM.set_xenstore_data under xenopsd)
# xs0 CMD...           a xenstore client as dom0: xs0 read PATH, xs0 ls -fp /, xs0 ./program
# xsg DOMID CMD...     the same as the guest
# client_open NAME SOCKET   a program (xsh.c) that keeps one connection; NAME is of your choice
# client NAME COMMAND...    one command to it, prints its answer
# client_all NAME COMMAND...   one whose answer has several lines
# client_close NAME | client_kill NAME   it ends | kill -9
# tree_of DOMID        the guest's home as `path = "value"` lines, relative, sorted
# at_exit CMD...       run at the end of the test, last first (CMD is eval'ed)
#
# All of an instance is in STORE_DIR; whatever it started is ended when the test ends, however
# that is: traps here, and the parts end by themselves when the test is killed.

umask 022 # what a test makes for the agent to read is read as a user of the agent's own
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
O=${O:-build}
case $O in /*) ;; *) O=$top/$O ;; esac
XEN_ROOT=${XEN_ROOT:-$top/build/xen}
XEN_BIN=$XEN_ROOT/usr/bin
XEN_LIB_BIN=$XEN_ROOT/usr/lib/xen-4.17/bin
store_dirs=()
exit_commands=()
STORE_DIR=''

at_exit() { exit_commands+=("$*"); }

daemon_cleanup() {
	local i dir
	trap '' INT TERM HUP
	for ((i = ${#exit_commands[@]} - 1; i >= 0; i--)); do eval "${exit_commands[i]}"; done
	exit_commands=()
	for dir in ${store_dirs[@]+"${store_dirs[@]}"}; do store_remove "$dir"; done
}
trap daemon_cleanup EXIT
# (timeout sends its signal twice, to the test and to its group)
trap 'trap "" INT TERM HUP; exit 130' INT
trap 'trap "" INT TERM HUP; exit 143' TERM
trap 'trap "" INT TERM HUP; exit 129' HUP

# is_ours PID : still a child of this shell (a number may have been given out again)
is_ours() {
	local parent
	{ read -r _ _ _ parent _ < "/proc/$1/stat"; } 2>/dev/null || return 1
	[ "$parent" = "$BASHPID" ] || [ "$parent" = "$$" ]
}

# background FILE CMD... : start it, its process id goes to FILE.  Not a job: the shell says
# nothing when it is killed, and a trap during `wait` cannot wait for it in vain.
background() {
	local file=$1
	shift
	"$@" &
	echo $! > "$file"
	disown
}

# ended FILE... : until the processes are gone
ended() {
	local f pid
	for f in "$@"; do
		pid=$(< "$f")
		while is_ours "$pid"; do sleep 0.005; done
		rm -f "$f"
	done
}

# stop FILE... : end the processes of these files, which this test started
stop() {
	local f pid
	for f in "$@"; do
		pid=$(< "$f")
		! is_ours "$pid" || kill -KILL "$pid"
	done
	ended "$@"
}

store_remove() {
	local dirs=() d
	[ ! -e "$1/store.pid" ] || stop "$1"/*.pid
	rm -rf "$1"
	for d in ${store_dirs[@]+"${store_dirs[@]}"}; do [ "$d" = "$1" ] || dirs+=("$d"); done
	store_dirs=(${dirs[@]+"${dirs[@]}"})
}

store_select() {
	STORE_DIR=$1
	STORE=$(< "$1/kind")
	STORE_PID=$(< "$1/store.pid")
	DOM0_SOCK=$1/socket
	export FAKEXEN_DIR=$1
}

store_config() {
	cat <<- END
		persistent = false
		quota-activate = true
		perms-activate = true
		perms-watch-activate = true
		pid-file = $1/oxenstored.pidfile
		xenstored-log-file = $1/oxenstored.log
		access-log-file = $1/oxenstored-access.log
		access-log-nb-files = 1
		xenstored-kva = /proc/xen/xsd_kva
		xenstored-port = /proc/xen/xsd_port
	END
}

store_start() {
	local dir
	dir=$(mktemp -d "${TMPDIR:-/tmp}/xpt.XXXXXX") || return 1
	store_dirs+=("$dir")
	mkfifo -m 600 "$dir/evtchn"
	printf 1 > "$dir/xsd_port" # no newline: oxenstored takes digits only
	truncate -s 4096 "$dir/dom0.ring"
	echo "$1" > "$dir/kind"
	# STORE_PRELOAD (ending in ':') and STORE_OPTIONS are for tests that need more of it
	local daemon=("$XEN_LIB_BIN/xenstored" -N ${STORE_OPTIONS[@]+"${STORE_OPTIONS[@]}"})
	if [ "$1" = O ]; then
		store_config "$dir" > "$dir/oxenstored.conf"
		ln -s /dev/null "$dir/oxenstored-access.log" # it would write each request
		daemon=("$XEN_LIB_BIN/oxenstored" --no-fork --config-file "$dir/oxenstored.conf")
	fi
	background "$dir/store.pid" env FAKEXEN_DIR="$dir" XENSTORED_RUNDIR="$dir" \
		XENSTORED_ROOTDIR="$dir" LD_PRELOAD="${STORE_PRELOAD:-}$O/tests/daemon/fakexen.so" \
		"${daemon[@]}" < /dev/null > "$dir/daemon.log" 2>&1
	store_select "$dir"
	XENSTORED_PATH=$DOM0_SOCK "$O/tests/daemon/domtree" wait && return 0
	sed 's/^/# /' "$dir/daemon.log"
	return 1
}

store_stop() { store_remove "$STORE_DIR"; STORE_DIR=''; }

domtree() { XENSTORED_PATH=$DOM0_SOCK "$O/tests/daemon/domtree" "$@"; }
domain_new() { domtree new "$1" "$2" "${3:-vm$1}" ${4:+"$4"}; }
domain_vif() { domtree vif "$@"; }
domain_unvif() { domtree unvif "$@"; }
vm_data_live() { domtree vm-data "$@"; }
vm_data_boot() { domtree boot-data "$@"; }

guest_sock() { readlink "$STORE_DIR/guest-$1"; }
guest_ctl() { "$O/tests/daemon/xenbus" ctl "$(guest_sock "$1")" "${@:2}"; }
guest_count() { guest_ctl "$1" stats | awk -v n="$2" '$1 == n {v = $2} END {print v + 0}'; }

guest_bus() {
	local n=1
	while [ -e "$STORE_DIR/bus-$n.pid" ] || [ -e "$STORE_DIR/bus-$n" ]; do n=$((n + 1)); done
	GUEST_SOCK=$STORE_DIR/bus-$n
	background "$GUEST_SOCK.pid" "$O/tests/daemon/xenbus" serve "$STORE_DIR" "$1" \
		"$GUEST_SOCK" < /dev/null >> "$STORE_DIR/bus.log" 2>&1
	ln -sfn "$GUEST_SOCK" "$STORE_DIR/guest-$1"
	guest_ctl "$1" wait
}

guest_bus_stop() {
	local sock
	sock=$(guest_sock "$1") || return 0 # there was no guest in it
	stop "$sock.pid"
	rm -f "$sock" "$sock.ctl" "$STORE_DIR/guest-$1"
}

domain_destroy() {
	guest_bus_stop "$1"
	domtree destroy "$1"
}

domain_vanish() {
	guest_bus_stop "$1"
	domtree vanish "$1"
}

domain_resume() {
	local sock
	sock=$(guest_sock "$1") || { domtree renew "$1" "$2"; return; } # nobody is in it
	guest_ctl "$1" suspend && domtree renew "$1" "$2" || return 1
	rm -f "$STORE_DIR/guest-$1"
	ln -sfn "$sock" "$STORE_DIR/guest-$2"
	guest_ctl "$2" resume "$2"
}

domain_reboot() {
	guest_bus_stop "$1"
	domtree renew "$1" "$2" && guest_bus "$2"
}

domain_checkpoint() { guest_ctl "$1" suspend && guest_ctl "$1" cancel; }

# xs_client SOCKET CMD...
xs_client() {
	local sock=$1 cmd=$2
	shift 2
	case $cmd in
	read | write | ls | list | rm | exists | chmod | watch) cmd=$XEN_BIN/xenstore-$cmd ;;
	esac
	XENSTORED_PATH=$sock "$cmd" "$@"
}
xs0() { xs_client "$DOM0_SOCK" "$@"; }
xsg() { xs_client "$(guest_sock "$1")" "${@:2}"; }

declare -A client_in client_out

client_run() {
	XENSTORED_PATH=$1 exec "$O/tests/daemon/xsh" < "$2.in" > "$2.out" 2>> "$STORE_DIR/client.log"
}

client_open() {
	local base=$STORE_DIR/client-$1 line in out
	mkfifo "$base.in" "$base.out"
	# opened by the child: a FIFO waits for the other end
	background "$base.pid" client_run "$2" "$base"
	exec {in}> "$base.in" {out}< "$base.out"
	client_in[$1]=$in client_out[$1]=$out
	rm "$base.in" "$base.out"
	read -r -t 10 -u "${client_out[$1]}" line && [ "$line" = ready ]
}

client() {
	local answer
	echo "${*:2}" >&"${client_in[$1]}" || return 1
	IFS= read -r -t 20 -u "${client_out[$1]}" answer || return 1
	printf '%s\n' "$answer"
}

# client_all NAME COMMAND... : an answer of several lines, up to "ok"
client_all() {
	local answer
	echo "${*:2}" >&"${client_in[$1]}" || return 1
	while IFS= read -r -t 20 -u "${client_out[$1]}" answer && [ "$answer" != ok ]; do
		printf '%s\n' "$answer"
	done
}

client_release() {
	local in=${client_in[$1]} out=${client_out[$1]}
	exec {in}>&- {out}<&-
	unset "client_in[$1]" "client_out[$1]"
}

client_close() {
	echo quit >&"${client_in[$1]}" # later children hold the descriptor: no end of file
	client_release "$1"
	ended "$STORE_DIR/client-$1.pid"
}

client_kill() {
	stop "$STORE_DIR/client-$1.pid"
	client_release "$1"
}

tree_of() {
	xs0 ls -f "/local/domain/$1" | sed -n "s|^/local/domain/$1/||p" | LC_ALL=C sort
}

# for_each_ground FUNCTION : once for each daemon and toolstack
for_each_ground() {
	local store
	for store in ${GROUND_STORES:-C O}; do
		for TOOLSTACK in ${GROUND_TOOLSTACKS:-xenopsd libxl}; do
			GROUND=$store/$TOOLSTACK
			store_start "$store" || bail "$GROUND: daemon starts"
			"$1"
			store_stop
		done
	done
}
