#!/bin/bash
# xe-guest-agent without its rights: who it is, what it is refused, and that all it does goes
# on; the unit; and the static program where there is nothing but itself.
. "$(dirname "$0")/../tap.sh"
AGENT_SPACES=--mount
. "$(dirname "$0")/agent.sh"
at_exit "umount -q '$root'"
ip link add eth0 type veth peer name peer0
ip link set eth0 addrgenmode none
ip link set peer0 up
ip link set eth0 up
ip addr add 10.0.0.1/24 dev eth0
unset NOTIFY_SOCKET JOURNAL_STREAM

# make_root DIR : what the agent reads
make_root() {
	mkdir -p "$1"/{proc/sys/kernel,etc,sys/hypervisor,sys/class/net/eth0/device}
	echo xen > "$1/sys/hypervisor/type"
	echo 6.1.0-lab > "$1/proc/sys/kernel/osrelease"
	cp /proc/meminfo "$1/proc/meminfo"
	printf 'ID=debian\nVERSION_ID="12"\n' > "$1/etc/os-release"
	echo device/vif/0 > "$1/sys/class/net/eth0/device/nodename"
}
quiet() { "$@" > /dev/null; }
has() { [ "$(xs0 read "/local/domain/$1" 2> /dev/null)" = "$2" ]; }

# agent_start DOMID [VARIABLE=VALUE...] : until it has published
agent_start() {
	: > "$STORE_DIR/log"
	env XENSTORED_PATH="$(guest_sock "$1")" "${@:2}" "$agent" --verbose --root "$root" 2> "$STORE_DIR/log" &
	agent_pid=$!
	at_exit "kill -KILL $agent_pid 2> /dev/null"
	wait_for 10 grep -q 'published everything' "$STORE_DIR/log" && has "$1/attr/vif/0/ipv4/0" 10.0.0.1
}
agent_stop() { kill -TERM "$agent_pid"; wait "$agent_pid"; }
# status_of KEY : of all its threads, each value once
status_of() { sed -nE "s/^$1:[[:space:]]*//p" /proc/"$agent_pid"/task/*/status | tr '\t' ' ' | sort -u; }
limit_of() { awk -v n="$1" 'index($0, n) == 1 {print $(NF - 2), $(NF - 1)}' "/proc/$agent_pid/limits"; }

# writable_files : descriptors that something on a disk can be changed by
writable_files() {
	local fd flags path
	for fd in /proc/"$agent_pid"/fd/*; do
		flags=$(sed -n 's/^flags:[[:space:]]*//p' "/proc/$agent_pid/fdinfo/${fd##*/}")
		path=$(readlink "$fd")
		[ "${fd##*/}" -le 2 ] || [ $((flags & 3)) = 0 ] || [ "${path#/}" = "$path" ] || echo "$path"
	done
}

is_confined() {
	local set
	is "$(status_of Uid) $(status_of Gid)" "64321 64321 64321 64321 64322 64322 64322 64322" \
		"its user's ids, all four"
	is "$(status_of Groups)" "" "no groups"
	for set in Inh Prm Eff Bnd Amb; do
		is "$(status_of Cap$set)" 0000000000000000 "no capability: Cap$set"
	done
	is "$(status_of NoNewPrivs) $(status_of Seccomp)" "1 2" "no new privileges, a filter"
	is "$(limit_of 'Max core file size')" "0 0" "no core"
	is "$(limit_of 'Max open files')" "64 64" "few descriptors"
	is "$(limit_of 'Max locked memory')" "0 0" "no locked memory"
	is "$(writable_files)" "" "no file that it could write"
	is "$(stat -c %u "/proc/$agent_pid/environ")" 0 "others of its user cannot look into it"
}

goes_on() {
	ip addr add 10.0.0.2/24 dev eth0
	ok "a new address" wait_for 5 has 5/attr/vif/0/ipv4/1 10.0.0.2
	ip addr del 10.0.0.2/24 dev eth0
	ok "goes" wait_for 5 eval '! xs0 exists /local/domain/5/attr/vif/0/ipv4/1'
	domain_resume 5 6
	ok "resumed as another domain" wait_for 5 has 6/attr/vif/0/ipv4/0 10.0.0.1
	echo 'ID=other' > "$root/etc/os-release"
	echo 'exclude-prefix = 10.0.0.0/24' > "$root/etc/xe-guest-agent.conf"
	kill -HUP "$agent_pid"
	ok "SIGHUP reads os-release again" wait_for 5 has 6/data/os_distro other
	ok "and the configuration" wait_for 5 eval '! xs0 exists /local/domain/6/attr/vif/0'
	rm "$root/etc/xe-guest-agent.conf"
	kill -HUP "$agent_pid"
	ok "SIGHUP without one" wait_for 5 has 6/attr/vif/0/ipv4/0 10.0.0.1
	is "$(grep -ciE 'not permitted|denied' "$STORE_DIR/log")" 0 "it asks for nothing that it is refused"
	agent_stop
	is $? 0 "SIGTERM ends it with 0"
}

test_confined() {
	echo 'xe-guest-agent:x:64321:64322::/:/usr/sbin/nologin' > "$root/etc/passwd"
	domain_new 5 xenopsd
	domain_vif 5 0 00:16:3e:00:00:01
	guest_bus 5
	ok "it publishes" agent_start 5
	is_confined
	goes_on
}

