#!/bin/bash
# The record from a XAPI, and changes to it: calls, failures, sessions, kills.
cd "$(dirname "$0")/../.." || exit 2
. tests/tap.sh
. tests/eliloader/xapi.sh
O=${O:-build}
cli=$O/tests/eliloader/record_cli
vm=11111111-2222-3333-4444-555555555555
dir=$(mktemp -d "${TMPDIR:-/tmp}/eli-xapi.XXXXXX")
end() { xapi_stop; exec {hold}>&-; rm -rf "$dir"; }
trap end EXIT
trap 'exit 143' TERM INT HUP
mkfifo "$dir/in"
exec {hold}<> "$dir/in" # what "wait" reads

# client [COMMAND...] : sets out, rc; a call may last LIMIT seconds
client() {
	out=$(timeout 60 "$cli" xapi "$XAPI_SOCKET" "${LIMIT:-20}" "$vm" "$@" < /dev/null)
	rc=$?
}

# anew [KEY=VALUE...] : the VM as it was made, no rules, no calls, no session
anew() {
	xapi_rules
	xapi_forget
	xapi_edit '.VBD = {}'
	xapi_vm $vm lab "$@"
}

# calls WANT NAME : what was called, one word each, without the class
calls() { is "$(xapi_methods | sed 's/.*\.//' | tr '\n' ' ')" "$1 " "$2"; }

round=(set=install-round=2 change)
xapi_start "$dir" || bail "the test's XAPI is up"

# -- what is read

anew other-config:install-repository=http://h/ other-config:install-round=1 \
	platform:pv-kernel-max-size=5 'PV-args=-- quiet' PV-bootloader-args= domain-type=pvh
client print
is "$out" "PV-args=-- quiet
PV-bootloader=eliloader
PV-bootloader-args=
domain-type=pvh
name=lab
other-config/install-repository=http://h/
other-config/install-round=1
platform/pv-kernel-max-size=5
uuid=$vm" "the record"
calls "login_with_password get_by_uuid get_record logout" "four calls"
is "$(xapi_log | jq -c .connection | sort -u | wc -l)" 1 "on one connection"
is "$(xapi_log | jq -c 'select(.method == "session.login_with_password").params')" \
	'["","","","eliloader"]' "the login says who we are"

hostile=$'<value>&amp;]]>"\'\\ \xc3\xa9\n\tx'
anew "other-config:$hostile=$hostile" "name=$hostile"
client print
is "$out" "PV-args=
PV-bootloader=eliloader
PV-bootloader-args=
domain-type=pv
name=$hostile
other-config/$hostile=$hostile
uuid=$vm" "hostile texts come as they are"
xapi_rules typed
client print
like "$out" "name=<value>&amp;]]>" "also as typed strings"

# -- changes, and how many calls they cost

anew other-config:install-round=1
client "${round[@]}"
is "$rc,$(xapi_get $vm other-config:install-round)" 0,2 "the round is set"
calls "login_with_password get_by_uuid get_record remove_from_other_config add_to_other_config logout" \
	"a round is six calls"
is "$(xapi_log | jq -c .connection | sort -u | wc -l)" 1 "on one connection"

anew
client "${round[@]}"
is "$(xapi_get $vm other-config:install-round)" 2 "a round that was not there"
calls "login_with_password get_by_uuid get_record add_to_other_config logout" "is one call less"

anew other-config:install-round=2
client "${round[@]}"
calls "login_with_password get_by_uuid get_record logout" "what is so already costs no call"

anew other-config:install-distro=rhlike other-config:install-round=2 PV-bootloader-args=x
client bootloader=pygrub "args=--kernel /boot/a=b" remove=install-round remove=install-distro \
	remove=install-absent change
is "$rc,$(xapi_get $vm PV-bootloader),$(xapi_get $vm PV-bootloader-args)" \
	"0,pygrub,--kernel /boot/a=b" "bootloader and its arguments"
is "$(jq -c '.VM[].other_config' "$dir/db.json")" '{}' "keys are removed"
calls "login_with_password get_by_uuid get_record set_PV_bootloader set_PV_bootloader_args remove_from_other_config remove_from_other_config logout" \
	"in the order of the changes, and none for the absent key"

anew platform:a=1 platform:b=2
client platform-set=a=3 platform-remove=b platform-set=c=4 change
is "$(jq -c '.VM[].platform' "$dir/db.json")" '{"a":"3","c":"4"}' "keys of platform"

anew
client "set=$hostile=$hostile" change
is "$rc,$(xapi_get $vm "other-config:$hostile")" "0,$hostile" "hostile texts go as they are"
client $'set=a=b\001c' change
like "$out" "^error 22: VM.add_to_other_config for VM $vm: a value cannot be sent: it has control bytes" \
	"what XML cannot hold is refused"
is "$(xapi_sessions)" 0 "no session is left"

