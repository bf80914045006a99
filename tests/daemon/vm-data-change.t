#!/bin/bash
# vm-data-change.t - what vm-data's set, rm, watch and --base64 do in a guest and in dom0, on
# both daemons and with both trees, and what they say when they may not.
# shellcheck disable=SC2317 # the bodies are called by for_each_ground
set -u
# shellcheck source-path=SCRIPTDIR source=../tap.sh
. "$(dirname "$0")/../tap.sh"
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=vm-data.sh
. "$(dirname "$0")/vm-data.sh"

perms() { xs0 ls -fp "/local/domain/5" | sed -n "s|^/local/domain/5/vm-data/$1 = .*  *(\\(.*\\))\$|\\1|p"; }

test_set() {
	populate 'vm-data/foo=old\nvm-data/dir/x=1\n'
	gives 0 '' "set, in the guest" guest set foo bar
	gives 0 $'bar\n' "which get gives" dom0 get foo --domain 5
	gives 0 '' "set vm-data/KEY/" guest set vm-data/new/deep/ "a b  'c' \"d\" \$e \\"
	gives 0 $'a b  \'c\' "d" $e \\\n' "as it was given" guest get new/deep
	gives 0 '' "set to nothing" guest set foo ''
	gives 0 $'\n' "and it is empty" guest get foo
	gives 0 '' "a value that begins with -" guest set -- foo -5
	gives 0 $'-5\n' "as it was given" guest get foo
	printf 'a\0b\n\377' | guest set bytes -
	is "$? $(guest get --raw bytes | od -An -tx1)" '0  61 00 62 0a ff' \
		"$GROUND: set - takes bytes as they are"
	gives 0 '' "set a directory's own value" guest set dir 2
	gives 0 $'1\n' "which keeps what is below it" guest get dir/x
	gives 0 '' "set in dom0" dom0 --domain vm5 set by/dom0 1
	gives 0 '' "set in dom0 over what is there" dom0 --domain 5 set foo 2
	is "$(perms foo) $(perms by) $(perms by/dom0)" "n5 n5 n5" \
		"$GROUND: set in dom0 keeps permissions, and a new key has its directory's"
	gives 0 $'1\n' "so the guest reads it" guest get by/dom0
	gives 0 '' "and may write it" guest set by/dom0 mine
	refuses 1 "no domain '9'$" "set: no such domain" dom0 set x 1 --domain 9
	is "$(xs0 exists /local/domain/9; echo $?)" 1 "$GROUND: and none is made"
}

test_rm() {
	populate 'vm-data/a=1\nvm-data/d/x=1\nvm-data/d/y/z=1\nvm-data/k=1\n'
	gives 0 '' "rm, in the guest" guest rm a
	gives 0 '' "rm of a directory" guest rm d/
	gives 0 $'k\n' "takes all below it" guest list
	refuses 1 "no 'vm-data/a' in this domain$" "rm of what is not there" guest rm a
	gives 0 '' "rm in dom0" dom0 rm --domain 5 vm-data/k
	gives 0 '' "and nothing is left" guest list
	guest set d/e/x 1
	gives 0 '' "rm of the last key of a directory" guest rm d/e/x
	gives 0 $'d/e\n' "leaves the directory, a key without a value" guest list
	gives 0 '' "which goes as any" guest rm d
	refuses 1 "no 'vm-data/k' in /local/domain/5$" "rm in dom0 of what is not there" \
		dom0 rm --domain 5 k
	refuses 1 "no domain '9'$" "rm: no such domain" dom0 rm x --domain 9
}

