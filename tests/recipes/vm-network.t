#!/bin/bash
# vm-network.t - xe-guest-vm-network: what it asks xe-guest-network for, on both daemons; that
# program is played here.  vm-network-real.t has the real one.
# shellcheck disable=SC2317 # the bodies are called by for_each_ground
set -u
# shellcheck source-path=SCRIPTDIR source=../tap.sh
. "$(dirname "$0")/../tap.sh"
need_root
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

cat > "$tmp/bin/xe-guest-network" <<- END
	#!/bin/sh
	for a; do printf '%s|' "\$a"; done >> "$tmp/asked"
	echo >> "$tmp/asked"
	[ ! -e "$tmp/kill" ] || kill -KILL \$PPID
	[ ! -e "$tmp/refuse" ] || { echo "xe-guest-network: no" >&2; exit 1; }
END
chmod +x "$tmp/bin/xe-guest-network"
MAC=00:16:3e:00:00:01

network() { : > "$tmp/asked"; recipe xe-guest-vm-network --state "$tmp/state" "$@"; }
anew() { rm -rf "$tmp/state"; set_keys "$@"; }
# of KEY=VALUE... : the keys of interface 0
of() {
	local pair pairs=()
	for pair in "$@"; do pairs+=("networks/0/$pair"); done
	anew "networks/0/name=Pool-wide network" "networks/0/mac=$MAC" "${pairs[@]}"
}
# asks WANTED NAME [KEY=VALUE...] : of interface 0
asks() {
	of "${@:3}"
	network
	is "$RC:$(< "$tmp/asked")" "0:${1:+apply|--mac|$MAC|$1|}" "$GROUND: $2"
}
# fails ERE NAME KEY=VALUE... : and nothing is asked for
fails() {
	of "${@:3}"
	network
	is "$RC:$(< "$tmp/asked")" "1:" "$GROUND: $2"
	like "$ERR" "^xe-guest-vm-network: vm-data/networks/0/$1" "$GROUND: $2: message"
}

test_kinds() {
	asks '--ipv4|10.0.0.5/24|--gateway|10.0.0.1' "static" \
		type=static ip=10.0.0.5 prefix=24 netmask=255.255.255.0 gateway=10.0.0.1
	asks '--ipv4|10.0.0.5/22' "a netmask alone, and no gateway" \
		type=static ip=10.0.0.5 netmask=255.255.252.0 gateway=
	asks '--ipv4|10.0.0.5/0' "a netmask of nothing" type=static ip=10.0.0.5 netmask=0.0.0.0
	asks '--ipv4|10.0.0.5/32' "a netmask of all" type=static ip=10.0.0.5 netmask=255.255.255.255
	asks '--ipv4|auto' "dhcp" type=dhcp ip= prefix= netmask= gateway=
	asks '--ipv4|auto|--ipv6|fd00::5/64|--gateway6|fe80::1' "both families" \
		type=dhcp type6=static ip6=fd00::5 prefix6=64 gateway6=fe80::1
	asks '--ipv6|auto' "dhcp of IPv6" type6=dhcp
	asks '--ipv4|none|--ipv6|auto' "none beside another" type=none type6=dhcp
	asks '' "none, where nothing was set" type=none type6=none
	asks '' "no types" ip=10.0.0.5
	set_keys foo=bar
	network
	is "$RC:$ERR:$(< "$tmp/asked")" "0::" "$GROUND: no networks"
}

test_again() {
	of type=dhcp
	network
	network
	is "$RC:$(< "$tmp/asked")" "0:" "$GROUND: what was applied is not applied again"
	network --force
	is "$RC:$(< "$tmp/asked")" "0:apply|--mac|$MAC|--ipv4|auto|" "$GROUND: but with --force"
	set_key networks/0/type none
	network
	is "$RC:$(< "$tmp/asked")" "0:apply|--mac|$MAC|--ipv4|none|" "$GROUND: none takes it away"
	network
	is "$RC:$(< "$tmp/asked")" "0:" "$GROUND: once"
	of type=dhcp
	touch "$tmp/refuse"
	network
	is "$RC:$ERR" "1:xe-guest-network: no
xe-guest-vm-network: interface 0 stays as it was" "$GROUND: what cannot be applied"
	rm "$tmp/refuse"
	network
	is "$RC:$(< "$tmp/asked")" "0:apply|--mac|$MAC|--ipv4|auto|" "$GROUND: is tried again"
	of type=static ip=10.0.0.5 prefix=24
	touch "$tmp/kill"
	network 2> "$tmp/killed"
	rm "$tmp/kill"
	is "$RC:$(ls -A "$tmp/state")" "137:" "$GROUND: killed before it is known that it was applied"
	network
	is "$RC:$(< "$tmp/asked")" "0:apply|--mac|$MAC|--ipv4|10.0.0.5/24|" "$GROUND: is applied again"
	anew networks/10/mac=00:16:3e:00:00:0a networks/10/type=dhcp networks/2/mac="$MAC" \
		networks/2/type=static networks/1/mac=00:16:3e:00:00:02 networks/1/type=dhcp networks/x/type=dhcp
	network
	is "$RC:$(sort "$tmp/asked")" "1:apply|--mac|00:16:3e:00:00:02|--ipv4|auto|
apply|--mac|00:16:3e:00:00:0a|--ipv4|auto|" "$GROUND: one that is wrong does not hinder the others"
	like "$ERR" "vm-data/networks/x: not the number of an interface" "$GROUND: nor a name that is none"
}

