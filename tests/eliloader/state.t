#!/bin/bash
# States under xl: whole or not at all, locked, forgotten; kills at every system call.
cd "$(dirname "$0")/../.." || exit 2
. tests/tap.sh
O=${O:-build}
cli=$O/tests/eliloader/record_cli
dir=$(mktemp -d "${TMPDIR:-/tmp}/eli-state.XXXXXX")
pid=''
end() { [ -z "$pid" ] || kill "$pid" 2> /dev/null; rm -rf "$dir"; }
trap end EXIT
trap 'exit 143' TERM INT HUP
mkfifo "$dir/in"
exec {hold}<> "$dir/in" # what "wait" reads
states=$dir/states

# client NAME [COMMAND...] : sets out, rc
client() {
	out=$(timeout 60 "$cli" state "$states" "$1" some-uuid "${@:2}" < /dev/null)
	rc=$?
}
files() { (cd "$states" && echo *); }
peek() { "$cli" peek "$states" "$1"; }

# -- what is kept

client web print
is "$rc,$out,$(files)" "0,,*" "no state: nothing is read, nothing is left"
is "$(stat -c %a "$states")" 700 "the directory is root's own"
client web set=install-round=2 remove=install-distro change print
is "$rc" 0 "changes"
is "$(cat "$states/web.state")" "# VM web, uuid some-uuid
-other-config:install-distro
other-config:install-round=2" "the file"
is "$(stat -c %a "$states/web.state"),$(files)" "600,web.state" "nobody else's, and alone"
client web print
is "$out" "other-config/install-round=2" "the next start sees it"
client web remove=install-round bootloader=pygrub "args=--kernel /boot/a" change
is "$(peek web)" "PV-bootloader=pygrub
PV-bootloader-args=--kernel /boot/a" "later changes add up"
client "we/b"$'\n' set=install-round=3 change
is "$(files)" "we%2Fb%0A.state web.state" "a name that is no file's"
is "$(head -n 1 "$states/we%2Fb%0A.state")" '# VM we/b\n, uuid some-uuid' "it forges no line"
is "$(peek web | wc -l)" 2 "VMs do not share states"
client web $'set=x=a\nPV-bootloader=b' change
like "$out" '^error 22: VM "web": the state .*/web.state cannot be written: Invalid argument' \
	"a value that would forge a line is refused"
client web set=a=1 bootable=0=true change
is "$rc,$(peek web | wc -l)" 1,2 "one change that cannot be: none is made"

# -- what is not right

printf 'other-config:a=1\nnonsense\n' > "$states/bad.state"
client bad print
like "$out" '^error 74: VM "bad": line 2 of .*/bad.state is not a line of a state; mend it, or' "a broken state"
is "$(files)" "bad.state we%2Fb%0A.state web.state" "it is left as it is"
like "$("$cli" peek "$states" bad)" '^error 74: VM "bad": line 2' "also for who only looks"
head -c 2000000 /dev/zero > "$states/bad.state"
client bad print
like "$out" '^error 27: VM "bad": the state .* cannot be used: File too large' "a state of 2 MB"
client ""
like "$out" '^error 22: ' "no name"
client "$(printf 'x%.0s' {1..300})"
like "$out" '^error 36: ' "a name too long"
chmod 770 "$states"
client web print
like "$out" '^error 1: VM "web": the state .* cannot be used: Operation not permitted' \
	"a directory that others may write"
chmod 700 "$states"
is "$("$cli" peek "$dir/none" web)" "" "no directory is no state"
ok "and none is made to look" [ ! -e "$dir/none" ]

# -- the lock

"$cli" state "$states" web u say ready wait set=install-round=5 change < "$dir/in" > "$dir/out" &
pid=$!
ok "a start is at work" wait_for 20 grep -q ready "$dir/out"
like "$(files)" 'web\.lock' "it has the lock"
is "$(peek web | wc -l)" 2 "others may look meanwhile"
client other print
is "$rc" 0 "and other VMs start"
start=$SECONDS
client web print
like "$out" '^error 16: VM "web": another start of it is still at work' "a second start gives up"
ok "but not before 9 s" [ $((SECONDS - start)) -ge 9 ]
"$cli" state "$states" web u print > "$dir/second" &
second=$!
echo >&$hold
wait $pid
wait $second
is "$?" 0 "one that waits less gets it"
like "$(cat "$dir/second")" 'install-round=5' "and sees what the first one did"
"$cli" state "$states" web u say ready wait < "$dir/in" > "$dir/out" &
pid=$!
wait_for 20 grep -q ready "$dir/out"
kill -9 $pid
wait $pid 2> /dev/null
pid=''
client web print
is "$rc" 0 "who is killed holds no lock"

# add_ten WORKER : ten starts, one after another, each of which adds a key
add_ten() {
	local n

	for n in {1..10}; do
		"$cli" state "$states" many u "set=key-$1-$n=x" change || return 1
	done
}
pids=()
for worker in a b c d; do add_ten $worker & pids+=($!); done
bad=0
for p in "${pids[@]}"; do wait "$p" || bad=1; done
is "$bad,$(peek many | wc -l)" 0,40 "four at a time, ten each: none is lost"

# -- forgetting

"$cli" forget "$states" "we/b"$'\n'
is "$?,$(peek "we/b"$'\n')" 0, "a state is forgotten"
"$cli" forget "$states" never > "$dir/out"
like "$(cat "$dir/out")" '^error 2:' "one that never was"
rm -f "$states"/*

# -- kill -9 at each system call that changes something: the old state or the new one

# killed_at CALL N : a start that is killed just before that call; false: it was not
killed_at() {
	(
		strace -qq -o /dev/null -e "trace=$1" -e "inject=$1:signal=KILL:when=$2" \
			"$cli" state "$states" web u set=install-round=2 change > /dev/null
		[ $? = 137 ]
	) 2> /dev/null # the shell's own word of it
}
old=$'other-config/install-round=1'
new=$'other-config/install-round=2'
seen=''
kills=0
for call in mkdir openat flock unlinkat write fsync renameat close; do
	for n in {1..40}; do
		rm -f "$states"/*
		client web set=install-round=1 change
		killed_at "$call" "$n" || break # it does not call it so often
		kills=$((kills + 1))
		now=$(peek web)
		[ "$now" = "$old" ] || [ "$now" = "$new" ] || fail "killed at $call $n: ${now:-nothing}"
		seen+="<$now>"
		client web set=install-round=2 change
		[ "$rc,$(peek web),$(files)" = "0,$new,web.state" ] ||
			fail "killed at $call $n: the next start goes on and tidies up: $rc $(files)"
	done
done
ok "killed $kills times: the old state or the new one, and the next start goes on" [ $kills -ge 12 ]
like "$seen" "<$old>" "some were before the change"
like "$seen" "<$new>" "some after"
like "$(strace -e trace=openat,fsync,renameat "$cli" state "$states" web u set=a=1 change 2>&1 | grep -oE '^(fsync|renameat)' | tr '\n' ' ')" \
	'^fsync renameat fsync $' "the file is on the disk before it has its name, and then its name"
done_testing