# What a guest may not do, and why: it is told.
test_read_only() {
	populate 'vm-data/a=1\n'
	vm_data_live 5 live=1 # under XAPI the map is another from here on, and the toolstack's
	[ "$TOOLSTACK" = xenopsd ] || { xs0 rm /local/domain/5/vm-data; vm_data_live 5 live=1; }
	refuses 3 "^vm-data: cannot set 'live': vm-data is read-only for this guest, as under xl, and\
 under XAPI .*; in dom0: vm-data --domain 5 set live VALUE$" "set where the host has changed it" \
		guest set live 2
	refuses 3 "cannot set 'sub/new': vm-data is read-only .*set sub/new VALUE$" \
		"a new key there" guest set sub/new 2
	refuses 3 "cannot remove 'live': vm-data is read-only .*; in dom0: vm-data --domain 5 rm live$" \
		"rm there" guest rm live
	gives 0 $'1\n' "and it is as it was" guest get live
	gives 0 '' "what it says is what helps" dom0 --domain 5 set live 2
	gives 0 '' "also for a new key" dom0 --domain 5 set sub/new 2
	is "$(perms live) $(perms sub/new)" "n0,r5 n0,r5" "$GROUND: permissions stay the toolstack's"
	gives 0 $'2\n' "the guest reads it" guest get sub/new
	gives 0 '' "and rm there" dom0 --domain 5 rm sub
	xs0 rm /local/domain/5/vm-data
	refuses 3 "cannot set 'a': this guest has no vm-data and may make none, as under xl; in dom0:\
 vm-data --domain 5 set a VALUE$" "set without a vm-data" guest set a 1
	refuses 1 "no 'vm-data/a' in this domain$" "rm without a vm-data" guest rm a
	gives 0 '' "dom0 makes it" dom0 --domain 5 set a 1
	gives 0 $'1\n' "for the guest to read" guest get a
	populate 'vm-data/open=1\n'
	xs0 write /local/domain/5/vm-data/kept 1
	xs0 chmod /local/domain/5/vm-data/kept n0 r5
	refuses 3 "cannot set 'kept': the toolstack has kept the key to itself; in dom0" \
		"one key that is the toolstack's" guest set kept 2
	domain_new 9 "$TOOLSTACK"
	refuses 3 "Permission denied" "set in another domain" guest set x 1 --domain 9
	refuses 3 "Permission denied" "rm in another domain" guest rm vm-data/x --domain 9
	domain_destroy 9
}

test_quota() {
	local n=0 key
	populate 'vm-data/a=1\n'
	refuses 2 "cannot set 'a': a value of 2049 bytes; the store takes 2048$" "a value too long" \
		guest set a "$(printf %02049d 0)"
	printf %02015d 0 > "$tmp/long"
	gives 0 '' "2015 bytes" guest set a "$(< "$tmp/long")"
	if [ "$STORE" = C ]; then
		refuses 6 "cannot set 'a': a value of 2016 bytes is too long for this host's store,\
 which takes 2015" "2016 bytes" guest set a "0$(< "$tmp/long")"
	else
		gives 0 '' "2048 bytes" guest set a "$(printf %02048d 0)"
	fi
	refuses 2 "a value of 2052 bytes in base64; the store takes 2048$" "too long in base64" \
		guest set a --base64 "$(printf %01537d 0)"
	refuses 2 "cannot read the value from standard input: it is far too long$" "far too long" \
		eval 'head -c 40000 /dev/zero | guest set a -'
	refuses 2 "cannot read the value from standard input: Bad file" "no standard input" \
		eval 'guest set a - <&-'
	gives 0 $'1\n' "none of which has changed anything" eval 'guest set a 1 && guest get a'
	printf -v key '%0996d' 0
	gives 0 '' "a key of 996 bytes" guest set "$key" 1
	refuses 2 "a key of 997 bytes; the store takes 996 below vm-data$" "a longer one" \
		guest set "0$key" 1
	# all the nodes that it may own, but for a few
	seq -f 'vm-data/%02g' 0 89 | sed 's|.*|&/0=v\n&/1=v\n&/2=v\n&/3=v\n&/4=v\n&/5=v\n&/6=v\n&/7=v|' |
		dom0 populate --domain 5 -
	while [ "$n" -lt 1000 ] && guest set "more/$((n / 50))/$n" v 2> "$tmp/err"; do
		n=$((n + 1))
	done
	ok "$GROUND: the quota comes after some keys" test "$n" -gt 10 -a "$n" -lt 1000
	refuses 6 "cannot set 'more/[0-9/]*': the domain has as many nodes as it may own \(1000" \
		"and is told" guest set "more/$((n / 50))/$n" v
	gives 0 '' "what it says helps" guest rm 00
	gives 0 '' "and there is room again" guest set "more/$((n / 50))/$n" v
}

