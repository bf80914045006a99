#!/bin/bash
# vm-data.t - vm-data in a guest and in dom0, on both daemons and with both trees.
# shellcheck disable=SC2317 # the bodies are called by for_each_ground
set -u
# shellcheck source-path=SCRIPTDIR source=../tap.sh
. "$(dirname "$0")/../tap.sh"
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

# shellcheck source-path=SCRIPTDIR source=vm-data.sh
. "$(dirname "$0")/vm-data.sh"

test_get() {
	populate 'vm-data/foo=bar\nvm-data/a/b=1\nvm-data/empty=\nvm-data/z=v\0\377\n'
	gives 0 $'bar\n' "get" guest get foo
	gives 0 $'bar\n' "get vm-data/" guest get vm-data/foo
	gives 0 bar "get --raw" guest get --raw foo
	gives 0 $'1\n' "get a nested key" guest get a/b
	gives 0 $'\n' "get a directory: no value, but found" guest get a
	gives 0 $'\n' "get an empty value" guest get empty
	gives 0 '' "get --raw an empty value" guest get empty --raw
	is "$(guest get z | od -An -tx1)" ' 76 00 ff 0a' "$GROUND: get gives bytes"
	is "$(guest get --raw z | od -An -tx1)" ' 76 00 ff' "$GROUND: get --raw gives bytes"
	gives 0 $'1\n' "get a key with a slash at its end" guest get a/b/
	refuses 1 "no 'vm-data/none' in this domain$" "get an absent key" guest get none
	refuses 1 "no 'vm-data/foo/x'" "get below a key" guest get foo/x
	gives 0 $'dflt\n' "--default for an absent key" guest get none --default dflt
	gives 0 dflt "--default with --raw" guest get none --default dflt --raw
	gives 0 $'\n' "--default empty" guest get none --default ''
	gives 0 $'bar\n' "--default not needed" guest get --default dflt foo
	gives 0 $'bar\n' "dom0 by domid" dom0 --domain 5 get foo
	gives 0 $'bar\n' "dom0 by name" dom0 get foo --domain vm5
	refuses 1 "in /local/domain/5$" "dom0, absent" dom0 --domain 5 get none
}

test_list_export() {
	populate 'vm-data/b=2\nvm-data/a-b=3\nvm-data/a/c=\nvm-data/a/b/c=1\nvm-data/a/b=4\n'
	gives 0 $'a-b\na/b\na/b/c\na/c\nb\n' "list: keys, sorted, no bare directory" guest list
	gives 0 $'a/b\na/b/c\na/c\n' "list PREFIX: whole names" guest list a
	gives 0 $'a/b\na/b/c\n' "list: prefix with vm-data/ and a slash" guest list vm-data/a/b/
	gives 0 $'b\n' "list: a key is its own prefix" guest list b
	refuses 1 "no 'vm-data/n'" "list: absent prefix" guest list n
	guest list | LC_ALL=C sort -c
	is $? 0 "$GROUND: list is in sort's order"
	gives 0 $'a-b\na/b\na/b/c\na/c\nb\n' "list in dom0" dom0 list --domain 5
	is "$(guest export | jq -cS .)" \
		'{"a-b":"3","a/b":"4","a/b/c":"1","a/c":"","b":"2"}' "$GROUND: export is JSON"
	gives 0 $'VM_DATA_A_B=\'4\'\nVM_DATA_A_B_C=\'1\'\nVM_DATA_A_C=\'\'\n' \
		"export PREFIX --format=shell" guest export a --format=shell
	gives 0 $'VM_DATA_B="2"\n' "export --format env" guest export b --format env
	refuses 6 "'a-b' and 'a/b': both would be" "one name from two keys" \
		guest export --format=shell
	refuses 6 "'a-b' and 'a/b': both would be" "the same in env" guest export --format=env
	populate 'vm-data/ok=1\nvm-data/x=a\0b\n'
	refuses 6 "'x': its value has a NUL" "a NUL in shell" guest export --format=shell
	refuses 6 "'x': its value has a NUL" "a NUL in env" guest export --format=env
	is "$(guest export | jq -c .x)" '"a\u0000b"' "$GROUND: a NUL in JSON"
	populate 'vm-data/ok=1\nvm-data/x=\377\n'
	refuses 6 "'x': its value is not UTF-8" "no UTF-8 in JSON" guest export --format=json
	populate ''
	gives 0 '' "list: an empty vm-data is there" guest list
	gives 0 $'{}\n' "export: an empty vm-data is there" guest export
}

