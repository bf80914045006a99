#!/bin/bash
# xe-guest-agent's configuration, names, hot-plug flags, health and suspend time-out, against
# both real store daemons and both toolstacks' trees, in network and UTS namespaces of its own.
. "$(dirname "$0")/../tap.sh"
AGENT_SPACES=--uts
. "$(dirname "$0")/agent.sh"
conf=$root/etc/xe-guest-agent.conf
freeze=$root/sys/power/pm_freeze_timeout
ip link add eth0 type veth peer name eth1
ip link set eth0 up && ip link set eth1 up
ip addr add 10.0.0.1/24 dev eth0
ip addr add 10.1.0.1/24 dev eth1
ip addr add 10.1.9.9/24 dev eth1

# A guest's /proc, /sys and /etc; the host name is the kernel's own
make_root() {
	local i
	rm -rf "${root:?}"/*
	mkdir -p "$root"/{proc/sys/kernel,etc/xe-guest-agent.conf.d,sys/hypervisor,sys/power}
	echo xen > "$root/sys/hypervisor/type"
	echo 6.1.0-lab > "$root/proc/sys/kernel/osrelease"
	ln -s /proc/sys/kernel/hostname "$root/proc/sys/kernel/hostname"
	printf 'MemTotal:  262144 kB\nMemAvailable:  131072 kB\n' > "$root/proc/meminfo"
	printf 'ID=debian\nPRETTY_NAME="Debian GNU/Linux 12"\n' > "$root/etc/os-release"
	echo 'xe-guest-agent:x:64321:64321::/:/usr/sbin/nologin' > "$root/etc/passwd"
	mkdir -p "$root/sys/bus/xen/drivers/vbd"
	echo 20000 > "$freeze"
	for i in 0 1; do
		mkdir -p "$root/sys/class/net/eth$i/device"
		echo "device/vif/$i" > "$root/sys/class/net/eth$i/device/nodename"
	done
}

name_host() { echo "$1" > /proc/sys/kernel/hostname; }
has() { [ "$(xs0 read "/local/domain/$1" 2> /dev/null)" = "$2" ]; }
lacks() { ! xs0 exists "/local/domain/$1" 2> /dev/null; }
is_like() { xs0 read "/local/domain/$1" 2> /dev/null | grep -qE "$2"; }
agent_start() {
	XENSTORED_PATH=$(guest_sock "$1") "$agent" --root "$root" 2> "$root/log" &
	agent_pid=$!
	at_exit "kill -KILL $agent_pid 2>/dev/null"
	wait_for 10 has "$1/data/updated" 1
}
agent_stop() { kill -TERM "$agent_pid"; wait "$agent_pid"; }
service=data/service/xe-guest-agent
xapi() { XENSTORED_PATH=$DOM0_SOCK "$O/guest-metrics" --json 5 | jq -c "$1"; }
requests() { guest_count 5 requests; }

# XenServer until 6.5 watches data/updated, and not attr
test_old_host() {
	client_open old "$DOM0_SOCK"
	client old watch /local/domain/5/data/updated t > /dev/null
	client old event > /dev/null
	ip addr add 10.0.0.77/24 dev eth0
	like "$(client old event)" data/updated "$GROUND: XenServer 6.5 hears of a new address"
	ok "$GROUND: and it is there" has 5/attr/vif/0/ipv4/1 10.0.0.77
	ip addr del 10.0.0.77/24 dev eth0
	like "$(client old event)" data/updated "$GROUND: it hears that the address is lost"
	ok "$GROUND: and it is not there" lacks 5/attr/vif/0/ipv4/1
	name_host db2.example.org
	like "$(client old event)" data/updated "$GROUND: and of a new name"
	client_close old
}

test_names() {
	make_root
	name_host web.example.org
	ok "$GROUND: the agent starts" agent_start 5
	ok "$GROUND: the host name without its domain" has 5/data/host_name_dns web
	ok "$GROUND: the domain" has 5/data/domain example.org
	like "$(xs0 read "/local/domain/5/$service/version")" '^[1-9][0-9]*\.[0-9]+\.[0-9]+-[0-9]+$' "$GROUND: the agent's version"
	ok "$GROUND: its health" has "5/$service/health" ok
	ok "$GROUND: disks can be plugged" has 5/feature/hotplug/vbd 1
	ok "$GROUND: without a driver no word of interfaces" lacks 5/feature/hotplug/vif
	like "$(xapi .)" '"web\.example\.org"' "$GROUND: the name as XAPI puts it together"

	# a toolstack watches attr, and not data/host_name_dns
	client_open toolstack "$DOM0_SOCK"
	client toolstack watch /local/domain/5/attr t > /dev/null
	client toolstack event > /dev/null # a watch fires at first
	guest_ctl 5 reset
	guest_ctl 5 log "$STORE_DIR/requests"
	name_host db.example.org
	ok "$GROUND: a new host name is told at once" wait_for 5 has 5/data/host_name_dns db
	is "$(awk '$3 == "WRITE" {print $4, $5}' "$STORE_DIR/requests" | paste -sd' ')/$(guest_count 5 RM)" \
		"OK data/host_name_dns OK attr/PVAddons/Installed OK data/updated/0" "$GROUND: and nothing but that is written, and keys that are watched"
	like "$(client toolstack event)" attr/PVAddons/Installed "$GROUND: so the host looks"
	client_close toolstack
	test_old_host
	name_host db
	ok "$GROUND: one without a domain, after the pause" wait_for 5 lacks 5/data/domain
	printf '127.0.1.1 db.hosts.example db\n' > "$root/etc/hosts"
	kill -HUP "$agent_pid"
	ok "$GROUND: the domain of /etc/hosts" wait_for 5 has 5/data/domain hosts.example
	name_host localhost
	ok "$GROUND: localhost is no name" wait_for 5 lacks 5/data/host_name_dns
	ok "$GROUND: and has no domain" lacks 5/data/domain
	is "$(cat "$freeze")" 300000 "$GROUND: suspend may take 300 s"
	agent_stop
	is "$(cat "$freeze")" 20000 "$GROUND: and 20 s again at the end"
}

test_config() {
	make_root
	name_host web
	printf 'memory = off\nfoo = 1\nexclude-interface = eth0\n' > "$conf"
	echo 'exclude-prefix = 10.1.9.0/24' > "$conf.d/50-more.conf"
	ok "$GROUND: starts with a configuration that has an error" agent_start 5
	ok "$GROUND: health says where" wait_for 5 is_like "5/$service/health" \
		"^bad configuration: /etc/xe-guest-agent.conf:2: no such key: 'foo = 1'$"
	ok "$GROUND: so does the log" grep -q '/etc/xe-guest-agent.conf:2: no such key' "$root/log"
	ok "$GROUND: what is off is not there" lacks 5/data/meminfo_total
	ok "$GROUND: an excluded interface is not there" lacks 5/attr/vif/0
	ok "$GROUND: the other one is" has 5/attr/vif/1/ipv4/0 10.1.0.1
	ok "$GROUND: but not its excluded address" lacks 5/attr/vif/1/ipv4/1
	echo 'hot-plug = off' > "$conf"
	kill -HUP "$agent_pid"
	ok "$GROUND: a mended file is taken at SIGHUP" wait_for 5 has "5/$service/health" ok
	ok "$GROUND: what is on again is there" has 5/data/meminfo_total 262144
	ok "$GROUND: the interface that was excluded, too" has 5/attr/vif/0/ipv4/0 10.0.0.1
	ok "$GROUND: what is off goes" lacks 5/feature/hotplug/vbd
	guest_ctl 5 reset
	chmod 0 "$conf.d/50-more.conf"
	kill -HUP "$agent_pid"
	ok "$GROUND: a file that cannot be read any more is told" wait_for 5 is_like "5/$service/health" 'Permission denied'
	ok "$GROUND: and what it excludes stays so" lacks 5/attr/vif/1/ipv4/1
	agent_stop
}

# What each switch takes away (the addresses' that of old hosts, too)
switches() {
	cat <<- END
		addresses attr/vif/0/ipv4/0
		memory data/meminfo_free
		os data/os_name
		drivers drivers/0
		volumes data/volumes/0/name
		host-name data/host_name_dns
		balloon control/feature-balloon
		hot-plug feature/hotplug/vbd
		legacy-keys attr/eth0/ip
	END
}
all_but() {
	local path
	while read -r path; do
		[ "$path" = "$1" ] || [ "$1 $path" = "attr/vif/0/ipv4/0 attr/eth0/ip" ] ||
			! lacks "5/$path" || return 1
	done <<< "$expected"
}

test_switches() {
	local key path expected
	make_root
	rm -f "$conf"
	name_host web
	mkdir -p "$root"/sys/{block/xvda/device,bus/xen/drivers/vbd/vbd-51712} \
		"$root"/run/udev/data "$root"/sys/devices/system/xen_memory/xen_memory0/info
	echo 202:0 > "$root/sys/block/xvda/dev"
	echo 2048 > "$root/sys/block/xvda/size"
	echo device/vbd/51712 > "$root/sys/block/xvda/device/nodename"
	echo E:ID_FS_TYPE=xfs > "$root/run/udev/data/b202:0"
	echo 262144 | tee "$root"/sys/devices/system/xen_memory/xen_memory0/{target_kb,info/current_kb} > /dev/null
	expected=$(switches | awk '{print $2}' | if [ "$TOOLSTACK" = libxl ]; then grep -v ^control; else cat; fi)
	ok "$GROUND: the agent starts without a configuration" agent_start 5
	ok "$GROUND: all is told" wait_for 5 all_but
	while read -r key path; do
		echo "$key = off" > "$conf"
		kill -HUP "$agent_pid"
		ok "$GROUND: $key = off at SIGHUP takes $path away" wait_for 5 lacks "5/$path"
		ok "$GROUND: and nothing else" wait_for 5 all_but "$path"
		: > "$conf"
		kill -HUP "$agent_pid"
		ok "$GROUND: and it comes back" wait_for 5 all_but
	done < <(switches)
	printf 'include-interface = eth1\n' > "$conf"
	kill -HUP "$agent_pid"
	ok "$GROUND: include-interface" wait_for 5 lacks 5/attr/vif/0
	printf 'include-prefix = 10.1.9.0/24\n' > "$conf"
	kill -HUP "$agent_pid"
	ok "$GROUND: include-prefix" wait_for 5 has 5/attr/vif/1/ipv4/0 10.1.9.9
	printf 'memory-interval = 5\n' > "$conf"
	kill -HUP "$agent_pid"
	ok "$GROUND: no list is none again" wait_for 5 has 5/attr/vif/1/ipv4/0 10.1.0.1
	if [ "$GROUND" = O/xenopsd ]; then # it takes 5 s
		guest_ctl 5 reset
		sed -i 's/131072/100000/' "$root/proc/meminfo"
		ok "$GROUND: memory-interval" wait_for 30 has 5/data/meminfo_free 100000
		is "$(guest_count 5 WRITE)" 1 "$GROUND: no host is told to look for it"
	fi
	printf 'suspend-timeout = off\n' > "$conf"
	kill -HUP "$agent_pid"
	ok "$GROUND: suspend-timeout" wait_for 5 grep -qx 20000 "$freeze"
	agent_stop
	echo 'volumes = off' > "$conf"
	ok "$GROUND: starts without volumes" agent_start 5
	ok "$GROUND: and takes them away" wait_for 5 lacks 5/data/volumes
	echo 'static-addresses = on' > "$conf"
	kill -HUP "$agent_pid"
	ok "$GROUND: what takes a restart is told" wait_for 5 eval '[ "$(grep -cE ".(volumes|static-addresses). is on after a restart" "$root/log")" = 2 ]'
	ok "$GROUND: they are not back" lacks 5/data/volumes
	agent_stop
}

test_check_config() {
	local out
	make_root
	is "$("$agent" --root "$root" --check-config 2>&1; echo $?)" 0 "no configuration is a good one"
	printf 'memory = off\nfoo = 1\nuser = 1\n' > "$conf"
	echo 'os = perhaps' > "$conf.d/a.conf"
	out=$("$agent" --root "$root" --check-config 2>&1)
	is $? 2 "a bad one ends with 2"
	is "$(grep -cE 'xe-guest-agent.conf(:2|:3|.d/a.conf:1): ' <<< "$out")" 3 "and all errors are told"
}

test_first_values() {
	local out
	make_root
	rm "$root/etc/os-release"
	mkfifo "$root/etc/os-release"
	printf 'MemTotal:  262144 kB\nMemAvailable:  1000 kB\n' > "$root/proc/meminfo"
	out=$(timeout 60 "$agent" --dry-run --root "$root" 2> /dev/null)
	is $? 0 "an os-release that is a FIFO is not waited for"
	like "$out" '^data/os_distro = "linux"$' "and says nothing"
	like "$out" '^data/meminfo_free = "1000"$' "memory of which hardly any is free is told as it is"
}

body() {
	domain_new 5 "$TOOLSTACK"
	domain_vif 5 0 00:16:3e:00:00:01
	domain_vif 5 1 00:16:3e:00:00:02
	guest_bus 5
	test_names
	test_config
	test_switches
	domain_destroy 5
}
test_check_config
test_first_values
for_each_ground body
done_testing