# Changes go by what was read, with our own changes, not by what the caller has.
anew
client set=a=1 change set=a=2 change set=a=2 change remove=a change remove=a change
calls "login_with_password get_by_uuid get_record add_to_other_config remove_from_other_config add_to_other_config remove_from_other_config logout" \
	"changes of changes"

# -- somebody else changes, too

anew
xapi_rules "other-editor at=4 key=install-round value=9"
client "${round[@]}"
is "$rc,$(xapi_get $vm other-config:install-round)" 0,2 "a key that came meanwhile"
is "$(xapi_calls VM.add_to_other_config)" 2 "is removed and added"
anew
xapi_rules "other-editor method=VM.add_to_other_config key=install-round value=9"
client "${round[@]}"
like "$out" "^error 17: VM.add_to_other_config for VM $vm: XAPI says MAP_DUPLICATE_KEY \(VM, other_config, .*, install-round\)" \
	"one that comes always is an error"
is "$(xapi_calls VM.add_to_other_config),$(xapi_sessions)" 3,0 "after three tries, and we log out"

# -- disks

anew
xapi_vbd $vm 0 true
xapi_vbd $vm 1 false Disk eliloader-updates-disk=true
xapi_vbd $vm 3 false CD eliloader-updates-disk=yes
client vbds print
is "$(grep ^vbd <<< "$out")" "vbd 0 bootable
vbd 1 plain updates
vbd 3 plain cd" "the disks"
is "$(xapi_calls VBD.get_record)" 3 "one call each"
xapi_eject $vm 3
client vbds print
like "$out" "vbd 3 plain cd empty$" "a CD drive without a medium"
xapi_insert $vm 3
client vbds print
like "$out" "vbd 3 plain cd$" "and with one"
xapi_forget
client vbds bootable=0=false bootable=1=false bootable=2=true change
is "$(xapi_vbd_get $vm 0 bootable),$(xapi_vbd_get $vm 1 bootable),$(xapi_vbd_get $vm 3 bootable)" \
	false,false,true "bootable flags"
is "$(xapi_calls VBD.set_bootable)" 2 "only those that differ are set"
client vbds destroy=0 change
like "$out" "^error 1: VBD.destroy for VM $vm: it is not the updates disk" "no other disk is removed"
client vbds destroy=2 change
like "$out" "^error 1: " "nor one that says so in another way"
is "$(xapi_calls VBD.destroy)" 0 "XAPI was not even asked"
client destroy=0 change
like "$out" "^error 22: VBD for VM $vm: there is no such disk" "disks that were not read"
xapi_rules "die-after method=VBD.destroy times=1"
client vbds destroy=1 change
is "$rc,$(jq '.VBD | length' "$dir/db.json")" 0,2 "the updates disk goes, also when asked for twice"
xapi_vbd $vm 1 false Disk eliloader-updates-disk=true
xapi_vbd_set $vm 1 currently_attached true
xapi_forget
client vbds destroy=2 change
is "$rc,$(jq '.VBD | length' "$dir/db.json")" 0,2 "one that is attached is unplugged first"
is "$(xapi_methods | grep -E 'destroy|unplug' | tr '\n' ' ')" "VBD.destroy VBD.unplug VBD.destroy " \
	"when destroying says so"
xapi_rules "fail method=VBD.get_record times=1 code=HANDLE_INVALID,VBD,x"
client vbds print
is "$(grep ^vbd <<< "$out")" "vbd 3 bootable cd" "a disk that went meanwhile is left out"
is "$(xapi_sessions)" 0 "no session is left"

# -- ways to answer

for rule in chunked until-close close drop typed "chunked at=3" "drop at=4" "trickle s=0.0002"; do
	anew other-config:install-round=1
	xapi_rules "$rule"
	client "${round[@]}"
	is "$rc,$(xapi_get $vm other-config:install-round),$(xapi_sessions)" 0,2,0 "answers: $rule"
	is "$(xapi_calls)" 6 "answers: $rule: six calls"
done
anew
xapi_rules old
client print
is "$rc,$(xapi_calls session.login_with_password),$(xapi_sessions)" 0,2,0 \
	"a XAPI whose login takes two arguments"

# -- failures: a sentence each, and no session is left

# fails RULE ERROR-REGEX : the client fails with that, and logs out
fails() {
	local number=${2%%:*}

	anew other-config:install-round=1
	xapi_rules "$1"
	client "${round[@]}"
	like "$out" "^error $number: ${2#*:}" "fails: $1"
	is "$rc,$(xapi_sessions)" 1,0 "fails: $1: no session is left"
}
fails slave "18:VM.get_by_uuid for VM $vm: this host is not the master of its pool, .*HOST_IS_SLAVE \(192.0.2.1\)"
fails "fail method=VM.get_by_uuid code=UUID_INVALID,VM,x" "2:VM.get_by_uuid for VM $vm: XAPI says UUID_INVALID \(VM, x\)"
fails "fail method=VM.get_record code=HANDLE_INVALID,VM,x" "2:VM.get_record for VM .*HANDLE_INVALID"
fails "fail method=session.login_with_password code=SESSION_AUTHENTICATION_FAILED,root,no" \
	"13:session.login_with_password for VM $vm: XAPI says SESSION_AUTHENTICATION_FAILED \(root, no\)$"