# Values that try to get out of the quotes, under names that a shell would obey.
hostile_map() {
	jq -n '{"vm-data/PATH": "/nowhere", "vm-data/LD_PRELOAD": "evil.so", "vm-data/IFS": "x",
		"vm-data/q": "'\''; touch \"$HIT\"; '\''", "vm-data/sub/x": "$(touch \"$HIT\")`touch \"$HIT\"`",
		"vm-data/nl": "\n\na\\\nb\n\n", "vm-data/tick": "'\'''\'''\''", "vm-data/e": "",
		"vm-data/u": "\u00e9\u20ac \\ \\n $HOME !! ~ * # \t"}'
}

test_shell() {
	local shell key name got
	hostile_map | dom0 populate --domain 5 -
	for shell in dash bash 'bash --posix'; do
		export HIT=$tmp/hit
		for key in q sub/x nl tick e u PATH IFS; do
			name=VM_DATA_$(tr 'a-z/' 'A-Z_' <<< "$key")
			guest get --raw "$key" > "$tmp/want"
			# shellcheck disable=SC2016 # for the inner shell
			XENSTORED_PATH=$GUEST_SOCK $shell -c \
				'eval "$("$1" export --format=shell)"; eval "printf %s \"\$$2\""' \
				- "$V" "$name" > "$tmp/got"
			ok "$GROUND: $shell gets '$key' back" cmp "$tmp/want" "$tmp/got"
		done
		# shellcheck disable=SC2016 # for the inner shell
		got=$(XENSTORED_PATH=$GUEST_SOCK $shell -c 'before=$PATH
			eval "$("$1" export --format=shell)"
			[ "$PATH" = "$before" ] && echo "${LD_PRELOAD-unset}"' - "$V")
		is "$got" unset "$GROUND: $shell: PATH and LD_PRELOAD are not touched"
		ok "$GROUND: $shell ran nothing from a value" test ! -e "$HIT"
	done
}

# All bytes that a line of a map can hold.
test_shell_bytes() {
	local shell locale
	LC_ALL=C awk 'BEGIN {printf "vm-data/all=";
		for (i = 1; i < 256; i++) if (i != 10) printf "%c", i; print ""}' > "$tmp/map"
	dom0 populate --domain 5 "$tmp/map"
	guest get --raw all > "$tmp/want"
	is "$(wc -c < "$tmp/want")" 254 "$GROUND: 254 byte values come through a map"
	for shell in dash bash; do
		for locale in C C.UTF-8; do
			# shellcheck disable=SC2016 # for the inner shell
			LC_ALL=$locale XENSTORED_PATH=$GUEST_SOCK $shell -c \
				'eval "$("$1" export --format=shell)"; printf %s "$VM_DATA_ALL"' \
				- "$V" > "$tmp/got"
			ok "$GROUND: $shell, $locale: 254 byte values" cmp "$tmp/want" "$tmp/got"
		done
	done
}

