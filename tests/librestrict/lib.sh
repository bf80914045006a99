# shellcheck shell=bash
# lib.sh - sourced by tests of libxenrestrict after tests/tap.sh.
#
# tap_of NAME CMD...   run a program that prints TAP: each of its lines is one of ours
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
O=${O:-build}
case $O in /*) ;; *) O=$top/$O ;; esac
export ASAN_OPTIONS=${ASAN_OPTIONS:-}${ASAN_OPTIONS:+:}verify_asan_link_order=0

tap_of() {
	local name=$1 out line rest planned=no
	shift
	out=$(timeout -k 5 120 "$@" 2>&1)
	local status=$?
	while IFS= read -r line; do
		rest=${line#*ok * - }
		case $line in
		"ok "*) pass "$name: $rest" ;;
		"not ok "*) fail "$name: $rest" ;;
		1..*) planned=yes ;;
		*) diag "${line#\# }" ;;
		esac
	done <<< "$out"
	is "$planned $([ $status -le 1 ] && echo ended || echo "status $status")" "yes ended" "$name: to the end"
}