fails "fail method=VM.add_to_other_config code=VM_IS_PROTECTED" "121:VM.add_to_other_config .*XAPI says VM_IS_PROTECTED$"
fails "fail method=VM.remove_from_other_config code=INTERNAL_ERROR,$(printf 'x%.0s' {1..900})" \
	"121:VM.remove_from_other_config .*INTERNAL_ERROR \(x{100,}\)$"
fails $'fail at=3 code="A\xc3\xa9\t\\"B"' '121:.*says A\\xc3\\xa9\\t\\"B$'
fails "fail at=3 code=" "121:VM.get_record"
fails "status at=3 code=503" "74:VM.get_record for VM .*HTTP status 503"
fails "body at=3 text=''" "74:VM.get_record .*not XML-RPC"
fails "body at=3 text='<html>busy</html>'" "74:VM.get_record .*not XML-RPC"
fails "body at=3 text='<!DOCTYPE a [<!ENTITY b \"c\">]><methodResponse/>'" "74:VM.get_record .*not XML-RPC"
whole='<methodResponse><params><param>%s</param></params></methodResponse>'
# shellcheck disable=SC2059 # the format is ours
body() { printf "body at=3 text='$whole'" "$1"; }
fails "$(body '<value>x</value>')" "74:VM.get_record .*neither value nor failure"
fails "$(body '<value><struct><member><name>Status</name><value>Success</value></member></struct></value>')" \
	"74:VM.get_record .*neither value nor failure"
fails "$(body '<value><struct><member><name>Status</name><value>Failure</value></member></struct></value>')" \
	"74:VM.get_record .*failure has no name"
value='<value><struct><member><name>Status</name><value>Success</value></member><member><name>Value</name>%s</member></struct></value>'
# shellcheck disable=SC2059
fails "$(body "$(printf "$value" '<value>x</value>')")" "74:VM.get_record .*is not a VM's record"
fails "body at=3 text='<methodResponse><fault><value><struct><member><name>faultString</name><value>not so</value></member></struct></value></fault></methodResponse>'" \
	"121:VM.get_record .*does not take the request: not so"
fails "raw at=3 text='SSH-2.0-x\r\n\r\n'" "74:VM.get_record .*not HTTP"
fails "raw at=3 text='HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n'" "74:VM.get_record .*not HTTP"
fails "huge at=3 bytes=20000000" "27:VM.get_record .*too long"
fails "huge at=3 bytes=100000000000000" "27:VM.get_record .*too long"
fails "short at=3" "32:VM.get_record .*closed the connection"
fails "die-before method=VM.get_record" "32:VM.get_record .*closed the connection without an answer"
is "$(xapi_calls VM.get_record)" 2 "it was sent again, once"
anew "$(printf 'other-config:%s=' x)"
xapi_edit '.VM[].other_config = ([range(5000) | {("k\(.)"): "v"}] | add)'
client print
like "$out" "^error 7: VM.get_record for VM $vm: the record has too many keys" "a record of 5000 keys"
is "$(xapi_sessions)" 0 "and we log out"

LIMIT=1
start=$SECONDS
fails "hang at=3" "110:VM.get_record for VM $vm: no answer from XAPI within 1 s"
fails "hang at=5" "110:VM.add_to_other_config for VM $vm: no answer"
fails "trickle at=3" "110:VM.get_record .*no answer"
anew
xapi_rules "delay s=0.25" # together more than the limit
client "${round[@]}"
is "$rc,$(xapi_get $vm other-config:install-round)" 0,2 "a slow XAPI is one that works"
ok "the time-out is for each call, and kept" [ $((SECONDS - start)) -lt 60 ]
anew
xapi_rules "hang method=session.logout"
client print
is "$rc" 0 "a logout that hangs fails nothing"
xapi_rules
rm -f "$dir/sessions"
xapi_stop && xapi_start "$dir" # it was left with that session
unset LIMIT

# -- sessions that XAPI forgets

anew other-config:install-round=1
for n in 2 3 4 5; do
	anew other-config:install-round=1
	xapi_rules "lose-sessions at=$n"
	client "${round[@]}"
	is "$rc,$(xapi_get $vm other-config:install-round),$(xapi_sessions)" 0,2,0 "session lost at call $n"
	is "$(xapi_calls session.login_with_password)" 2 "session lost at call $n: one more login"
