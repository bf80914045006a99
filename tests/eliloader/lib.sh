# shellcheck shell=bash
# shellcheck disable=SC2034 # what is set here is for the tests to use
# lib.sh - sourced first by tests of whole starts of eliloader, after tests/tap.sh.
#
# The test runs again in namespaces of its own: a network with only loopback, so that ports
# cannot clash, and a mount namespace with an empty /run, so that /var/run/xend/boot is
# the test's own.
#
#	. "$(dirname "$0")/../tap.sh"
#	. "$(dirname "$0")/lib.sh"
#	eli_dir			# sets $dir (removed at the end) and $dir/eliloader.conf
#	tree_debian "$dir/www/debian"
#	serve "$dir/www"	# see servers.sh
#	xl_start vm1 install-repository=$www/debian/ install-distro=debianlike ...
#	is "$(xl_result args)" "console=hvc0" "the arguments"
#
# xl_start NAME KEY=VALUE...   as libxl calls: --output and so on, each word by --set;
#                      EXTRA=(...): further words.  Its console is $dir/said
# xl_result kernel|ramdisk|args    from that answer
# xapi_boot UUID [WORD...]     as xenopsd calls, on the server of xapi.sh; answer in
#                      $dir/answer, stderr in $dir/said
# xapi_result kernel|ramdisk|args
# start_tree TREE NAME  xl_start of $www/TREE/ as rhlike
# new_uuid             sets $uuid, of a VM that is to be made
# xl_toolstack, xapi_toolstack     what the toolstack does then: takes and unlinks
# eli WORD...          eliloader with the test's configuration
need_root
if [ -z "${ELI_IN_NAMESPACES:-}" ]; then
	exec unshare --mount --net --propagation private env ELI_IN_NAMESPACES=1 "$0" "$@"
fi
mount -t tmpfs tmpfs /run
ip link set lo up
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
O=${O:-build}
case $O in /*) ;; *) O=$top/$O ;; esac
# shellcheck source=tests/eliloader/trees.sh
. "$top/tests/eliloader/trees.sh"
# shellcheck source=tests/eliloader/servers.sh
. "$top/tests/eliloader/servers.sh"
EXTRA=()
next_uuid=0

eli_dir() {
	dir=$(mktemp -d "${TMPDIR:-/tmp}/eli.XXXXXX")
	chmod 755 "$dir" # nginx's workers read below it
	trap 'eli_cleanup' EXIT
	trap 'trap "" INT TERM HUP; exit 130' INT TERM HUP
	mkdir "$dir/www" "$dir/installer" "$dir/out"
	cat > "$dir/eliloader.conf" <<- END
		state-directory = $dir/state
		cache-directory = $dir/cache
		guest-installer-directory = $dir/installer
		worker-user = nobody
		pygrub = $top/build/xen/usr/lib/xen-4.17/bin/pygrub
		grub-fstest = $top/build/xen/usr/bin/grub-fstest
		connect-timeout = 5
		stall-timeout = 5
		fetch-tries = 2
	END
	truncate -s 4M "$dir/disk.img"
	kernel_small "$dir/kernel" && kernel_file=$dir/kernel
}
eli_cleanup() {
	trap '' INT TERM HUP
	[ -z "${XAPI_PID:-}" ] || xapi_stop
	servers_stop
	rm -rf "$dir"
}

eli() { timeout 60 "$O/eliloader" --config "$dir/eliloader.conf" "$@"; }

# requests REGEX : how many files below such a path were given out
requests() { grep -cE "\"GET $1[^\"]*\" 200" "$dir/nginx.$http_port/access.log"; }

# xl_words NAME KEY=VALUE... : the words of libxl, in its order
xl_words() {
	local name=$1 word

	shift
	words=(--args=console=hvc0 "--output=$dir/out/$name.out" --output-format=simple0
		"--output-directory=$dir/out/$name.d")
	for word; do words+=(--set "$word"); done
	words+=("${EXTRA[@]}" "${DISK:-$dir/disk.img}")
}

xl_start() {
	local words

	xl_words "$@"
	xl_name=$1
	[ -d "$dir/out/$1.d" ] || mkdir -m 600 "$dir/out/$1.d"
	install -m 600 /dev/null "$dir/out/$1.out"
	eli --domain "$1" "${words[@]}" > "$dir/said" 2>&1
}
start_tree() { xl_start "$2" "install-repository=$www/$1/" install-distro=rhlike; }
xl_result() { tr '\0' '\n' < "$dir/out/$xl_name.out" | sed -n "s/^$1 //p"; }
xl_toolstack() { rm -rf "$dir/out/$xl_name.out" "$dir/out/$xl_name.d"; }

new_uuid() {
	next_uuid=$((next_uuid + 1))
	uuid=$(printf '6d2f9a3e-1111-4222-8333-%012d' "$next_uuid")
}
xapi_boot() {
	local uuid=$1

	shift
	eli --xapi-socket "$XAPI_SOCKET" -q --vm "$uuid" "$@" "${DISK:-$dir/disk.img}" \
		> "$dir/answer" 2> "$dir/said" < /dev/null
}
xapi_result() { sed -n "s/^$1 //p" "$dir/answer"; }
xapi_toolstack() {
	local file

	for file in $(xapi_result kernel) $(xapi_result ramdisk); do rm "$file" || return; done
}
boot_files() { find /run/xend "$dir/out" -type f ! -name '*.out' 2> /dev/null | wc -l; }
# xapi_nothing_left [PREFIX], xapi_untouched [PREFIX] : tests, after starts under xapi
xapi_nothing_left() {
	is "$(xapi_sessions)" 0 "${1:-}no session is left"
	is "$(boot_files)" 0 "${1:-}no file is left"
}
xapi_untouched() {
	ok "${1:-}nothing was written" test -z "$(xapi_methods | grep -E 'remove|add|set')"
	xapi_nothing_left "$@"
}

# same FILE FILE NAME
same() { ok "$3" cmp -s "$1" "$2"; }