# systemd's own parser of environment files, in the generator that ships with it; it expands
# '$' afterwards, which EnvironmentFile= does not, so that '$' is left to the unit test.
test_env() {
	local generator=/usr/lib/systemd/user-environment-generators/30-systemd-environment-d-generator
	mkdir -p "$tmp/config/environment.d"
	jq -n '{"vm-data/a": "\n a \t\"q\" '\''s'\'' `x` \\ \\n \\\n#;=\n", "vm-data/c": "\u00e9"}' |
		dom0 populate --domain 5 -
	guest export --format=env > "$tmp/config/environment.d/50-vm-data.conf"
	cat > "$tmp/want" <<- 'END'
		VM_DATA_A="\n a \t\"q\" 's' \`x\` \\ \\n \\\n#;=\n"
		VM_DATA_C=é
	END
	is "$(HOME=$tmp XDG_CONFIG_HOME=$tmp/config "$generator" | grep ^VM_DATA)" \
		"$(< "$tmp/want")" "$GROUND: systemd reads the environment file as it was meant"
	populate 'vm-data/esc=\033[2J\n'
	refuses 6 "'esc': its value has a control" "env: control character" \
		guest export --format=env
}

test_denied() {
	populate 'vm-data/open=1\n'
	xs0 write /local/domain/5/vm-data/secret s
	xs0 chmod /local/domain/5/vm-data/secret n0
	refuses 3 "'vm-data/secret': Permission denied; the host keeps it from this guest$" "denied" guest get secret
	refuses 3 "'vm-data/secret': Permission denied" "denied with --default" \
		guest get secret --default x
	refuses 3 "Permission denied" "list does not hide what it may not read" guest list
	refuses 3 "Permission denied" "nor export" guest export
	refuses 3 "Permission denied" "wait" guest wait secret --timeout 5
	domain_new 9 "$TOOLSTACK"
	refuses 3 "Permission denied" "another domain" guest get open --domain 9
	refuses 3 "Permission denied" "other domains' names" guest get open --domain vm9
	domain_destroy 9
	refuses 3 "Permission denied" "populate in a guest" guest populate --domain 5 "$tmp/map"
	gives 0 $'1\n' "and vm-data is as it was" guest get open
}

test_domains() {
	domain_new 7 "$TOOLSTACK" twin
	domain_new 8 "$TOOLSTACK" twin
	refuses 2 "'twin' is the name of more than one domain: 7, 8$" "an ambiguous name" \
		dom0 get foo --domain twin
	refuses 1 "no domain '9'$" "no such domid" dom0 get foo --domain 9
	refuses 1 "no domain '99999999999999999999'$" "a number too large" \
		dom0 get foo --domain 99999999999999999999
	refuses 1 "no domain 'nobody'$" "no such name" dom0 list --domain nobody
	refuses 1 "no domain '05'$" "a zero before it" dom0 get foo --domain 05
	domain_new 11 "$TOOLSTACK" 1234
	vm_data_boot 11 foo=digits
	gives 0 $'digits\n' "a name of digits, where there is no such domid" \
		dom0 get foo --domain 1234
	domain_destroy 11
	refuses 1 "no domain '9'$" "populate: no such domain" dom0 populate --domain 9 /dev/null
	is "$(xs0 exists /local/domain/9; echo $?)" 1 "$GROUND: and none is made"
	domain_destroy 7
	domain_destroy 8
	xs0 write /local/domain/0/domid 0
	refuses 1 "; in dom0, name a guest with --domain$" "dom0 without --domain" dom0 get foo
	xs0 write /local/domain/0/vm-data/own 1
	gives 0 $'1\n' "dom0 without --domain: its own" dom0 get own
	gives 0 $'1\n' "and with it" dom0 get own --domain 0
	refuses 2 "^vm-data: '0' is dom0, not a guest$" "populate dom0" \
		dom0 populate --domain 0 /dev/null
	gives 0 $'1\n' "which has changed nothing" dom0 get own
}

# wait: with every build of the program, since their libxenstores differ
test_wait() {
	local V
	for V in "${programs[@]}"; do
		populate 'vm-data/here=1\n'
		gives 0 $'1\n' "wait: there already" guest wait here
		gives 0 1 "wait --raw --timeout 0" guest wait here --raw --timeout 0
		refuses 5 "'none' did not come in time" "wait --timeout 0" \
			guest wait none --timeout 0
		refuses 5 "'none' did not come in time" "wait --timeout" \
			guest wait none --timeout 0.05
		refuses 5 "'here' did not become '2' in time" "wait for another value" \
			guest wait here --value 2 --timeout .05
		waited wait_late "wait: written later" guest wait sub/late --timeout 20
		waited wait_late "wait: written later, dom0" dom0 wait sub/late --domain vm5
		waited wait_value "wait --value" guest wait step --value 'done' --timeout 20
		waited wait_replaced "wait: a whole new map" guest wait sub/late --timeout 20
		waited wait_replaced "wait: a whole new map, dom0" dom0 wait sub/late --domain 5
	done
}

