#!/bin/bash
# ifupdown.t - xe-guest-network with Debian's real ifupdown.
. "$(dirname "$0")/../tap.sh"
need_root
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/scenario.sh"

ifupdown_install
net=$room/etc/network
cat > "$net/interfaces" <<'END'
# The loopback network interface
auto lo
iface lo inet loopback
source /etc/network/interfaces.d/*
source-directory /run/network/interfaces.d

iface eth0 inet6 static
	address fd09::50/64
	dad-attempts 60
END
cat > "$net/interfaces.d/50-wired" <<'END'
auto eth0
iface eth0 inet static
	# the office
	address 10.9.0.50/24
	gateway \
		10.9.0.1
	mtu 1400
	dns-nameservers 10.9.0.53
	up echo up >> /tmp/commands
	pre-up ! [ -e /tmp/fail ] || ! grep -q "xe-guest-network eth0 begin" /etc/network/interfaces || ! echo no such luck
	down [ ! -e /tmp/edit ] || echo "# by a command" >> /etc/network/interfaces.d/50-wired
END
# what cloud images have: others' interfaces in /run
mkdir "$room/run/network/interfaces.d" "$net/interfaces.d/old"
echo "iface eth7 inet dhcp" > "$room/run/network/interfaces.d/eth7"
backend=ifupdown
config() { (cd "$net" && cat interfaces interfaces.d/[!o]*); }
guest ifup lo eth0

scenario

xgn apply --interface eth0 --ipv4 10.9.0.5/24 --gateway 10.9.0.1
is "$(cat "$room/sys/class/net/eth0/mtu")" 1400 "the MTU stays"
like "$(cat "$net/interfaces")" "^	dns-nameservers 10.9.0.53$" "so does the name server"
before=$(wc -l < "$room/tmp/commands")
guest ifdown eth0 2> /dev/null
guest ifup eth0
is "$(addresses)" "10.9.0.5/24 fd09::50/64" "ifupdown by itself, as at a boot, sets what we have set"
is "$(wc -l < "$room/tmp/commands")" $((before + 1)) "and runs the administrator's commands"
printf '# a note of the administrator\n' >> "$net/interfaces.d/50-wired"
xgn apply --interface eth0 --ipv4 none
ok "given back" settled "$had"
is "$(config)" "$config_before
# a note of the administrator" "with what was changed since"

advertisements() { (cd /proc/sys/net/ipv6/conf/eth0 && cat autoconf accept_ra | xargs); }
listens=$(advertisements)
xgn apply --interface eth0 --ipv6 fd09::5/64
is "$(advertisements)" "0 0" "with a static IPv6 address no advertisements are listened to"
xgn apply --interface eth0 --ipv6 auto
like "$(advertisements)" "^1 [12]$" "with auto they are"
xgn apply --interface eth0 --ipv6 none
is "$(advertisements)" "$listens" "and given back, as an interface has it at a boot"

config_before=$(config)
touch "$room/tmp/fail"
guest env --ignore-signal=CHLD "$O/xe-guest-network" apply --interface eth0 --ipv4 10.9.0.5/24 > "$logs/fail" 2>&1
is $? 1 "started with SIGCHLD ignored: a program that fails"
like "$(cat "$logs/fail")" "ifup failed with status 1.*no such luck.*the old configuration is back$" "is found out"
rm "$room/tmp/fail"
back "after a failure"

# The third write and all later ones fail: of two files one is new, and cannot be put back.
guest env ASAN_OPTIONS=detect_leaks=0 strace -qq -o /tmp/strace -e trace=renameat -e inject=renameat:error=EIO:when=3+ \
	"$O/xe-guest-network" apply --interface eth0 --ipv4 10.9.0.5/24 > "$logs/half" 2>&1
is $? 1 "a disk that fails half way"
like "$(cat "$logs/half")" "old files could not be restored" "is said"
up() { ip link show dev eth0 up | grep -q . && [ "$(gateway4)" = 10.9.0.1 ]; }
ok "the interface is up all the same" up
guest env ASAN_OPTIONS=detect_leaks=0 strace -qq -o /tmp/strace -e trace=renameat -e inject=renameat:error=EIO \
	"$O/xe-guest-network" repair > "$logs/half" 2>&1
is $? 1 "nor can it be repaired"
ok "and is up" up
xgn repair
is "$rc" 0 "repaired when the disk works again"
back "after the disk's failure"

killed renameat 3
like "$(config)" "xe-guest-network eth0 begin" "killed in the midst of its files"
echo "# another note" >> "$net/interfaces.d/50-wired"
xgn repair
is "$rc" 0 "repaired"
like "$out" "50-wired was changed by somebody else" "what the administrator changed since is said"
config_before="$config_before
# another note"
back "and stays"

touch "$room/tmp/edit"
xgn apply --interface eth0 --ipv4 10.9.0.5/24
rm "$room/tmp/edit"
is "$rc" 1 "a file that changes under our hands"
like "$out" "somebody else has just changed .*50-wired; the old configuration is back$" "is said"
config_before="$config_before
# by a command"
back "is left alone"

mv "$net/interfaces.d/50-wired" "$room/etc/elsewhere"
ln -s /etc/elsewhere "$net/interfaces.d/50-wired"
xgn apply --interface eth0 --ipv4 10.9.0.5/24
is "$rc" 1 "a file that is a symbolic link"
like "$out" "50-wired: a part of it is a symbolic link" "is said"
rm "$net/interfaces.d/50-wired"
mv "$room/etc/elsewhere" "$net/interfaces.d/50-wired"
back "is not followed"
mv "$room/var/lib/xe-guest-network" "$room/var/lib/elsewhere"
ln -s elsewhere "$room/var/lib/xe-guest-network"
xgn apply --interface eth0 --ipv4 10.9.0.5/24
is "$rc" 1 "a directory of ours that is a symbolic link"
like "$out" "/var/lib/xe-guest-network/.* a part of it is a symbolic link" "is said"
is "$(ls -A "$room/var/lib/elsewhere")" "" "and nothing is written there"
rm "$room/var/lib/xe-guest-network"

xgn apply --interface eth0 --ipv4 10.9.0.5/24
guest ifdown eth0 2> /dev/null
mv "$net/interfaces" "$net/interfaces.save"
bus_start
over_to_networkd "the administrator goes over to networkd"
done_testing
