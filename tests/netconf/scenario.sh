# shellcheck shell=bash
# shellcheck disable=SC2154 # lib.sh and the test set them
# scenario.sh - sourced after lib.sh: what must hold with every back end.
#
# The administrator's configuration gives eth0 10.9.0.50/24, gateway 10.9.0.1, and
# fd09::50/64.  The test sets
#	$backend   its name
#	config     a function that prints all of the configuration, to be compared
# and calls scenario.

had="10.9.0.50/24 fd09::50/64"
state=$room/var/lib/xe-guest-network/eth0.state

# back WHAT : the administrator's configuration is in force, and nobody can tell
back() {
	ok "$1: the old addresses are there" settled "$had"
	is "$(config)" "$config_before" "$1: the old configuration is there"
	ok "$1: nothing is left to undo" no_undo
	ok "$1: nothing is ours" [ ! -e "$state" ]
}

scenario_static() {
	xgn apply --interface eth0 --mac 00:16:3e:00:00:01 --ipv4 10.9.0.5/24 --gateway 10.9.0.1
	is "$rc $out" "0 " "a static address"
	is "$(addresses)" "10.9.0.5/24 fd09::50/64" "it is there alone; the other family stays"
	is "$(gateway4)" 10.9.0.1 "with its gateway"
	ok "nothing is left to undo" no_undo
	local files
	files=$(config)
	xgn apply --interface eth0 --ipv4 10.9.0.5/24 --gateway 10.9.0.1
	is "$rc $out" "0 " "the same again"
	is "$(config)" "$files" "changes nothing"

	xgn apply --mac 00:16:3E:00:00:01 --ipv6 fd09::5/64 --gateway6 fd09::1
	is "$rc $out" "0 " "IPv6, by the MAC alone"
	is "$(addresses)" "10.9.0.5/24 fd09::5/64" "both are ours, and the only ones"
	is "$(gateway6)" fd09::1 "with the gateway"
	xgn apply --interface eth0 --ipv4 10.9.0.6/25 --ipv6 fd09::6/64 --gateway6 fd09::1
	is "$rc $out" "0 " "both to others at once"
	is "$(addresses)" "10.9.0.6/25 fd09::6/64" "are there"
	is "$(gateway4)" "" "without a gateway where none was asked for"

	xgn apply --interface eth0 --ipv6 none
	is "$rc $out" "0 " "one family is given back"
	ok "it is as it was, the other is still ours" settled "10.9.0.6/25 fd09::50/64"
	xgn apply --interface eth0 --ipv4 none
	is "$rc $out" "0 " "the other, too"
	back "given back"
	xgn apply --interface eth0 --ipv4 none --ipv6 none
	is "$rc $out" "0 " "what is nobody's is given back without ado"
}

scenario_dhcp() {
	dhcp_start
	xgn apply --interface eth0 --ipv4 auto
	is "$rc $out" "0 " "DHCP"
	like "$(addresses)" "^10.9.0.10[0-9]/24 fd09::50/64$" "gives an address in place of the old one"
	xgn apply --interface eth0 --ipv4 10.9.0.7/24
	is "$rc $out" "0 " "from DHCP to a static address"
	ok "it is there alone" settled "10.9.0.7/24 fd09::50/64"
	xgn apply --interface eth0 --ipv4 none
	is "$rc $out" "0 " "and back"
	back "after DHCP"
}

# host V4 V6 : the host's wish, as the agent hands it to the helper that serves it
host() {
	out=$(guest "$O/tests/netconf/order" /run/xe-guest-network/socket eth0 00:16:3e:00:00:01 "$@" 2>&1)
	rc=$?
}

# An address by hand, which a restart of the interface takes away.
untouched() { are "10.9.0.5/24 10.9.9.9/32 fd09::50/64"; }

scenario_host() {
	daemon serve "$O/xe-guest-network" serve --socket /run/xe-guest-network/socket
	wait_for 10 [ -S "$room/run/xe-guest-network/socket" ] || bail "no socket: $(cat "$logs/serve")"
	host none none
	is "$rc $out" "0 0 " "the host: nothing is its"
	back "nothing is the host's"

	xgn apply --interface eth0 --ipv4 10.9.0.5/24
	local files
	files=$(config; cat "$state")
	ip addr add 10.9.9.9/32 dev eth0
	host none none
	is "$rc $out" "0 0 " "the host: the guest decides, at each boot"
	ok "what the guest's own have set stays, and nothing is restarted" untouched
	is "$(config; cat "$state")" "$files" "and no file changes"
	ip addr del 10.9.9.9/32 dev eth0
	xgn apply --mac 00:16:3e:00:00:01 --ipv4 10.9.0.5/24 # (networkd's file has the MAC)
	files=$(config)
	ip addr add 10.9.9.9/32 dev eth0
	host 10.9.0.5/24 keep
	is "$rc $out" "0 0 " "the host: the same address"
	ok "nothing is restarted for it" untouched
	is "$(config)" "$files" "and no configuration changes"
	like "$(cat "$state")" "^ipv4 host static 10.9.0.5/24$" "but that it is the host's now"
	ok "nothing is left to undo" no_undo
	ip addr del 10.9.9.9/32 dev eth0
	host none none
	is "$rc $out" "0 0 " "the host: takes it back"
	back "taken back by the host"
}

