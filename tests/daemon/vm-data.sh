# shellcheck shell=bash
# shellcheck disable=SC2034 # what is set here is for the tests to use
# vm-data.sh - sourced by the tests of vm-data after tap.sh and lib.sh.
tmp=$(mktemp -d "${TMPDIR:-/tmp}/xpt.vm-data.XXXXXX")
at_exit "rm -rf '$tmp'"
V=$O/vm-data
programs=("$V")
[ ! -e "$O/static/vm-data" ] || programs+=("$O/static/vm-data")

guest() { XENSTORED_PATH=$GUEST_SOCK "$V" "$@"; }
dom0() { XENSTORED_PATH=$DOM0_SOCK "$V" "$@"; }

# run CMD... : its output into OUT (bytes but NUL, "." at the end), messages ERR, status RC
run() {
	OUT=$("$@" 2> "$tmp/err"; rc=$?; echo .; exit $rc)
	RC=$?
	ERR=$(< "$tmp/err")
	OUT=${OUT%$'\n'}
}

# gives STATUS OUTPUT NAME CMD... : the status, and the output to the byte
gives() {
	local status=$1 output=$2 name=$3
	shift 3
	run "$@"
	is "$RC:$OUT" "$status:$output." "$GROUND: $name"
}

# refuses STATUS ERE NAME CMD... : nothing on stdout, one line on stderr
refuses() {
	local status=$1 message=$2 name=$3
	shift 3
	run "$@"
	is "$RC:$OUT:$(grep -c '' <<< "$ERR")" "$status:.:1" "$GROUND: $name"
	like "$ERR" "$message" "$GROUND: $name: message"
}

# misuses ERE NAME CMD... : wrong usage, said in one line and one more
misuses() {
	local message=$1 name=$2
	shift 2
	run "$@"
	is "$RC:$OUT:$(tail -n +2 <<< "$ERR")" "2:.:Try 'vm-data --help'." "$GROUND: $name"
	like "$ERR" "^vm-data: $message" "$GROUND: $name: message"
}

nodes() { xs0 ls -fp "/local/domain/$1" | sed -n "s|^/local/domain/$1/\\(vm-data\\)|\\1|p"; }

# populate MAP : printf's format, so that it can hold anything
populate() {
	# shellcheck disable=SC2059 # the map is a format on purpose
	printf "$1" > "$tmp/map"
	dom0 populate --domain 5 "$tmp/map"
}