test_base64() {
	populate 'vm-data/hi=aGVsbG8=\nvm-data/bare=aGVsbG8\nvm-data/bad=aGVs*bG8=\nvm-data/one=a\n'
	gives 0 $'hello\n' "get --base64" guest get --base64 hi
	gives 0 hello "get --base64 --raw" guest get --base64 --raw hi
	gives 0 $'hello\n' "without its padding" guest get --base64 bare
	gives 0 $'hello\n' "wait --base64" guest wait hi --base64 --timeout 20
	gives 0 $'hello\n' "wait --base64 --value: what is stored" \
		guest wait hi --base64 --value aGVsbG8=
	gives 0 $'x\n' "--default is not decoded" guest get --base64 none --default x
	refuses 6 "^vm-data: 'bad' is not base64: byte 5 of its value" "what is none" \
		guest get --base64 bad
	refuses 6 "'one' is not base64: byte 2 of" "what is cut short" guest get --base64 one
	gives 0 '' "set --base64" guest set --base64 out 'a b'
	gives 0 $'YSBi\n' "encodes" guest get out
	head -c 1400 /dev/urandom > "$tmp/random"
	guest set --base64 random - < "$tmp/random"
	is "$? $(guest get random)" "0 $(base64 -w 0 "$tmp/random")" "$GROUND: as base64(1) does"
	guest get --base64 --raw random | cmp - "$tmp/random"
	is $? 0 "$GROUND: and get --base64 gives it back"
	base64 "$tmp/random" | guest set lines -
	guest get --base64 --raw lines | cmp - "$tmp/random"
	is $? 0 "$GROUND: also from lines"
}

# What Python reads from an INI file.
ini_json() {
	python3 -c 'import configparser, json, sys
c = configparser.ConfigParser(interpolation=None)
c.read_file(sys.stdin)
print(json.dumps({s: dict(c[s]) for s in c.sections()}, sort_keys=True))'
}

test_ini() {
	populate "vm-data/b=1\nvm-data/a/c= \nvm-data/a=2\nvm-data/a/b/c=x=y;z # 'q' %%\nvm-data/a/d=\303\251\nvm-data/a/e=\n"
	refuses 6 "cannot export 'a/c': its value begins or ends with a space$" "a space in INI" \
		guest export --format=ini
	dom0 rm a/c --domain 5
	gives 0 "[vm-data]
a=2
b=1

[vm-data/a]
d=é
e=

[vm-data/a/b]
c=x=y;z # 'q' %
" "export --format=ini" guest export --format=ini
	is "$(guest export --format=ini | ini_json)" '{"vm-data": {"a": "2", "b": "1"},'\
' "vm-data/a": {"d": "\u00e9", "e": ""}, "vm-data/a/b": {"c": "x=y;z # '\''q'\'' %"}}' \
		"$GROUND: Python reads it so"
	gives 0 $'[vm-data/a/b]\nc=x=y;z # \'q\' %\n' "of a prefix" guest export a/b --format=ini
	populate 'vm-data/a/x=1\nvm-data/A/x=2\n'
	refuses 6 "cannot export 'A/x' and 'a/x': their names differ in case only" \
		"names that differ in case" guest export --format=ini
	populate 'vm-data/x=a\\nb\n[evil]\n'
	guest set x $'a\n[evil]\nb=1'
	refuses 6 "cannot export 'x': its value has a control character or more than one line$" \
		"a second line" guest export --format=ini
	populate ''
	gives 0 '' "an empty vm-data in INI" guest export --format=ini
}

