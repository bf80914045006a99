# shellcheck shell=bash
# shellcheck disable=SC2034 # what is set here is for the tests to use
# net.sh - sourced first by tests of eliloader-net, after tests/tap.sh: runs the test again in
# namespaces of its own, where nothing it starts or writes outlives it, and gives it
# $dir (a tmpfs), the servers of servers.sh and
#
#	fetch URL [KEY=VALUE...]	has the worker fetch the pair vmlinuz, initrd.img below URL;
#				what it said is $dir/said, the files $dir/out/kernel and
#				ramdisk.  CLIENT=(...): further options of wire_client
#	said REGEX		does a line of that match?
#	result			the word after "done"
#	same_pair ROOT NAME	both files are those below ROOT
need_root
if [ -z "${NET_IN_NAMESPACES:-}" ]; then
	exec unshare --mount --net --pid --fork --kill-child --mount-proc --propagation private \
		env NET_IN_NAMESPACES=1 "$0" "$@"
fi
trap 'exit 143' INT TERM HUP # the first process of a namespace ignores them else
mount -t tmpfs tmpfs /run
mount -t tmpfs -o mode=755 tmpfs /mnt
ip link set lo up
dir=/mnt
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
O=${O:-build}
case $O in /*) ;; *) O=$top/$O ;; esac
# shellcheck source=tests/eliloader/servers.sh
. "$top/tests/eliloader/servers.sh"
CLIENT=()
mkdir "$dir/out" "$dir/www"

# job FILE URL KEY=VALUE... : short time-outs, small limits; the last of a key counts
job() {
	local file=$1 url=$2 word
	declare -A key=([url]=$url [candidate/00/kernel]=vmlinuz [candidate/00/ramdisk]=initrd.img
		[candidate/00/media]=1 [limit/kernel]=100000000 [limit/ramdisk]=100000000
		[connect-timeout]=3 [stall-timeout]=2 [tries]=3)

	shift 2
	for word; do key[${word%%=*}]=${word#*=}; done
	for word in "${!key[@]}"; do printf '%s = "%s"\n' "$word" "${key[$word]}"; done |
		LC_ALL=C sort > "$file"
}

fetch() {
	job "$dir/job" "$@"
	rm -f "$dir/out"/*
	timeout -k 5 "${FETCH_LIMIT:-60}" "$O/tests/eliloader/wire_client" --out="$dir/out" \
		${CLIENT[@]+"${CLIENT[@]}"} "$O/eliloader-net" "$dir/job" > "$dir/said" 2>&1
	fetch_status=$?
	[ "$(result)" = ok ]
}
result() { sed -n 's/^done \([a-z]*\) .*/\1/p' "$dir/said"; }
said() { grep -qE -- "$1" "$dir/said"; }

# has NAME REGEX : a test of what was said
has() {
	if said "$2"; then pass "$1"; else fail "$1"; diag "$(cat "$dir/said")"; fi
}

same_pair() {
	if cmp -s "$1/vmlinuz" "$dir/out/kernel" && cmp -s "$1/initrd.img" "$dir/out/ramdisk"; then
		pass "$2"
	else
		fail "$2"
		diag "$(cat "$dir/said")"
	fi
}

# fetched NAME ROOT URL [KEY=VALUE...] : the pair comes, byte for byte
fetched() {
	local name=$1 root=$2

	shift 2
	fetch "$@"
	same_pair "$root" "$name"
}

# refused NAME RESULT REGEX URL [KEY=VALUE...] : no pair comes, and the sentence says why
refused() {
	local name=$1 want=$2 regex=$3

	shift 3
	fetch "$@"
	if [ "$(result)" = "$want" ] && grep -qE "^done $want \".*($regex)" "$dir/said"; then
		pass "$name"
	else
		fail "$name"
		diag "wanted: done $want /$regex/"
		diag "$(cat "$dir/said")"
	fi
}

# pair_new DIR [KERNEL-BYTES RAMDISK-BYTES]
pair_new() {
	mkdir -p "$1"
	head -c "${2:-300000}" /dev/urandom > "$1/vmlinuz"
	head -c "${3:-2000000}" /dev/urandom > "$1/initrd.img"
}
