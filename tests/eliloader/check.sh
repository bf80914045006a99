# shellcheck shell=bash
# shellcheck disable=SC2034 # what is set here is for the tests to use
# check.sh - sourced by tests of eliloader-check after tests/tap.sh: a place for files,
# and `check KEY=VALUE... -- FILE...`, which sets OUT (a line per message) and RC.
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
O=${O:-build}
case $O in /*) ;; *) O=$top/$O ;; esac
MIB=$((1024 * 1024))
tmp=$(mktemp -d "${TMPDIR:-/tmp}/xpt.check.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM HUP

if [ "$(id -u)" != 0 ]; then # the worker's room needs root to be entered
	echo "1..0 # SKIP not root"
	exit 0
fi

check() {
	OUT=$(timeout 60 "$O/tests/eliloader/check-run" "${check_options[@]}" "$O/eliloader-check" "$@" 2>&1)
	RC=$?
}
check_options=()

# le32 NUMBER : its four bytes
le32() {
	local i n=$1
	for i in 0 8 16 24; do
		# shellcheck disable=SC2059 # the format is the byte
		printf "\\x$(printf %02x $((n >> i & 255)))"
	done
}

# patch FILE OFFSET : bytes of stdin over those there
patch() { dd of="$1" bs=64K oflag=seek_bytes seek="$2" conv=notrunc status=none; }

# peek FILE OFFSET LENGTH : an unsigned little-endian number
peek() { od -An -v -tu"$3" -j "$2" -N "$3" "$1" | tr -d ' '; }