test_wrong() {
	fails "type: 'bridge' is neither" "another type" type=bridge
	fails "type: it has other characters than a-z" "a type with more" 'type=dhcp --help'
	fails "ip: a static address is missing" "no address" type=static prefix=24
	fails "ip: it has other characters" "an address with an option" 'type=static' 'ip=1.2.3.4 --ipv6 none' prefix=24
	fails "ip: it has other characters" "an address with a command" type=static 'ip=$(touch '"$tmp/hit"')' prefix=24
	fails "ip: it has other characters" "an address of two lines" type=static "ip=1.2.3.4\\n" prefix=24
	fails "prefix: there is neither this nor a netmask" "no prefix" type=static ip=10.0.0.5
	fails "prefix: '33' is no number from 0 to 32" "a prefix too long" type=static ip=10.0.0.5 prefix=33
	fails "prefix: '024' is no number" "a prefix in octal" type=static ip=10.0.0.5 prefix=024
	for mask in 255.0.255.0 255.255.255.1 255.255 255.255.255.0.0 255.255.255.0. 256.0.0.0 .255.255.255; do
		fails "netmask: '$mask' is no netmask" "the netmask $mask" type=static ip=10.0.0.5 "netmask=$mask"
	done
	fails "prefix6: '129' is no" "a prefix too long for IPv6" type6=static ip6=fd00::1 prefix6=129
	fails "prefix6: '' is no" "no prefix of IPv6" type6=static ip6=fd00::1
	fails "gateway: it has other characters" "a gateway of IPv6 for IPv4" type=static ip=10.0.0.5 prefix=8 gateway=fe80::1
	fails "gateway6: it is too long" "a long gateway" type6=static ip6=fd00::1 prefix6=64 \
		"gateway6=$(printf %065d 0)"
	for mac in 00:16:3e '' 00:16:3e:00:00:01:02; do
		anew networks/0/type=dhcp "networks/0/mac=$mac"
		network
		like "$RC:$ERR" "^1:.*vm-data/networks/0/mac: '$mac' is no MAC address$" \
			"$GROUND: the MAC '$mac'"
	done
	anew networks/0/type=dhcp
	network
	like "$RC:$ERR" "^1:.*vm-data/networks/0/mac: '' is no MAC address$" "$GROUND: no MAC"
	ok "$GROUND: no value was a command" test ! -e "$tmp/hit"
	of type=dhcp
	xs0 chmod /local/domain/5/vm-data/networks/0/type n0
	network
	is "$RC:$(< "$tmp/asked")" 1: "$GROUND: a key that may not be read"
	like "$ERR" "Permission denied" "$GROUND: a key that may not be read: message"
}

body() {
	domain_new 5 "$TOOLSTACK"
	guest_bus 5
	test_kinds
	test_again
	test_wrong
	GUEST_SOCK=$tmp/none network
	is "$RC" 1 "$GROUND: no store"
}

test_usage() {
	GROUND=usage GUEST_SOCK=$tmp/none
	recipe xe-guest-vm-network --help
	like "$RC:$(< "$tmp/out")" "^0:usage: xe-guest-vm-network " "--help"
	recipe xe-guest-vm-network --version
	is "$RC:$(< "$tmp/out")" "0:xe-guest-vm-network $("$O/vm-data" --version | cut -d ' ' -f 2)" "--version"
	recipe xe-guest-vm-network --state=state
	is "$RC:$(head -n 1 <<< "$ERR")" "2:xe-guest-vm-network: bad directory 'state': an absolute path is needed" "an option with its value after ="
	recipe xe-guest-vm-network --state=
	is "$RC:$(head -n 1 <<< "$ERR")" "2:xe-guest-vm-network: --state needs a value" "an option with an empty value"
	recipe xe-guest-vm-network now
	is "$RC:$(head -n 1 <<< "$ERR")" "2:xe-guest-vm-network: bad operand 'now'" "an operand"
	recipe xe-guest-vm-network --state state
	is "$RC" 2 "a relative directory"
}

test_usage
for_each_ground body
done_testing
