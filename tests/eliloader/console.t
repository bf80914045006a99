#!/bin/bash
# console.t - what a guest's console shows of a transfer: started as libxl starts it, on a
# pseudo-terminal, with a slow server: a bar with rate and time left; elsewhere plain lines.
. "$(dirname "$0")/../tap.sh"
# shellcheck source=tests/eliloader/lib.sh
. "$(dirname "$0")/lib.sh"

# on_terminal CMD... : its stdin, stdout and stderr are a terminal; what that shows goes to
# our stdout
on_terminal() {
	timeout 60 python3 -c '
import os, pty, sys
sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))' "$@" < /dev/null
}
# start_on_terminal NAME KEY=VALUE... : as xl_start
start_on_terminal() {
	local words

	xl_words "$@"
	xl_name=$1
	mkdir -m 600 "$dir/out/$1.d"
	install -m 600 /dev/null "$dir/out/$1.out"
	on_terminal "$O/eliloader" --config "$dir/eliloader.conf" --domain "$1" "${words[@]}" > "$dir/said"
}
# bars : each state of the line, without what clears the rest of it
bars() { tr '\r' '\n' < "$dir/said" | sed 's/\x1b\[K$//' | grep '^\['; }
# whole NAME : the pair is what the server has
whole() {
	same "$(xl_result kernel)" "$pair/vmlinuz" "$1: the kernel"
	same "$(xl_result ramdisk)" "$pair/initrd.img" "$1: the ramdisk"
}

eli_dir
echo "cache = off" >> "$dir/eliloader.conf"
tree_el7 "$dir/www/el7"
pair=$dir/www/el7/images/pxeboot
head -c 1500000 /dev/urandom > "$pair/initrd.img"
treeinfo "$dir/www/el7" CentOS 7 images/pxeboot/vmlinuz images/pxeboot/initrd.img
# 2.5 s, a piece each second; the time left is said from the first on
serve "$dir/www" "limit_rate 600k;"
# shellcheck disable=SC2154 # set by serve
keys=("install-repository=$www/el7/" install-distro=rhlike)

ok "a start on a terminal" start_on_terminal bar "${keys[@]}"
whole "on a terminal"
like "$(bars)" '^\[=* +\] +[1-9][0-9]?% of 1\.5 MB, [0-9]+\.[0-9] MB/s, 0:0[0-9] left$' \
	"a bar with rate and time left"
ok "of several states ($(bars | wc -l))" test "$(bars | wc -l)" -ge 3
is "$(bars | sed 's/^.*\] *\([0-9]*\)%.*/\1/' | sort -nc 2>&1)" "" "that only grows"
like "$(bars | tail -n 1)" '^\[=+\] 100% of 1\.5 MB, [0-9]+\.[0-9] MB/s$' "up to its end"
is "$(bars | awk 'length($0) > 79')" "" "none is longer than the console's line"
like "$(tail -n 1 "$dir/said")" '^eliloader: ' "what is said next is on a line of its own"
[ "$tap_bad" = 0 ] || diag "$(cat -v "$dir/said")"

ok "a start whose console is no terminal" xl_start lines "${keys[@]}"
whole "no terminal"
like "$(cat "$dir/said")" '^100% of 1\.5 MB, [0-9]+\.[0-9] MB/s$' "plain lines"
is "$(tr -d '\n[:print:]' < "$dir/said" | wc -c)" 0 "and nothing that only a terminal understands"
ok "no bar" eval '! grep -q "^\[" "$dir/said"'
[ "$tap_bad" = 0 ] || diag "$(cat -v "$dir/said")"
done_testing
