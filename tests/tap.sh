# shellcheck shell=bash
# tap.sh - sourced by shell tests: the Test Anything Protocol.
# ok NAME CMD...; is GOT WANT NAME; like GOT EXTENDED-REGEX NAME; done_testing at the end.
# need_root first where it is needed.
tap_n=0 tap_bad=0

pass() { tap_n=$((tap_n + 1)); echo "ok $tap_n - $1"; }
fail() { tap_n=$((tap_n + 1)); tap_bad=$((tap_bad + 1)); echo "not ok $tap_n - $1"; }
diag() { local line; while IFS= read -r line; do echo "# $line"; done <<< "$*"; }

# ok NAME CMD... : the command must succeed
ok() {
	local name=$1; shift
	if "$@"; then pass "$name"; else fail "$name"; diag "status $?: $*"; fi
}

is() {
	if [ "$1" = "$2" ]; then pass "$3"; else fail "$3"; diag "got:    $1"; diag "wanted: $2"; fi
}

like() {
	if grep -qE -- "$2" <<< "$1"; then pass "$3"; else fail "$3"; diag "got:    $1"; diag "wanted: /$2/"; fi
}

# wait_for SECONDS CMD... : until the command succeeds, at most SECONDS; its last status.
# It is asked soon, then less and less often: most waits are short, and asking takes time.
wait_for() {
	local end=$((SECONDS + $1)) pause=1; shift
	until "$@"; do
		[ $SECONDS -lt $end ] || return 1
		sleep "0.0$pause"
		[ $pause = 8 ] || pause=$((pause * 2))
	done
}

# bail NAME : the rest of this test makes no sense any more
bail() { fail "$1"; echo "1..$tap_n"; exit 1; }

# need_root : the whole test is skipped without it, and under CI failed
need_root() {
	[ "$(id -u)" != 0 ] || return 0
	[ -z "${CI:-}" ] || bail "needs root"
	echo "1..0 # SKIP needs root"
	exit 0
}

done_testing() { echo "1..$tap_n"; [ $tap_bad = 0 ]; exit $?; }
