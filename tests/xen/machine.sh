# shellcheck shell=bash
# machine.sh - sourced: one emulated machine with Xen, from its start to its end.
# A machine has a name STORE-GUEST: STORE is C (xenstored) or O (oxenstored), GUEST is
# none, pv, pvh or systemd.  Booted from nothing, or thawed: frozen machines are kept as a
# file with the machine's memory, which each thaw maps copy-on-write (so it costs no time
# and parallel thaws share it), and qemu's migration stream with all that is not memory.
# The sourcing script sets $here (tests/xen) and $top, and has sourced cache.sh.
# shellcheck disable=SC2154 # here, top, lab: see above

machine_dir=        # private directory of the running machine: logs, monitor
machine_pid=        # its qemu
# Its job port is fd 3 (from it) and 4 (to it), its qemu monitor 5 (to) and 6 (from).
machine_said=       # why machine_line or machine_phases failed
machine_started=    # EPOCHREALTIME of the start
machine_console=    # "pipe": the console is the FIFOs console.in and console.out, too
machine_drain=      # then: what empties the latter until somebody wants to read

machine_stop() {
	if [ -n "$machine_pid" ]; then
		kill -KILL "$machine_pid" 2> /dev/null || true
		wait "$machine_pid" 2> /dev/null || true
		machine_pid=
		exec 3>&- 4>&- 5>&- 6>&-
	fi
	if [ -n "$machine_drain" ]; then
		kill "$machine_drain" 2> /dev/null || true
		machine_drain=
	fi
	if [ -n "$machine_dir" ]; then
		rm -rf "$machine_dir"
		machine_dir=
	fi
}

# machine_check NAME : a name as described above, or a message and failure
machine_check() {
	case $1 in
	[CO]-none | [CO]-pv | [CO]-pvh | [CO]-systemd) ;;
	*)
		echo "no machine '$1': C or O, then -none, -pv, -pvh or -systemd" >&2
		return 2
		;;
	esac
}