test_taken_over() {
	local all=SEALED_ALL=1
	case $O in */san) all=SEALED_NO=1 ;; esac
	echo 'xe-guest-agent:x:64321:64322::/:/usr/sbin/nologin' > "$root/etc/passwd"
	ok "with somebody inside" agent_start 6 LD_PRELOAD="$O/tests/daemon/sealed.so" "$all" \
		ASAN_OPTIONS=verify_asan_link_order=0
	ok "who has tried all" wait_for 5 grep -q '^sealed: all' "$STORE_DIR/log"
	is "$(grep '^NOT REFUSED' "$STORE_DIR/log")" "" "all was refused"
	ok "and was tried" test "$(grep -c '^refused' "$STORE_DIR/log")" -ge 8
	store_gone
}

# the store's end is seen and told
store_gone() {
	guest_bus_stop 6
	wait "$agent_pid"
	is $? 4 "without its store it ends with 4"
	like "$(< "$STORE_DIR/log")" 'xenstore is gone' "and says so"
}

test_users() {
	guest_bus 6
	printf 'xe-guest-agent:x:64321:64322::/:\nother:x:64323:64324::/:\n' > "$root/etc/passwd"
	echo 'user = other' > "$root/etc/xe-guest-agent.conf"
	ok "a configured user" agent_start 6
	is "$(status_of Uid)" "64323 64323 64323 64323" "is the one it runs as"
	agent_stop
	rm "$root"/etc/{passwd,xe-guest-agent.conf}
	ok "without etc/passwd" agent_start 6
	is "$(status_of Uid) $(status_of Gid)" "65534 65534 65534 65534 65534 65534 65534 65534" "it is nobody"
	like "$(< "$STORE_DIR/log")" "cannot run as user 'xe-guest-agent' \(not in etc/passwd\): running as uid 65534" \
		"and says so"
	agent_stop
	# (a user's own copy of the bus is only for root)
	setpriv --reuid 64321 --regid 64322 --clear-groups "$agent" --dry-run --verbose --root "$root" \
		> "$STORE_DIR/out" 2> "$STORE_DIR/log"
	is $? 0 "not root to begin with"
	like "$(< "$STORE_DIR/log")" 'not started as root: staying uid 64321' "stays who it is"
}

# An init system that forgot the capabilities: nothing goes on as root.
test_no_way() {
	XENSTORED_PATH=$(guest_sock 6) setpriv --bounding-set -setuid,-setgid "$agent" --root "$root" \
		2> "$STORE_DIR/log"
	is $? 1 "as root without the right to change users: it ends"
	like "$(< "$STORE_DIR/log")" 'cannot become an unprivileged user .*capabilities setuid and setgid' \
		"and says what is missing"
}

# Nothing but the program: no libc, no /etc/passwd, /var, /run; a root that is read-only.
test_alone() {
	local dir=$root/alone opened
	domain_new 7 xenopsd
	domain_vif 7 0 00:16:3e:00:00:02
	guest_bus 7
	mkdir "$dir" && mount -t tmpfs -o mode=755 alone "$dir"
	at_exit "umount -q -l '$dir'"
	make_root "$dir"
	cp "$O/static/xe-guest-agent" "$dir/agent"
	mkdir "$dir/store"
	mount --bind "$STORE_DIR" "$dir/store"
	at_exit "umount -q -l '$dir/store'"
	mount -o remount,ro "$dir"
	env -i XENSTORED_PATH="/store/$(basename "$(guest_sock 7)")" \
		"$(command -v strace)" -f -qq -e trace=%file -o "$STORE_DIR/trace" \
		"$(command -v chroot)" "$dir" /agent 2> "$STORE_DIR/log" &
	agent_pid=$!
	at_exit "kill -KILL $agent_pid 2> /dev/null"
	ok "static, alone in a read-only root" wait_for 10 has 7/attr/vif/0/ipv4/0 10.0.0.1
	ok "what system it is" has 7/data/os_distro debian
	opened=$(sed -n '/execve("\/agent"/,$p' "$STORE_DIR/trace" | sed '1d' |
		grep -oE '"[^"]*(lib|\.so|locale|nsswitch|nscd|gconv|ld-)[^"]*"' | sort -u)
	is "$opened" '"usr/lib"' "of libc's files none is looked for (usr/lib is a rule of Landlock's)"
	is "$(sed -n '/execve("\/agent"/,$p' "$STORE_DIR/trace" | grep -E 'O_(WRONLY|RDWR|CREAT)' |
		grep -v '"sys/power/pm_freeze_timeout"')" "" "only the suspend time-out is opened for writing"
	kill -TERM "$(pgrep -P "$agent_pid")"
	wait "$agent_pid"
	is $? 0 "SIGTERM ends it"
	[ "$tap_bad" = 0 ] || diag "$(cat "$STORE_DIR/log" "$STORE_DIR/trace")"
}

test_unit() {
	local dir=$root/unit
	mkdir -p "$dir/usr/sbin" "$dir/etc/systemd/system" "$dir/bin"
	sed "s,@SBINDIR@,$O,g; s,$O/xe-guest-agent,/bin/true,; s,^Type=notify,Type=simple," \
		packaging/xe-guest-agent.service > "$dir/xe-guest-agent.service"
	is "$(systemd-analyze verify --man=no "$dir/xe-guest-agent.service" 2>&1)" "" \
		"systemd-analyze verify has nothing to say of the unit"
	ok "systemd-analyze security: at most 2.3" quiet systemd-analyze security --offline=yes --no-pager \
		--threshold=23 "$dir/xe-guest-agent.service"
}

make_root "$root"
store_start C || bail "the store"
test_confined
test_taken_over
test_users
test_no_way
case $O in */san) ;; *) test_alone ;; esac # sanitizers have no static form
store_stop
test_unit
done_testing