# waited FUNCTION NAME CMD... : CMD, once its watch is there, is ended by FUNCTION with "done"
waited() {
	local act=$1 name=$2 pid
	shift 2
	populate 'vm-data/here=1\n'
	"$@" > "$tmp/waited" 2>&1 &
	pid=$!
	wait_for 20 watching "$pid"
	$act
	wait "$pid"
	is "$?:$(< "$tmp/waited")" 0:done "$GROUND: $name (${V#"$O"/})"
}

# The program is a child of the function's shell, or is that itself; its watch is its second
# connection.
watching() {
	local pid sockets=0
	for pid in "$1" $(pgrep -P "$1"); do
		sockets=$((sockets + $(readlink "/proc/$pid/fd/"* 2> /dev/null | grep -c '^socket:')))
	done
	[ "$sockets" -ge 2 ]
}

wait_late() { xs0 write /local/domain/5/vm-data/sub/late 'done'; }
wait_replaced() { populate 'vm-data/sub/late=done\n'; }
wait_value() {
	xs0 write /local/domain/5/vm-data/step started
	xs0 write /local/domain/5/vm-data/step 'done'
}

# A guest that is restored while it waits: the key comes in its new tree.
wait_resumed() {
	domain_resume 5 6
	xs0 write /local/domain/6/vm-data/sub/late 'done'
}

test_wait_resume() {
	local V
	for V in "${programs[@]}"; do
		waited wait_resumed "wait goes on in a resumed guest" \
			guest wait sub/late --timeout 20
		domain_resume 6 5
	done
}

# The daemon or the domain ends under a waiting program.
test_wait_ends() {
	local pid
	dom0 wait none --domain 5 > "$tmp/waited" 2>&1 &
	pid=$!
	wait_for 20 watching "$pid"
	domain_destroy 5
	wait "$pid"
	is "$?:$(< "$tmp/waited")" "1:vm-data: no domain '5'" \
		"$GROUND: wait ends with its domain"
	dom0 wait none > "$tmp/waited" 2>&1 &
	pid=$!
	wait_for 20 watching "$pid"
	kill -KILL "$STORE_PID"
	{ wait "$STORE_PID"; } 2> "$tmp/err"
	wait "$pid"
	is "$?" 4 "$GROUND: wait ends with the store"
	like "$(< "$tmp/waited")" "connection is gone$|Broken pipe$|Connection reset" \
		"$GROUND: and says so"
}

