#!/bin/bash
# networkd.t - xe-guest-network with the real systemd-networkd.
. "$(dirname "$0")/../tap.sh"
need_root
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/scenario.sh"

net=$room/etc/systemd/network
own=$net/00-00-xe-guest-network-eth0.network
cat > "$net/20-wired.network" <<'END'
[Match]
Name=eth*

[Link]
MTUBytes=1400

[Network]
Address=10.9.0.50/24
Gateway=10.9.0.1
Address=fd09::50/64
DNS=10.9.0.53
LLMNR=no
END
mkdir "$net/20-wired.network.d"
printf '[Network]\nDomains=example.org\n' > "$net/20-wired.network.d/dns.conf"
backend=systemd-networkd
config() { (cd "$net" && tail -n +1 -- *.network */*); }
bus_start
networkd_start

scenario

xgn apply --interface eth0 --ipv4 10.9.0.5/24 --gateway 10.9.0.1
is "$(cat /sys/class/net/eth0/mtu 2> /dev/null || ip -o link show eth0 | sed 's/.*mtu \([0-9]*\).*/\1/')" 1400 "the MTU stays"
like "$(cat "$own")" "^DNS=10.9.0.53$" "so does the name server"
like "$(cat "$own")" "^Domains=example.org$" "so does what a drop-in says"
xgn apply --interface eth0 --ipv4 none

vendor=$room/usr/lib/systemd/network/20-wired.network.d
mkdir -p "$vendor"
printf '[Network]\nDomains=vendor.example\n' > "$vendor/dns.conf"
printf '[Network]\nNTP=10.9.0.54\n' > "$vendor/a.conf"
printf '[Network]\nNTP=10.9.0.55\n' > "$vendor/b.conf"
ln -s /dev/null "$net/20-wired.network.d/b.conf"
xgn apply --interface eth0 --ipv4 10.9.0.5/24
is "$(grep -E '^(Domains|NTP)=' "$own")" "NTP=10.9.0.54
Domains=example.org" "of drop-ins of one name the administrator's counts, in the order of their names"
xgn apply --interface eth0 --ipv4 none
rm -r "$vendor" "$net/20-wired.network.d/b.conf"

# A networkd that is slow to begin, as it answers before that: what is said to be done is
# done, also where the addresses stay the same.
networkd=$(pgrep -x systemd-network)
strace -qq -o "$logs/strace" -p "$networkd" -e trace=recvmsg -e inject=recvmsg:delay_exit=50000 &
slow=$!
traced() { grep -q "^TracerPid:.*[1-9]" "/proc/$networkd/status"; }
wait_for 10 traced || bail "networkd cannot be slowed down"
# begun WHAT IPV4 : an address by hand, which goes when networkd begins, outlives a question to it
begun() {
	is "$rc $out" "0 " "a slow networkd: $1"
	ip addr add 10.9.9.9/32 dev eth0
	guest networkctl status eth0 > "$logs/status" 2>&1
	like "$(addresses)" "^$2/24 10.9.9.9/32( |$)" "a slow networkd: it had begun, and $2 is there"
}
xgn apply --interface eth0 --ipv6 auto
begun "IPv6 auto" 10.9.0.50
xgn apply --interface eth0 --ipv4 10.9.0.5/24
begun "another address" 10.9.0.5
xgn apply --mac 00:16:3e:00:00:01 --ipv4 10.9.0.5/24
begun "the same one (and the file gets the MAC)" 10.9.0.5
xgn apply --interface eth0 --ipv4 none --ipv6 none
is "$rc $out" "0 " "a slow networkd: nothing is ours any more"
xgn apply --interface eth0 --ipv4 10.9.0.6/24
is "$rc $out" "0 " "a slow networkd: at once again"
like "$(cat "$own")" "^DNS=10.9.0.53$" "a slow networkd: ours is made of the administrator's"
kill "$slow"
wait "$slow"
xgn apply --interface eth0 --ipv4 none
back "after a slow networkd"

# What networkd says is not believed: it runs as its own user.
printf '[secret]\npassword=x\n' > "$room/etc/secret.network"
cp -a "$room/run/systemd/netif/links" "$room/tmp/links"
for file in /etc/secret.network /etc/systemd/network/../../secret.network; do
	sed -i "s,^NETWORK_FILE=.*,NETWORK_FILE=$file," "$room"/run/systemd/netif/links/*
	xgn apply --interface eth0 --ipv4 10.9.0.5/24
	is "$rc" 3 "networkd's file is said to be $file"
	like "$out" "none of its directories" "which is refused"
done
ok "and nothing of it is copied" [ ! -e "$own" ]
cp -a "$room/tmp/links" "$room/run/systemd/netif/"
back "after what was refused"

# One before 244, whose restart is over before it has done anything; and a program that
# never stops printing.
mkdir "$room/tmp/real"
cp "$room/usr/bin/networkctl" "$room/usr/bin/systemctl" "$room/tmp/real"
cat > "$room/usr/sbin/networkctl" <<'END'
#!/bin/sh
[ "$1" != --version ] || exec yes systemd 240
exec /tmp/real/networkctl "$@"
END
cat > "$room/usr/sbin/systemctl" <<'END'
#!/bin/sh
(sleep 1; /tmp/real/networkctl reload) > /dev/null 2>&1 &
END
chmod +x "$room"/usr/sbin/{networkctl,systemctl}
xgn apply --interface eth0 --ipv4 auto
is "$rc $out" "0 " "DHCP with a networkd that is slow to begin"
like "$(addresses)" "^10.9.0.10[0-9]/24 fd09::50/64$" "it is not taken for done while the old address is there"
xgn apply --interface eth0 --ipv4 none
is "$rc $out" "0 " "given back"
back "a slow networkd"
rm "$room"/usr/sbin/{networkctl,systemctl}

mv "$net/20-wired.network" "$net/00-00-a.network"
mv "$net/20-wired.network.d" "$net/00-00-a.network.d"
guest networkctl reload
ok "a file that sorts before ours" settled "$had"
config_before=$(config)
named() { grep -qs "NETWORK_FILE=/etc/systemd/network/00-00-a.network" "$room"/run/systemd/netif/links/*; }
ok "is what networkd uses" wait_for 10 named
xgn apply --interface eth0 --ipv4 10.9.0.5/24
is "$rc" 3 "is not overridden"
like "$out" "sorts before" "which is said"
back "a file before ours"
done_testing
