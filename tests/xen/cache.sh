# shellcheck shell=bash
# cache.sh - sourced: things that are dear to build are kept below build/lab, each in a
# directory named KIND.HASH that is complete when it exists.  Safe under parallel use.
# The sourcing script sets $top.
# shellcheck disable=SC2154 # top: see above
lab=$top/build/lab

# hash_of FILE... : a short hash over the contents, in this order
hash_of() { cat -- "$@" | sha256sum | cut -c 1-12; }

# cached NAME COMMAND... : print the directory of NAME; when it is missing COMMAND builds it
# into the directory that it gets as its last argument.  If that fails nothing is kept.
# Our caller's ||, if or $() turns set -e off in here: a function must check its steps, a
# program of its own may rely on set -e.  Older ones of the same kind are removed unless
# a process uses them (see use_cached).
cached() {
	local name=$1 dir=$lab/$1 rc=0; shift

	if [ ! -e "$dir" ]; then
		mkdir -p "$lab" || return
		exec 8> "$lab/${name%.*}.lock" || return
		flock 8 || return
		[ -e "$dir" ] || cache_fill "$name" "$@" || rc=$?
		exec 8>&-
	fi
	[ $rc = 0 ] || return $rc
	echo "$dir"
}

# cache_fill NAME COMMAND... : its lock is held
cache_fill() {
	local name=$1 kind=${1%.*} new=$lab/new.$1; shift

	rm -rf "$lab/new.$kind".* # left by one that was killed
	if ! { mkdir "$new" && "$@" "$new" >&2 && mv "$new" "$lab/$name"; }; then
		echo "cannot build $name" >&2
		rm -rf "$new"
		return 1
	fi
	drop_older "$kind" "$name"
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