test_populate() {
	local before
	populate 'vm-data/a/b=1\nFIST/x=y\nvm-data/a=2\r\n'
	is "$(nodes 5)" 'vm-data = ""   (n5)
vm-data/a = "2"   (n5)
vm-data/a/b = "1"   (n5)' "$GROUND: populate: every node is the guest's, nobody else's"
	is "$(xs0 exists /local/domain/5/FIST; echo $?)" 1 "$GROUND: populate: nothing else"
	ok "$GROUND: the guest may write there" xsg 5 write vm-data/mine 1
	populate 'vm-data/new=1\n'
	is "$(dom0 list --domain 5)" new "$GROUND: populate replaces all, what the guest wrote too"
	vm_data_live 5 live=1
	populate 'vm-data/new=1\n'
	is "$(nodes 5)" 'vm-data = ""   (n5)
vm-data/new = "1"   (n5)' "$GROUND: populate after set_xenstore_data: permissions as at boot"
	jq -n '{"vm-data/j": "a\nb", "other": 1}' | dom0 populate --domain vm5 -
	is "$(guest get j)" $'a\nb' "$GROUND: populate: JSON from standard input"
	domain_new 6 "$TOOLSTACK"
	before=$(dom0 export --domain 5)
	jq 'with_entries(.key |= "vm-data/" + .)' <<< "$before" | dom0 populate --domain 6 -
	is "$(dom0 export --domain 6)" "$before" "$GROUND: an export can be made a map"
	domain_destroy 6
	before=$(nodes 5)
	printf 'vm-data/ok=1\nvm-data/a b=1\nvm-data/big=%02049d\nvm-data/c\n' 0 > "$tmp/map"
	run dom0 populate --domain 5 "$tmp/map"
	is "$RC" 2 "$GROUND: a map with problems is refused"
	is "$(cut -d : -f 3- <<< "$ERR")" \
		" line 2: 'vm-data/a b': a key has A-Z a-z 0-9 - _ @ and single slashes inside
 line 3: 'vm-data/big': a value of 2049 bytes, at most 2048 are allowed
 line 4: 'vm-data/c': no '=' in the line" "$GROUND: with all of them"
	refuses 2 "line 1: not JSON: " "JSON that is none" \
		dom0 populate --domain 5 - <<< '{"vm-data/x": }'
	seq -f 'vm-data/%03g=v' 0 995 > "$tmp/map"
	refuses 2 "997 nodes and the [0-9]+ that the domain owns elsewhere are more than" \
		"the domain's quota" dom0 populate --domain 5 "$tmp/map"
	refuses 2 "cannot read '$tmp/none': No such file" "no such file" \
		dom0 populate --domain 5 "$tmp/none"
	refuses 2 "standard input: nothing in it is below vm-data/, as in vm-data/hostname=web1; nothing was changed" \
		"keys without the prefix" dom0 populate --domain 5 - <<< 'hostname=web1'
	refuses 2 "nothing in it is below vm-data/" "JSON keys without the prefix" \
		dom0 populate --domain 5 - <<< '{"hostname": "web1"}'
	is "$(nodes 5)" "$before" "$GROUND: what was refused has changed nothing"
	run dom0 populate --domain 5 --verbose - <<< $'FIST/a=b\nvm-data/x=1\nvm-data=2'
	is "$RC:$(grep -c 'ignored$' <<< "$ERR")" 0:2 "$GROUND: --verbose tells what is ignored"
	run dom0 populate --domain 5 - <<< $'FIST/a=b\nvm-data/x=1\nvm-data=2'
	is "$RC:$ERR" 0: "$GROUND: else it is silent"
	run dom0 populate --domain 5 - < /dev/null
	is "$RC:$ERR:$(nodes 5)" '0::vm-data = ""   (n5)' "$GROUND: an empty map empties it"
}

# The largest that is allowed: written by dom0, read by the guest.
test_limits() {
	local key value
	printf -v value '%02048d' 0
	printf -v key '%0996d' 0
	printf 'vm-data/%s=%s\n' "$key" "$value" | dom0 populate --domain 5 -
	is "$(guest get "$key")" "$value" "$GROUND: a key of 996 and a value of 2048 bytes"
	is "$(guest list)" "$key" "$GROUND: which is listed"
	printf -v key 'a/%.0s' {1..497}
	printf 'vm-data/%sb=1\n' "$key" | dom0 populate --domain 5 -
	is "$(guest get "${key}b"):$(guest list)" "1:${key}b" "$GROUND: a key of 498 levels"
	seq -f 'vm-data/%03g=v' 0 899 > "$tmp/map"
	dom0 populate --domain 5 "$tmp/map"
	is "$(guest export | jq -r 'to_entries | length')" 900 \
		"$GROUND: 900 keys, more than a guest's transaction reads"
	printf -v key '%02041d' 0
	misuses "bad key '000" "a key that no daemon takes" guest get "$key"
}

