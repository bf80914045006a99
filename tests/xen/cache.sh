# shellcheck shell=bash
# cache.sh - sourced: things that are dear to build are kept below build/lab, each in a
# directory named KIND.HASH that is complete when it exists.  Safe under parallel use.
# The sourcing script sets $top.
# shellcheck disable=SC2154 # top: see above
lab=$top/build/lab

# hash_of FILE... : a short hash over the contents, in this order
hash_of() { cat -- "$@" | sha256sum | cut -c 1-12; }

# cached NAME FUNCTION : print the directory of NAME; when it is missing FUNCTION builds
# it into the directory it is given.  Older ones of the same kind are removed unless a
# process uses them (see use_cached).
cached() {
	local name=$1 build=$2 kind=${1%.*} dir=$lab/$1

	if [ ! -e "$dir" ]; then
		mkdir -p "$lab"
		exec 8> "$lab/$kind.lock"
		flock 8
		if [ ! -e "$dir" ]; then
			rm -rf "$lab/new.$kind".*
			mkdir "$lab/new.$name"
			"$build" "$lab/new.$name" >&2
			mv "$lab/new.$name" "$dir"
			drop_older "$kind" "$name"
		fi
		exec 8>&-
	fi
	echo "$dir"
}

# use_cached DIR : hold it (fd 7) against removal for as long as this process lives
use_cached() { exec 7< "$1"; flock -s 7; [ -e "$1" ]; }

drop_older() {
	local old

	for old in "$lab/$1".*; do
		if [ ! -d "$old" ] || [ "$old" = "$lab/$2" ]; then continue; fi
		# the directory is its own lock; who holds it shared is still using it
		flock -n "$old" rm -rf "$old" || true
	done
}