# An address that another machine has: found out, told, taken back.
scenario_duplicate() {
	ip -n peer addr add fd09::66/64 dev peer0 nodad
	xgn apply --interface eth0 --ipv4 10.9.0.8/24 --ipv6 fd09::66/64
	is "$rc" 1 "an address that another machine has"
	like "$out" "another machine has the address fd09::66; the old configuration is back$" "is said"
	back "refused"
}

scenario_wrong() {
	local status words
	while read -r status words; do
		# shellcheck disable=SC2086 # words are several
		xgn $words
		is "$rc" "$status" "refused: $words"
	done <<- 'END'
		2 apply --interface eth0
		2 apply --ipv4 10.9.0.5/24
		2 apply --interface eth0 --ipv4 10.9.0.5
		2 apply --interface eth0 --ipv4 10.9.0.5/0
		2 apply --interface eth0 --ipv4 10.9.0.5/33
		2 apply --interface eth0 --ipv4 auto --gateway 10.9.0.1
		2 apply --interface ../eth0 --ipv4 auto
		2 apply --interface eth0 --mac 00:16:3e:00:00 --ipv4 auto
		2 probe --ipv4 auto
		1 apply --interface eth0 --ipv4 10.9.0.0/24
		1 apply --interface eth0 --ipv4 127.0.0.1/8
		1 apply --interface eth0 --ipv4 224.0.0.5/24
		1 apply --interface eth0 --ipv4 10.9.0.5/24 --gateway 10.8.0.1
		1 apply --interface eth0 --ipv6 ff02::1/64
		1 apply --interface eth0 --ipv6 fd09::5/64 --gateway6 fd08::1
		1 apply --interface eth7 --ipv4 auto
		1 apply --interface eth0 --mac 00:16:3e:00:00:02 --ipv4 auto
		1 apply --mac 00:16:3e:00:00:02 --ipv4 auto
	END
	back "after what was refused"
}

# killed CALL N : kill -9 at the Nth CALL of the main process; false when it came to its end
killed() {
	guest strace -qq -o "/tmp/strace" -e trace="$1" -e inject="$1:signal=KILL:when=$2" \
		"$O/xe-guest-network" apply --interface eth0 --ipv4 10.9.0.9/24 > /dev/null 2>&1
	[ $? = 137 ]
}

# Wherever it is killed, the next run puts back what there was.
scenario_kill() {
	local call n
	for call in renameat unlinkat clone; do
		for ((n = 1; n < 30; n++)); do
			killed "$call" "$n" || break
			xgn repair
			is "$rc" 0 "killed at $call $n: repaired"
			is "$(find "$room/etc" -xdev -name .xe-guest-network.new)" "" "killed at $call $n: no file is left over"
			if grep -q . "$state" 2> /dev/null && no_undo; then
				# it was done but for the last words: as good as not killed
				ok "killed at $call $n: all of the new one is there" settled "10.9.0.9/24 fd09::50/64"
				xgn apply --interface eth0 --ipv4 none
			fi
			back "killed at $call $n"
		done
		ok "killed at each $call" [ "$n" -gt 1 ]
		xgn apply --interface eth0 --ipv4 none
	done
	back "after the kills"
}

scenario_read_only() {
	guest mount --bind /etc /etc && guest mount -o remount,bind,ro /etc
	guest mount --bind /var /var && guest mount -o remount,bind,ro /var
	xgn apply --interface eth0 --ipv4 10.9.0.5/24
	is "$rc" 1 "read-only: refused"
	like "$out" "read-only" "read-only: is said"
	guest umount /var
	guest umount /etc
	back "read-only"
}

# over_to_networkd WHAT : the administrator lets it configure eth0, and so does the next change
networkd_has_it() { xgn probe; [ "$out" = "eth0	systemd-networkd" ]; }
over_to_networkd() {
	printf '[Match]\nName=eth0\n[Network]\nAddress=10.9.0.50/24\n' > "$room/etc/systemd/network/20-wired.network"
	networkd_start
	ok "$1" wait_for 20 networkd_has_it
	xgn apply --interface eth0 --ipv4 10.9.0.6/24
	is "$rc $out" "0 " "another address, from networkd"
	ok "is there alone" settled 10.9.0.6/24
}

scenario() {
	config_before=$(config)
	settled "$had" || bail "the administrator's addresses: $(addresses)"
	xgn probe
	is "$rc $out" "0 eth0	$backend" "probe names $backend"
	scenario_static
	scenario_dhcp
	scenario_duplicate
	scenario_wrong
	scenario_host
	scenario_read_only
	scenario_kill
}