# machine_argv NAME DIR MEMORY SHARE : set argv, the qemu that is this machine with its
# memory in the file MEMORY.  A frozen machine is thawed by the same argv.
machine_argv() {
	local name=$1 dir=$2 memory=$3 share=$4 small disk snapshot=on mb=2400
	local console=file,path=$dir/console.log
	# bootscrub: memory that nobody touches stays a hole in the file
	local xen="console=com1 com1=115200 bootscrub=0 dom0_mem=640M,max:640M loglvl=warning"
	local linux="console=hvc0 loglevel=4 panic=1 rdinit=/init"

	linux+=" lab_store=${name%-*} lab_guest=${name#*-}"
	small=$("$here/image" small) || return 1
	[ "${name#*-}" != systemd ] || mb=2500
	[ "$machine_console" != pipe ] ||
		console=pipe,path=$dir/console,logfile=$dir/console.log
	argv=(qemu-system-x86_64 -accel "tcg,tb-size=512" -cpu "qemu64,+npt" -smp 1
		-nodefaults -no-user-config -display none -no-reboot -net none
		-m "$mb"
		-object "memory-backend-file,id=ram,size=${mb}M,mem-path=$memory,share=$share"
		-machine "pc,memory-backend=ram"
		-chardev "pipe,id=monitor,path=$dir/monitor" -mon monitor
		-chardev "$console,id=console" -serial chardev:console
		-device virtio-serial-pci
		-chardev "pipe,id=job,path=$dir/job"
		-device "virtserialport,chardev=job,name=job"
		-chardev "file,id=guest,path=$dir/guest.log"
		-device "virtserialport,chardev=guest,name=guest"
		-kernel "$small/xen"
		-append "$xen" -initrd "$small/vmlinux $linux,$small/dom0.img")
	[ "${name#*-}" = systemd ] || return 0
	disk=${memory%/*}/disk
	[ -e "$disk" ] || disk=$("$here/image" debian)/root.ext4 || return 1
	# what the guest wrote belongs to the frozen state
	[ "$share" = off ] || snapshot=off
	argv+=(-drive "if=none,id=disk,format=raw,file=$disk,snapshot=$snapshot"
		-device "virtio-blk-pci,drive=disk")
}

# machine_start ARGV... : start qemu; it ends with us, however we end
machine_start() {
	machine_started=$EPOCHREALTIME
	mkfifo "$machine_dir"/{monitor,job}.{in,out}
	# <>: neither we nor qemu wait for each other in open
	exec 3<> "$machine_dir/job.out" 4<> "$machine_dir/job.in"
	exec 5<> "$machine_dir/monitor.in" 6<> "$machine_dir/monitor.out"
	if [ "$machine_console" = pipe ]; then
		mkfifo "$machine_dir"/console.{in,out}
		cat < "$machine_dir/console.out" > /dev/null &
		machine_drain=$!
	fi
	setpriv --pdeathsig KILL "$@" < /dev/null 2>> "$machine_dir/qemu.log" &
	machine_pid=$!
}

# machine_monitor COMMAND... : each a line for qemu's monitor
machine_monitor() { printf '%s\n' "$@" >&5; }

# machine_monitored REGEX : whether a line like that has come from the monitor
machine_monitored() {
	local line

	while IFS= read -r -t 0.5 -u 6 line; do
		[[ ! ${line%$'\r'} =~ $1 ]] || return 0
	done
	return 1
}

machine_seconds() {
	awk -v a="$machine_started" -v b="$EPOCHREALTIME" 'BEGIN {printf "%.1f", b - a}'
}

# machine_line SECONDS : the next line from the job port in $line; 1 if there is none in
# time or the machine ended (then machine_said tells, and the logs what its processor does)
machine_line() {
	local end=$((SECONDS + $1)) part

	line=
	until IFS= read -r -t 1 -u 3 part; do
		line+=$part # half a line
		if ! kill -0 "$machine_pid" 2> /dev/null; then
			machine_said="the machine ended: $(tail -n 3 "$machine_dir/qemu.log")"
			return 1
		fi
		if [ $SECONDS -ge $end ]; then
			machine_said="nothing from the machine for $1 s"
			machine_look >> "$machine_dir/qemu.log"
			return 1
		fi
	done
	line+=$part
}

# machine_look : what its processor does, twice: is it only its program that waits?
machine_look() {
	local line n

	for n in 1 2; do
		machine_monitor "info status" "info registers" "info lapic"
		while IFS= read -r -t 1 -u 6 line; do
			# without qemu's echo of each character typed
			[[ $line = *$'\e'* ]] || printf '%s\n' "${line%$'\r'}"
		done
	done
}

# machine_phases SECONDS : follow a boot to its end, call machine_phase for each step
machine_phases() {
	local line

	while machine_line "$1"; do
		case $line in
		@@phase*) machine_phase "${line#@@phase }" ;;
		@@ready) return 0 ;;
		@@failed*)
			machine_said="boot failed: ${line#@@failed }"
			return 1
			;;
		esac
	done
	return 1
}
machine_phase() { :; }

# machine_boot NAME : from nothing, until it takes jobs
machine_boot() {
	local argv

	machine_check "$1" || return
	machine_dir=$(mktemp -d "${TMPDIR:-/tmp}/xen-lab.XXXXXX")
	machine_argv "$1" "$machine_dir" "$machine_dir/memory" off || return
	machine_start "${argv[@]}"
	machine_phases 120
}

# freeze DIR : boot $frozen_name and leave its memory and state in DIR
freeze() {
	local argv disk n=0

	machine_dir=$1/run
	mkdir "$machine_dir" || return
	if [ "${frozen_name#*-}" = systemd ]; then
		disk=$("$here/image" debian)/root.ext4 || return
		cp --sparse=always "$disk" "$1/disk" || return
	fi
	machine_argv "$frozen_name" "$machine_dir" "$1/memory" on || return
	machine_start "${argv[@]}"
	if ! machine_phases 120; then
		machine_logs >&2
		echo "cannot freeze $frozen_name: $machine_said" >&2
		machine_stop
		return 1
	fi
	machine_monitor "migrate_set_capability x-ignore-shared on" \
		"migrate_set_parameter max-bandwidth 10G" "migrate \"exec:cat > $1/state\"" \
		"info migrate" quit
	until ! kill -0 "$machine_pid" 2> /dev/null; do
		[ $((n += 1)) -lt 600 ] || break
		sleep 0.1
	done
	if ! machine_monitored '^Migration status: completed'; then
		echo "cannot freeze $frozen_name: its state was not written" >&2
		machine_stop
		return 1
	fi
	cp "$machine_dir"/{console,guest}.log "$1/" || return
	machine_stop
}

# frozen NAME : print the directory of the frozen machine, freezing it first if need be
frozen() {
	local argv key

	machine_check "$1" || return
	# its command line names the images by their hashes
	machine_argv "$1" / memory on || return
	# another qemu or firmware might not take the stream; and who freezes matters
	key="${argv[*]} $(dpkg-query -W qemu-system-x86 seabios)" || return
	key+=$(declare -f freeze machine_start machine_phases machine_monitor)
	frozen_name=$1
	cached "frozen-$1.$(hash_of <(echo "$key"))" freeze
}

# machine_thaw NAME : the frozen machine goes on, and takes jobs
machine_thaw() {
	local dir argv

	machine_said="it cannot be frozen first, see standard error"
	dir=$(frozen "$1") || return
	machine_said="what was frozen is gone"
	use_cached "$dir" || return
	machine_dir=$(mktemp -d "${TMPDIR:-/tmp}/xen-lab.XXXXXX")
	machine_argv "$1" "$machine_dir" "$dir/memory" off || return
	machine_start "${argv[@]}" -incoming defer
	cp "$dir"/console.log "$machine_dir/console.before"
	cp "$dir"/guest.log "$machine_dir/guest.before"
	machine_monitor "migrate_set_capability x-ignore-shared on" \
		"migrate_incoming \"exec:cat $dir/state\""
}

# machine_job DIR : send what is in DIR, whose ./run the machine runs.  A machine that takes
# nothing (it ended, say) is noticed by who then waits for its lines.
machine_job() {
	tar -C "$1" --owner=0 --group=0 -cf "$machine_dir/job.tar" .
	echo "job $(stat -c %s "$machine_dir/job.tar")" >&4
	timeout 60 cat "$machine_dir/job.tar" >&4 || true
}

# machine_logs : the ends of both consoles' logs
machine_logs() {
	local side

	for side in console guest; do
		echo "--- ${side/console/Xen and dom0}'s console:"
		# whole lines without what a terminal would obey
		cat "$machine_dir/$side".{before,log} 2> /dev/null |
			tr -cd '\t\n -~' | tail -n 40 | awk 1
	done
	[ ! -s "$machine_dir/qemu.log" ] || sed 's/^/qemu: /' "$machine_dir/qemu.log"
}
