#!/bin/bash
# cli.t - xe-guest-network's options: what is refused, how it says so, and the exit status.
. "$(dirname "$0")/../tap.sh"
need_root
. "$(dirname "$0")/lib.sh"

# wrong MESSAGE ARG... : wrong usage
wrong() {
	local message=$1
	shift
	xgn "$@"
	is "$rc $out" "2 xe-guest-network: $message
Try 'xe-guest-network --help'." "${*:-nothing}"
}
wrong "no verb"
wrong "there is no verb 'aply'" aply
wrong "unexpected argument 'eth0'" probe eth0
wrong "--interface twice" apply --interface eth0 --interface eth0
wrong "--socket is no option of apply" apply --interface eth0 --socket /x
wrong "--ipv4 is no option of serve" serve --ipv4 none
wrong "--interface is no option of probe" probe --interface eth0
wrong "--mac is no option of repair" repair --mac 00:16:3e:00:00:01
wrong "apply needs --interface or --mac" apply --ipv4 auto
wrong "apply needs --ipv4 or --ipv6" apply --interface eth0
wrong "a gateway needs an address: --ipv4" apply --interface eth0 --ipv6 auto --gateway 10.9.0.1
wrong "a gateway goes with an address only" apply --interface eth0 --ipv4 auto --gateway 10.9.0.1
wrong "'10.9.0.1' is no ipv6 address" apply --interface eth0 --ipv6 fd09::5/64 --gateway6 10.9.0.1
for address in 10.9.0.5 10.9.0.5/33 10.9.0.5/ fd09::5/64 '' static; do
	wrong "--ipv4: '$address' is not none, auto or ADDRESS/PREFIX" apply --interface eth0 --ipv4 "$address"
done
for name in '' . -x eth0/../lo 'eth0 ' abcdefghijklmnop; do
	wrong "--interface: '$name' is no interface's name" apply --interface "$name" --ipv4 auto
done
for mac in '' 00:16:3e:00:00:1 00-16-3e-00-00-01 00:00:00:00:00:00 01:16:3e:00:00:01; do
	wrong "--mac: '$mac' is no interface's MAC" apply --interface eth0 --mac "$mac" --ipv4 auto
done

xgn --help
like "$rc $out" "^0 usage: xe-guest-network VERB" "--help"
xgn --version
like "$rc $out" "^0 xe-guest-network [0-9]" "--version"
xgn apply --mac 00:16:3e:00:00:02 --ipv4 auto
is "$rc $out" "1 xe-guest-network: there is no interface with MAC 00:16:3e:00:00:02" "nobody's MAC"
xgn apply --interface eth7 --ipv4 auto
like "$rc $out" "^1 xe-guest-network: eth7: " "no such interface"
xgn apply --interface eth0 --mac 00:16:3e:00:00:02 --ipv4 auto
like "$rc $out" "^1 xe-guest-network: eth0: .*MAC" "an interface with another MAC"
xgn apply --interface eth0 --ipv4 auto
like "$rc $out" "^3 xe-guest-network: eth0: interface eth0 is managed by none of " "nobody configures it"
xgn probe
is "$rc ${out##*$'\n'}" $'3 eth0\t-' "probe says so, too"
xgn serve
is "$rc $out" "1 xe-guest-network: there is no socket of systemd's (LISTEN_FDS): say --socket PATH" "serve without a socket"
xgn repair
is "$rc $out" "0 " "nothing to repair"
cp "$O/xe-guest-network" "$room/tmp/" # where anybody may read
is "$(guest setpriv --reuid=65534 --clear-groups /tmp/xe-guest-network apply --interface eth0 --ipv4 auto 2>&1)" \
	"xe-guest-network: eth0: cannot open /run/xe-guest-network.lock: Permission denied; run it as root" "not as root"

ip link add br0 type bridge
ip link set eth0 master br0
xgn apply --mac 00:16:3e:00:00:01 --ipv4 auto
is "$rc $out" "1 xe-guest-network: eth0, which has MAC 00:16:3e:00:00:01, is a port of br0: \
name the one whose addresses are to be set by --interface" "a bridge's port, by its MAC"
xgn apply --interface br0 --ipv4 auto
like "$rc $out" "^3 xe-guest-network: br0: interface br0 is managed by none of " "the bridge itself"
ip link set eth0 nomaster
xgn apply --mac 00:16:3e:00:00:01 --ipv4 auto
like "$rc $out" "^3 xe-guest-network: eth0: interface eth0 is managed by none of " "which is a port no longer"

# What the kernel would say of a vif; as in a guest whose containers have come before it.
for ((i = 1; i <= 70; i++)); do ip link add "veth$i" type veth peer name "peer$i"; done
ip link add vif9 address 00:16:3e:00:00:09 type veth peer name other9
mount -t tmpfs tmpfs "$room/sys/class/net"
mkdir -p "$room/sys/class/net/vif9/device"
echo device/vif/9 > "$room/sys/class/net/vif9/device/nodename"
xgn apply --mac 00:16:3e:00:00:09 --ipv4 auto
like "$rc $out" "^3 xe-guest-network: vif9: " "a vif is found behind many other interfaces"
xgn probe
is "$rc $(grep -v : <<< "$out" | sed -n '1p;$=')" $'3 vif9\t-\n64' "and comes first"
mkdir -p "$room/sys/class/net/bond9/bonding"
ln -s ../bond9 "$room/sys/class/net/vif9/master"
xgn apply --mac 00:16:3e:00:00:09 --ipv4 auto
like "$rc $out" "^1 xe-guest-network: vif9, .* is a port of bond9: " "a bond's port"
done_testing