# Maps change under a reader: it sees the one or the other, never a mixture.
test_snapshot() {
	local torn=0 seen='' text writer
	seq -f 'vm-data/k%g=old' 12 > "$tmp/old"
	seq -f 'vm-data/k%g=new' 12 > "$tmp/new"
	dom0 populate --domain 5 "$tmp/old"
	for _ in {1..15}; do
		dom0 populate --domain 5 "$tmp/new"
		dom0 populate --domain 5 "$tmp/old"
	done &
	writer=$!
	while :; do
		text=$(guest export | jq -r '"\(length) \([.[]] | unique | join("+"))"')
		case $text in
		'12 old' | '12 new') seen=$text ;;
		*) torn=$((torn + 1)); diag "torn: $text" ;;
		esac
		kill -0 "$writer" 2> "$tmp/err" || break
	done
	wait "$writer"
	is "$torn:${seen%% *}" 0:12 "$GROUND: a reader sees one map or the other"
}

test_no_store() {
	XENSTORED_PATH=$tmp/none refuses 4 "^vm-data: no xenstore: " "no store" "$V" get foo
	XENSTORED_PATH=/dev/null refuses 4 "cannot read 'vm-data/foo'" "something else there" \
		"$V" get foo
	XENSTORED_PATH=$tmp/none refuses 4 "no xenstore" "no store to populate" \
		"$V" populate --domain 5 "$tmp/map"
}

# Guests' values on a terminal: no control characters but with --raw.
test_terminal() {
	populate 'vm-data/x=\033[2J\303\251\n'
	is "$(XENSTORED_PATH=$DOM0_SOCK script -qec "$V get --domain 5 x" /dev/null < /dev/null |
		tr -d '\r')" '\x1b[2Jé' "$GROUND: a terminal gets no control characters"
	is "$(XENSTORED_PATH=$DOM0_SOCK script -qec "$V get --raw --domain 5 x" /dev/null \
		< /dev/null)" $'\033[2Jé' "$GROUND: but with --raw"
	ok "$GROUND: a full disk is told" full_disk
}

# A value that is itself a request to the store must never get there, whichever descriptors
# are closed: the next to be opened would be the connection.
test_closed() {
	local before header='\x0b\x00\x00\x00\x07\x00\x00\x00\x00\x00\x00\x00\x1e\x00\x00\x00'
	populate 'vm-data/a=1\n'
	xsg 5 write vm-data/k "$header/local/domain/0/OWNED\x00by-guest"
	is "$(dom0 get --raw k --domain 5 | wc -c)" 46 "$GROUND: (a value that is a request)"
	before=$(xs0 ls -f /)
	dom0 get k --domain 5 2> "$tmp/err" >&-
	is "$?:$(< "$tmp/err")" \
		"6:vm-data: cannot write to standard output: Bad file descriptor" \
		"$GROUND: get with stdout closed"
	dom0 export --format=json --domain 5 >&- 2>&-
	is $? 6 "$GROUND: export with stdout and stderr closed"
	dom0 get k --domain 5 <&- >&- 2>&-
	is $? 6 "$GROUND: get with all three closed"
	dom0 get $'\x0b' --domain 5 2>&-
	is $? 2 "$GROUND: a usage error with stderr closed"
	dom0 get none --domain 5 2>&-
	is $? 1 "$GROUND: an absent key with stderr closed"
	is "$(dom0 get a --domain 5 2>&-)" 1 "$GROUND: get with stderr closed"
	is "$(dom0 get a --domain 5 <&-)" 1 "$GROUND: get with stdin closed"
	is "$(xs0 ls -f /)" "$before" "$GROUND: and nothing in the store has changed"
	dom0 populate --domain 5 - <&- 2> "$tmp/err"
	is "$?:$(< "$tmp/err")" "2:vm-data: cannot read 'standard input': Bad file descriptor" \
		"$GROUND: populate from a closed stdin"
	is "$(guest list)" $'a\nk' "$GROUND: which keeps what there was"
}