# watch_start SOCKET ARGUMENT... : a watch that has told what there is; its lines are in
# $tmp/watch
watch_start() {
	: > "$tmp/watch"
	XENSTORED_PATH=$1 "$V" watch "${@:2}" > "$tmp/watch" 2> "$tmp/watch.err" &
	WATCH=$!
	wait_for 20 has_line ready
}
has_line() { grep -qxF -- "$1" "$tmp/watch"; }
# watch_end STATUS NAME
watch_end() {
	wait "$WATCH"
	is "$?:$(< "$tmp/watch.err")" "$1" "$GROUND: $2 (${V#"$O"/})"
}
# told LINE NAME : it comes
told() { ok "$GROUND: watch: $2 (${V#"$O"/})" wait_for 20 has_line "$1"; }

# what a shell makes of the lines: the last value of KEY, to the byte
read_back() {
	dash -c 'while read -r what key value; do
			[ "$what $key" != "set $1" ] || last=$value
		done
		printf %b "$last"' - "$1" < "$tmp/watch" | od -An -c
}

test_watch() {
	local V
	for V in "${programs[@]}"; do
		populate 'vm-data/a=1\nvm-data/d/x=one two\nvm-data/d/y=\n'
		watch_start "$GUEST_SOCK" --timeout 60
		is "$(< "$tmp/watch")" $'set a 1\nset d/x one two\nset d/y \nready' \
			"$GROUND: watch: first what there is (${V#"$O"/})"
		guest set a 2; told "set a 2" "a change"
		guest set new/key 3; told "set new/key 3" "a new key"
		guest rm d; told "rm d/x" "a removal"; told "rm d/y" "with all below"
		printf ' \\ \t"\n\303\251\0 ' | guest set a -
		told 'set a \0040\\ \0011"\0012\0303\0251\0000\0040' "bytes"
		is "$(read_back a)" "$(printf ' \\ \t"\n\303\251\0 ' | od -An -c)" \
			"$GROUND: which printf %b gives back (${V#"$O"/})"
		populate 'vm-data/a=3\nvm-data/z=1\n'
		told "set z 1" "a new map"; told "rm new/key" "and what went with it"
		kill -TERM "$WATCH"
		watch_end "143:" "watch: ends by a signal"
		is "$(grep -cx 'set a 3' "$tmp/watch")" 1 "$GROUND: watch: no change twice"
	done
}

test_watch_prefix() {
	local V=${programs[0]}
	populate 'vm-data/a/x=1\nvm-data/b=1\n'
	watch_start "$DOM0_SOCK" a --domain 5 --timeout 60
	guest set b 2
	guest set ab 2
	guest set a/y 2
	told "set a/y 2" "of a prefix, in dom0"
	is "$(grep -c b "$tmp/watch")" 0 "$GROUND: watch: nothing beside the prefix"
	populate 'vm-data/b=1\n'
	told "rm a/x" "the prefix is gone"
	populate 'vm-data/a=v\n'
	told "set a v" "the prefix is there again"
	kill -TERM "$WATCH"
	watch_end "143:" "watch: ends by a signal, in dom0"
	gives 5 $'ready\n' "watch of what is not there, --timeout 0" guest watch none --timeout 0
	is "$ERR" "" "$GROUND: and it is no error"
	gives 5 $'set a v\nready\n' "watch --timeout 0.05" guest watch --timeout 0.05
	refuses 1 "no domain '9'" "watch: no such domain" dom0 watch --domain 9
	populate 'vm-data/open=1\n'
	xs0 write /local/domain/5/vm-data/secret s
	xs0 chmod /local/domain/5/vm-data/secret n0
	refuses 3 "'vm-data/secret': Permission denied" "watch of what may not be read" \
		guest watch --timeout 60
	populate 'vm-data/a=1\n'
	XENSTORED_PATH=$GUEST_SOCK "$V" watch --timeout 60 > /dev/full 2> "$tmp/err"
	is "$?:$(< "$tmp/err")" \
		"6:vm-data: cannot write to standard output: No space left on device" \
		"$GROUND: watch with a full disk"
}

