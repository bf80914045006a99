# shellcheck shell=bash
# shellcheck disable=SC2034 # what is set here is for the tests to use
# check.sh - sourced by tests of eliloader-check after tests/tap.sh: a place for files,
# and `check KEY=VALUE... -- FILE...`, which sets OUT and RC: a line per message and the exit
# status as wire_client has them, but DONE's text is not in quotes, and an end of the worker
# that is none of the bad ones is not told.  FILEs are opened for reading, or with "rw:"
# before, made and opened for both.
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
O=${O:-build}
case $O in /*) ;; *) O=$top/$O ;; esac
MIB=$((1024 * 1024))
need_root # the worker's room needs it to be entered
tmp=$(mktemp -d "${TMPDIR:-/tmp}/xpt.check.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM HUP

check() {
	local word options=(--timeout=60 "${check_options[@]}")

	declare -A key=()

	while [ "$1" != -- ]; do
		key[${1%%=*}]=${1#*=} # the last of a key counts
		shift
	done
	for word in "${!key[@]}"; do printf '%s = "%s"\n' "$word" "${key[$word]}"; done |
		LC_ALL=C sort > check.job
	for word in "${@:2}"; do
		case $word in
		rw:*)
			: > "${word#rw:}"
			options+=(--rwfd="${word#rw:}")
			;;
		*) options+=(--fd="$word") ;;
		esac
	done
	OUT=$(timeout 90 "$O/tests/eliloader/wire_client" "${options[@]}" "$O/eliloader-check" check.job 2>&1)
	RC=$?
	OUT=$(sed -E 's/^(done [a-z]+ )"(.*)"$/\1\2/; /^exit [01]$/d' <<< "$OUT")
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
