#!/bin/bash
# pages.t - what --help and the man page tell of vm-data, xe-guest-network and the recipes is the
# same: the options of each, and the statuses that it ends with.
# shellcheck source-path=SCRIPTDIR source=../tap.sh
. "$(dirname "$0")/../tap.sh"
cd "$(dirname "$0")/../.." || exit 2
O=${O:-build}
PATH=$(realpath "$O"):$PATH

# options_of_page PAGE : --a --b
options_of_page() { grep -oE 'Fl Fl [a-z0-9-]+' "$1" | sed 's/Fl Fl /--/' | sort -u; }
# statuses_of_page PAGE
statuses_of_page() {
	sed -n '/^\.Sh EXIT STATUS/,/^\.El/s/^\.It \([0-9]\)$/\1/p' "$1" | sort -u
}
# statuses_of_help TEXT : the numbers of its last sentences, which name other numbers nowhere
statuses_of_help() { sed -n '/^Exit status:/,$p' <<< "$1" | grep -oE '\b[0-9]\b' | sort -u; }

same_options() {
	local name=${1##*/} page text
	page=$(echo docs/man/"$name".[18])
	text=$("$1" --help)
	is "$?" 0 "$name --help"
	is "$(grep -oE -- '--[a-z][a-z0-9-]*' <<< "$text" | sort -u)" "$(options_of_page "$page")" \
		"$name: the options of --help are those of $page"
	is "$(statuses_of_help "$text")" "$(statuses_of_page "$page")" "$name: and so are the exit statuses"
	is "$(head -n 1 <<< "$text" | cut -d ' ' -f 1-2)" "usage: $name" "$name: --help begins with the usage"
}

for program in "$O/vm-data" "$O/xe-guest-network" recipes/xe-guest-{cloud-seed,health-check,vm-network}; do
	same_options "$program"
done
done_testing
