# shellcheck shell=bash
# shellcheck disable=SC2034 # what is set here is for the tests to use
# lib.sh - sourced by the tests of recipes/ after tap.sh: stores, guests, and the recipes with
# the vm-data of this build.
# shellcheck source-path=SCRIPTDIR source=../daemon/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../daemon/lib.sh"
tmp=$(mktemp -d "${TMPDIR:-/tmp}/xpt.recipe.XXXXXX")
at_exit "rm -rf '$tmp'"
mkdir "$tmp/bin"
ln -s "$O/vm-data" "$tmp/bin/vm-data"
RECIPES=$top/recipes

# recipe NAME ARGUMENT... : run it as the guest; sets RC and ERR
recipe() {
	XENSTORED_PATH=$GUEST_SOCK PATH=$tmp/bin:$PATH sh "$RECIPES/$1" "${@:2}" \
		> "$tmp/out" 2> "$tmp/err"
	RC=$?
	ERR=$(< "$tmp/err")
}
# set_keys KEY=VALUE... : all of vm-data, from dom0; the guest may write there
set_keys() {
	printf 'vm-data/%s\n' "$@" |
		XENSTORED_PATH=$DOM0_SOCK "$O/vm-data" populate --domain 5 -
}
set_key() { XENSTORED_PATH=$DOM0_SOCK "$O/vm-data" --domain 5 set "$@"; }
get_key() { XENSTORED_PATH=$DOM0_SOCK "$O/vm-data" --domain 5 get "$@" 2> /dev/null; }
# recipe_full DIR NAME ARGUMENT... : the same, with DIR on a disk of one block
recipe_full() {
	mkdir -p "$1"
	XENSTORED_PATH=$GUEST_SOCK PATH=$tmp/bin:$PATH TMPDIR=$1 unshare --mount --propagation private \
		sh -c 'mount -t tmpfs -o size=4k full "$1" && shift && exec sh "$@"' sh \
		"$1" "$RECIPES/$2" "${@:3}" > "$tmp/out" 2> "$tmp/err"
	RC=$?
	ERR=$(< "$tmp/err")
}