done
fails "lose-sessions method=VM.get_by_uuid" "13:session.login_with_password .*XAPI has forgotten 3 sessions"
is "$(xapi_calls session.login_with_password)" 3 "three logins are all"

# -- a XAPI that dies: the same start gets through, or the next one does

for when in before after; do
	for n in 1 2 3 4 5 6; do
		anew other-config:install-round=1
		xapi_rules "die-$when at=$n"
		client "${round[@]}"
		# a login is not sent twice: one that was answered by nobody leaves a session
		case $n in
		1) is "$rc" 1 "dies $when call 1, the login: an error" ;;
		*) is "$rc,$(xapi_get $vm other-config:install-round),$(xapi_sessions)" 0,2,0 \
			"dies $when call $n: sent again" ;;
		esac
		[ $n$when != 1after ] || rm -f "$dir/sessions"
		[ $n$when != 1after ] || { xapi_stop; xapi_start "$dir"; }
	done
done
for n in 2 3 4 5; do
	anew other-config:install-round=1
	xapi_rules "exit-after at=$n"
	timeout 60 "$cli" xapi "$XAPI_SOCKET" 20 $vm "${round[@]}" > "$dir/out" &
	pid=$!
	wait "$XAPI_PID"
	xapi_rules
	xapi_start "$dir"
	wait $pid
	is "$?,$(xapi_get $vm other-config:install-round),$(xapi_sessions)" 0,2,0 \
		"XAPI restarts after call $n: it is waited for"
done
xapi_stop
client print
like "$out" "^error 111: session.login_with_password for VM $vm: XAPI cannot be reached at $XAPI_SOCKET: Connection refused" \
	"no XAPI"
rm "$XAPI_SOCKET"
client print
like "$out" "^error 2: .*No such file" "no socket"
xapi_start "$dir"

# -- kills: whatever call it was at, the next start sees a record that it can go on from

reached() { [ "$(xapi_calls)" -ge "$1" ]; }
for n in 1 2 3 4 5 6; do
	anew other-config:install-round=1 other-config:install-distro=rhlike
	xapi_rules "hang at=$n"
	"$cli" xapi "$XAPI_SOCKET" 60 $vm "${round[@]}" > "$dir/out" &
	pid=$!
	ok "kill -9 in call $n" wait_for 20 reached $n
	kill -9 $pid
	wait $pid 2> /dev/null
	like "$(xapi_get $vm other-config:install-round)" '^[12]?$' "kill -9 in call $n: a round, or none"
	is "$(xapi_get $vm other-config:install-distro)" rhlike "kill -9 in call $n: nothing else has changed"
	xapi_rules
	client "${round[@]}"
	is "$rc,$(xapi_get $vm other-config:install-round)" 0,2 "kill -9 in call $n: the next start does it"
done
# of those six, SIGKILL itself left: 1-5 their sessions, 6 was answered for
rm -f "$dir/sessions"
xapi_stop
xapi_start "$dir"

# start_waiting [NAME...] : a client that has a session and waits; sets pid
start_waiting() {
	env --default-signal=TERM,INT,HUP,QUIT,PIPE "$@" "$cli" xapi "$XAPI_SOCKET" 60 $vm say ready wait \
		< "$dir/in" > "$dir/out" &
	pid=$!
	wait_for 20 grep -q ready "$dir/out" || fail "the client is ready"
}
for signal in TERM INT HUP QUIT PIPE; do
	anew
	: > "$dir/out"
	start_waiting
	is "$(xapi_sessions)" 1 "SIG$signal: a session is open"
	kill -$signal $pid
	wait $pid 2> /dev/null
	is "$?,$(xapi_sessions)" "$((128 + $(kill -l $signal))),0" "SIG$signal ends it, and the session"
done
: > "$dir/out"
start_waiting --ignore-signal=TERM
kill -TERM $pid
echo >&$hold
wait $pid
is "$?,$(xapi_sessions)" 0,0 "a signal that is ignored stays so"
for n in 2 3 5; do
	anew other-config:install-round=1
	xapi_rules "hang at=$n"
	"$cli" xapi "$XAPI_SOCKET" 60 $vm "${round[@]}" > "$dir/out" &
	pid=$!
	wait_for 20 reached $n
	kill $pid
	wait $pid 2> /dev/null
	is "$?,$(xapi_sessions)" 143,0 "SIGTERM in call $n"
done
anew
xapi_rules "delay at=1 s=1"
"$cli" xapi "$XAPI_SOCKET" 60 $vm > "$dir/out" &
pid=$!
wait_for 20 reached 1
kill $pid
wait $pid 2> /dev/null
is "$?,$(xapi_sessions)" 143,0 "SIGTERM while the login is on its way"

is "$(cat "$dir/server.err")" "" "the test's XAPI had no trouble of its own"
done_testing
