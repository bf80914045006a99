#!/bin/bash
# cache.t - the lab's cache (tests/xen/cache.sh): what fails to build is never kept, what is
# there is built once, what is in use stays.
# shellcheck source-path=SCRIPTDIR source=../tap.sh
. "$(dirname "$0")/../tap.sh"
cache_sh=$(cd "$(dirname "$0")/../xen" && pwd)/cache.sh
top=$(mktemp -d "${TMPDIR:-/tmp}/xpt.XXXXXX")
trap 'rm -rf "$top"' EXIT
trap 'trap "" INT TERM HUP; exit 130' INT TERM HUP
# shellcheck source-path=SCRIPTDIR source=../xen/cache.sh
. "$cache_sh"
said=$top/said

# builders: each counts its runs in $top/built
good() { echo good >> "$top/built"; echo "$*" > "$1/content"; echo "chatter"; }
bad() { echo bad >> "$top/built"; echo half > "$1/content"; return 7; }
named() { echo "$1" > "$2/content"; }
slow() { good "$@"; : < "$top/go"; } # until somebody opens the FIFO
built() { grep -c . "$top/built"; }
in_lab() { (cd "$lab" && printf '%s\n' *[!k] | grep -v '\.lock$' | paste -sd' '); }

is "$(cached thing.1 good 2> "$said")" "$lab/thing.1" "its directory is printed, and nothing else"
is "$(< "$said")" chatter "what the builder says goes to stderr"
is "$(< "$lab/thing.1/content")" "$lab/new.thing.1" "it was built elsewhere, then renamed"
is "$(cached thing.1 bad) $(built)" "$lab/thing.1 1" "it is not built again"
cached thing.a named argument > /dev/null
is "$(cat "$lab/thing.a/content")" argument "a builder's own arguments come first"

# ---- failures ----

dir=$(cached other.1 bad 2> "$said")
is "$? '$dir'" "1 ''" "a failed build: a status, no directory's name"
is "$(< "$said")" "cannot build other.1" "and a message that names it"
is "$(in_lab)" thing.a "nothing of it is kept"
if cached other.1 bad > /dev/null 2>&1; then fail "it fails again"; else pass "it fails again"; fi
is "$(cached other.1 good 2> /dev/null)" "$lab/other.1" "until it can be built"
cat > "$top/program" << 'END'
#!/bin/bash
set -e
echo half > "$1/content"
false
touch "$1/complete"
END
chmod +x "$top/program"
is "$(cached third.1 "$top/program" 2> /dev/null || echo $?)" 1 "set -e holds in a program"
is "$(in_lab)" "other.1 thing.a" "and left nothing"
mkdir "$lab/new.third.0"
cached third.1 good > /dev/null 2>&1
is "$(in_lab)" "other.1 thing.a third.1" "what a killed one left is removed"

# ---- the older, and those in use ----

(use_cached "$lab/third.1" && cached third.2 good > /dev/null 2>&1)
is "$(in_lab)" "other.1 thing.a third.1 third.2" "an older one in use is kept"
cached third.3 good > /dev/null 2>&1
is "$(in_lab)" "other.1 thing.a third.3" "those that nobody uses go"

# ---- two at once ----

: > "$top/built"
mkfifo "$top/go"
cached pair.1 slow > "$top/one" 2> /dev/null &
ok "(one builds)" wait_for 10 test -e "$lab/new.pair.1/content"
cached pair.1 slow > "$top/two" 2> /dev/null &
: > "$top/go"
wait
is "$(cat "$top/one" "$top/two" | sort -u) $(built)" "$lab/pair.1 1" "two ask, one builds, both have it"
done_testing