# The guest is another domain, whose tree was made anew; the program is told the difference.
test_watch_resume() {
	local V
	for V in "${programs[@]}"; do
		populate 'vm-data/gone=1\n'
		xs0 write /local/domain/5/vm-data/gone 1
		watch_start "$GUEST_SOCK" --timeout 60
		domain_resume 5 6
		xs0 write /local/domain/6/vm-data/later 1
		told "set later 1" "in a resumed guest"
		domain_checkpoint 6
		xs0 write /local/domain/6/vm-data/later 2
		told "set later 2" "and after a checkpoint"
		kill -TERM "$WATCH"
		watch_end "143:" "watch: after a resume"
		domain_resume 6 5
	done
}

test_watch_ends() {
	watch_start "$DOM0_SOCK" --domain 5 --timeout 60
	domain_destroy 5
	watch_end "1:vm-data: no domain '5'" "watch ends with its domain"
	watch_start "$DOM0_SOCK" --timeout 60
	kill -KILL "$STORE_PID"
	wait "$WATCH" 2> "$tmp/err"
	is $? 4 "$GROUND: watch ends with the store"
}

test_dom0() {
	xs0 write /local/domain/0/domid 0
	refuses 2 "^vm-data: in dom0, name a guest with --domain, or dom0 itself with --domain 0$" \
		"set in dom0 without --domain" dom0 set own 1
	refuses 2 "in dom0, name a guest with --domain" "rm in dom0 without --domain" dom0 rm own
	gives 0 '' "set of dom0's own, when it is meant" dom0 set own 1 --domain 0
	gives 0 $'1\n' "is done" dom0 get own
}

# Somebody who may not open the device.
test_user() {
	: > "$tmp/xenbus"
	chmod 600 "$tmp/xenbus"
	chmod 755 "$tmp"
	XENSTORED_PATH=$tmp/xenbus refuses 3 "^vm-data: xenstore is not open to this user, but to\
 root; NON-ROOT USERS in vm-data\(1\) says how an administrator may let a group in$" \
		"another user" setpriv --reuid 65534 --regid 65534 --clear-groups \
		"$tmp/vm-data" get foo
}

body() {
	domain_new 5 "$TOOLSTACK"
	guest_bus 5
	test_set
	test_rm
	test_read_only
	test_quota
	test_base64
	test_ini
	test_watch
	test_watch_prefix
	test_watch_resume
	test_dom0
	test_watch_ends
}

test_usage() {
	GROUND=usage
	misuses "set needs a KEY$" "set of nothing" "$V" set
	misuses "set needs a VALUE, or - for the standard input$" "set without a value" "$V" set a
	misuses "bad operand 'c'" "set of too much" "$V" set a b c
	misuses "set needs a KEY below vm-data$" "set of vm-data" "$V" set vm-data x
	misuses "rm needs a KEY below vm-data$" "rm of vm-data" "$V" rm vm-data/
	misuses "rm needs a KEY$" "rm of nothing" "$V" rm
	misuses "bad key '/x'" "an absolute key" "$V" set /x 1
	misuses "bad key 'a b': parts of A-Z a-z 0-9 - _ @ with single slashes between, 2040 bytes at most$" \
		"a key with a space" "$V" rm 'a b'
	misuses "bad key 'x{80}'...: parts of .*, 2040 bytes at most$" "a key too long" \
		"$V" set "$(printf %02041d 0 | tr 0 x)" v
	misuses "--base64 is no option of list" "list --base64" "$V" list --base64
	misuses "--raw is no option of set" "set --raw" "$V" set a b --raw
	misuses "bad prefix '/'" "watch of an absolute prefix" "$V" watch /
	cp "$V" "$tmp/vm-data"
	test_user
}

test_usage
for_each_ground body
done_testing
