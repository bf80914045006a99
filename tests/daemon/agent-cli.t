#!/bin/bash
# xe-guest-agent: options, exit status, what it says, readiness, and that it never forks.
. "$(dirname "$0")/../tap.sh"
. "$(dirname "$0")/agent.sh"
dir=$root
ip link add lan0 type veth peer name peer0
ip link set peer0 up
ip link set lan0 addrgenmode none up
unset XENSTORED_PATH NOTIFY_SOCKET JOURNAL_STREAM

# run ARGS... : status in $status, output in $out and $err
run() { out=$("$agent" "$@" 2> "$dir/err"); status=$?; err=$(< "$dir/err"); }

run --version
is "$status $out" "0 xe-guest-agent 1.0.0" "--version"
run --help
like "$out" '^usage: xe-guest-agent' "--help"
is "$status" 0 "--help ends with 0"
for args in "--bogus" "extra" "--root" "--once --dry-run"; do
	# shellcheck disable=SC2086 # split into words
	run $args
	is "$status" 2 "usage: $args"
	like "$err" "Try 'xe-guest-agent --help'" "and says where help is: $args"
done
for args in "--help" "--version" "--dry-run"; do
	"$agent" "$args" 2> "$dir/err" > /dev/full
	is "$? $(grep -vE '^left out |cannot run as user ' "$dir/err")" "1 xe-guest-agent: cannot print: No space left on device" \
		"$args to a full disk"
done
run extra
like "$err" "unexpected argument 'extra'" "names the argument"

mkdir -p "$dir/empty" "$dir/dom0"/{sys/hypervisor/properties,proc/xen} "$dir/kvm/sys/hypervisor"
run --root "$dir/empty"
is "$status" 3 "not a Xen guest"
is "$err" "xe-guest-agent: not a Xen guest: there is neither /sys/hypervisor/type nor /proc/xen" "in one line"
echo kvm > "$dir/kvm/sys/hypervisor/type"
run --root "$dir/kvm"
is "$status" 3 "another hypervisor"
echo xen > "$dir/dom0/sys/hypervisor/type"
echo 00002705 > "$dir/dom0/sys/hypervisor/properties/features"
XENSTORED_RUNDIR=$dir/none run --root "$dir/dom0"
is "$status" 4 "a guest without a store"
like "$err" 'cannot open xenstore' "says so"
echo 00000f05 > "$dir/dom0/sys/hypervisor/properties/features"
run --root "$dir/dom0"
is "$status" 3 "dom0 is no guest"
like "$err" 'this is dom0' "says so"
XENSTORED_PATH=$dir/none run
is "$status" 4 "XENSTORED_PATH that leads nowhere"
JOURNAL_STREAM=8:12345 run --once --root "$dir/none"
like "$err" '^xe-guest-agent: ' "JOURNAL_STREAM of another process does not matter"
run --dry-run --root "$dir/none"
is "$status" 2 "--root that is not there"
like "$err" "cannot open '$dir/none'" "names it"

# --dry-run: sorted lines on stdout, reasons on stderr
guest=$dir/guest
mkdir -p "$guest/sys/class/net/lan0/device" "$guest/proc"
printf 'device/vif/2\n' > "$guest/sys/class/net/lan0/device/nodename"
cp /proc/meminfo "$guest/proc"
ip addr add 10.9.9.1 peer 10.9.9.2 dev lan0
ip addr add 10.8.8.8/24 dev lan0 label lan0:1
run --dry-run --root "$guest"
is "$status" 0 "--dry-run"
is "$out" "$(LC_ALL=C sort <<< "$out")" "is sorted"
like "$out" '^attr/vif/2/ipv4/0 = "10.9.9.1"$' "the local address of a point-to-point link, any interface name"
like "$out" '^attr/vif/2/ipv4/1 = "10.8.8.8"$' "a labelled address"
like "$err" '^left out 127.0.0.1 on lo: its interface is no vif$' "what is left out, and why"
is "$(grep -vE '^[A-Za-z0-9/_-]+ = ".*"$' <<< "$out")" "" "in the format of xenstore-ls -f"
"$agent" --dry-run --root "$guest" > /dev/full 2> /dev/null
is $? 1 "a full disk is noticed"

# ready after the first commit, no fork, no exec
store_start C
domain_new 5 xenopsd
guest_bus 5
notified=$dir/notify
perl -MIO::Socket::UNIX -e 'my $s = IO::Socket::UNIX->new(Type => SOCK_DGRAM, Local => $ARGV[0]) or die;
	$| = 1; while (defined $s->recv(my $m, 4096)) { print "$m\n" }' "$notified" > "$dir/states" &
listener=$!
disown "$listener" # killed at the end, without a word from the shell
at_exit "kill -KILL $listener 2>/dev/null"
wait_for 5 test -S "$notified"
kill -STOP "$STORE_PID"
stream=$(stat -c %d:%i "$dir/err")
: > "$dir/strace" # looked at before strace has made it
# (a sanitizer's search for leaks needs to trace, which strace does already)
ASAN_OPTIONS=detect_leaks=0 NOTIFY_SOCKET=$notified XENSTORED_PATH=$GUEST_SOCK JOURNAL_STREAM=$stream \
	strace -f -qq -o "$dir/strace" -e trace=process,poll,connect,sendto "$agent" --root "$guest" 2> "$dir/err" &
tracer=$!
at_exit "kill -KILL $tracer 2>/dev/null"
wait_for 10 grep -q 'poll(' "$dir/strace"
pid=$(awk '{print $1; exit}' "$dir/strace")
kill -HUP "$pid"
wait_for 5 grep -q RELOADING=1 "$dir/states"
is "$(grep -c READY "$dir/states")" 0 "not ready while the store does not answer, not even after SIGHUP"
kill -CONT "$STORE_PID"
ok "tells systemd that it is ready" wait_for 10 grep -qx READY=1 "$dir/states"
ok "after the first commit" xs0 exists /local/domain/5/data/updated
for i in 1 2 3; do ip addr add "10.7.7.$i/24" dev lan0; done
wait_for 5 xs0 exists /local/domain/5/attr/vif/2/ipv4/4
kill -HUP "$pid"
ok "tells systemd of a reload" wait_for 5 eval '[ "$(grep -cx READY=1 "$dir/states")" = 2 ]'
like "$(< "$dir/err")" '^<6>reading everything again$' "priorities for the journal"
kill -TERM "$pid"
wait "$tracer"
is $? 0 "stops on SIGTERM"
ok "tells systemd that it stops" wait_for 5 grep -qx STOPPING=1 "$dir/states"
is "$(grep -cE '^[0-9]+ +(fork|vfork|execve)\(' "$dir/strace")" 1 "execs nothing after its own start"
is "$(grep -E '^[0-9]+ +clone3?\(' "$dir/strace" | grep -vc CLONE_THREAD)" 0 "forks nothing"
is "$(grep -E '^[0-9]+ +clone3?\(' "$dir/strace" | grep -c CLONE_THREAD)" 1 "has one thread, which asks for the space of volumes"
done_testing