# A directory of which oxenstored cannot send the names; C xenstored can, but lets a guest
# make none.
test_overlong() {
	local i args=() name
	printf -v name '%080d' 0
	for i in {100..199}; do args+=("/local/domain/5/data/d/$i$name" v); done
	if [ "$STORE" = O ]; then xsg 5 write "${args[@]}"; else xs0 write "${args[@]}"; fi
	run populate 'vm-data/a=1\n'
	if [ "$STORE" = C ]; then
		is "$RC:$ERR" 0: "$GROUND: populate beside a long directory"
	else
		is "$RC:$ERR" "6:vm-data: cannot list '/local/domain/5/data/d':\
 more names than the store can send at once" "$GROUND: populate names the directory"
	fi
	xs0 rm /local/domain/5/data/d
	args=("${args[@]//data/vm-data}")
	if [ "$STORE" = O ]; then xsg 5 write "${args[@]}"; else xs0 write "${args[@]}"; fi
	if [ "$STORE" = C ]; then
		is "$(dom0 list --domain 5 d | wc -l)" 100 "$GROUND: list of a long directory"
	else
		refuses 6 "^vm-data: cannot list '/local/domain/5/vm-data/d': more names than" \
			"list names the directory" dom0 list --domain 5
		refuses 6 "cannot list '/local/domain/5/vm-data/d': more names than" \
			"so does export" dom0 export --domain 5 d
	fi
	ok "$GROUND: populate makes an end of it" populate 'vm-data/a=1\n'
	gives 0 $'a\n' "and it can be listed" dom0 list --domain 5
}

full_disk() {
	guest get x > /dev/full 2> "$tmp/err"
	[ $? = 6 ] && grep -q 'No space left on device$' "$tmp/err"
}

body() {
	domain_new 5 "$TOOLSTACK"
	guest_bus 5
	if [ "$TOOLSTACK" = libxl ]; then
		refuses 1 "no 'vm-data' in this domain" "list without a vm-data" guest list
	else
		gives 0 '' "list of the vm-data of a new domain" guest list
	fi
	test_get
	test_list_export
	test_shell
	test_shell_bytes
	test_env
	test_denied
	test_domains
	test_populate
	test_limits
	test_snapshot
	test_no_store
	test_terminal
	test_closed
	test_overlong
	test_wait
	test_wait_resume
	test_wait_ends
}

test_usage() {
	GROUND=usage
	gives 0 $'vm-data 1.0.0\n' "--version" "$V" --version
	is "$("$V" --help | head -n 1)" "usage: vm-data [--domain ID|NAME] VERB ..." \
		"--help on standard output"
	misuses "no verb" "no verb" "$V"
	misuses "bad verb 'fetch'" "an unknown verb" "$V" fetch x
	misuses "get needs a KEY" "no key" "$V" get
	misuses "bad operand 'y'" "too much" "$V" get x y
	misuses "bad key ''" "an empty key" "$V" get ''
	misuses "bad key '/x'" "an absolute key" "$V" get /x
	misuses "bad prefix '/'" "an absolute prefix" "$V" list /
	misuses "bad key '/'" "a slash" "$V" get /
	misuses "bad key 'a//b'" "an empty part" "$V" get a//b
	misuses "bad key '../name'" "dots" "$V" get ../name
	misuses "bad key 'a\\\\x1b\[m'" "a key with an escape sequence" "$V" get $'a\033[m'
	misuses "bad prefix 'a b'" "a prefix with a space" "$V" list 'a b'
	misuses "bad time-out 'soon': seconds, such as 300 or 2.5" "a time-out in words" "$V" wait x --timeout soon
	misuses "bad time-out '-1'" "a negative time-out" "$V" wait x --timeout -1
	misuses "bad format 'xml': json, shell, env or ini" "an unknown format" "$V" export --format=xml
	misuses "unrecognized option '--colour'" "an unknown option" "$V" get x --colour
	misuses "option '--default' requires an argument" "an option cut short" "$V" get x --default
	misuses "--value is no option of get" "an option of another verb" "$V" get x --value y
	misuses "populate needs --domain" "populate without a domain" "$V" populate x
	misuses "bad domain ''" "an empty domain" "$V" get x --domain ''
}

test_usage
for_each_ground body
done_testing
