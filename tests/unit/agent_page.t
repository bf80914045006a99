#!/bin/bash
# The agent's man pages say all that it takes and writes: options, nodes, keys of the
# configuration with their defaults, exit codes.
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/tap.sh
. tests/tap.sh
agent=${O:-build}/xe-guest-agent
page=docs/man/xe-guest-agent.8
# without mdoc's words, as far as it matters here
plain() { sed -E 's/ Ns (Ar|Pa) //g; s/Fl -/--/g; s/^\.([A-Z][a-z] )+//' "$1"; }
text=$(plain "$page")

# lacks WORD... : those that the page does not have
lacks() {
	local word

	for word in "$@"; do
		grep -qE -- "(^|[^a-z_-])$word([^a-z_-]|\$)" <<< "$text" || echo "$word"
	done
}

mapfile -t options < <("$agent" --help | grep -oE -- '--[a-z-]+' | sort -u)
ok "--help names options" [ "${#options[@]}" -ge 7 ]
is "$(lacks "${options[@]}")" "" "the page has them all"

# "attr/eth#/ipv6/#/addr": the last name of each
mapfile -t nodes < <(sed -nE 's/^\t\{ "([^"]+)", RANK_.*/\1/p' guest-agent/schema_nodes.c |
	sed -E 's,(/?#)+$,,; s,.*/,,; s,#,,' | grep . | sort -u)
ok "there are nodes that the agent writes" [ "${#nodes[@]}" -ge 30 ]
is "$(lacks "${nodes[@]}" | grep -vx eth)" "" "the page has their names"
ok "that of XenServer until 7.2, too" grep -q 'attr/ethN/' <<< "$text"

mapfile -t codes < <(sed -nE 's/^\tEXIT_[A-Z_]+ = ([0-9]+),$/\1/p' guest-agent/main.c)
is "${codes[*]}" "0 3 4" "exit codes of its own"
is "$(sed -n '/^.Sh EXIT STATUS/,/^.Sh EXAMPLES/s/^\.It //p' $page | tr '\n' ' ')" "0 1 2 3 4 " \
	"the page has these, a failure's and wrong usage's"

example=packaging/xe-guest-agent.conf
mapfile -t keys < <(sed -nE 's/^#([a-z-]+) =.*/\1/p' "$example")
text=$(plain docs/man/xe-guest-agent.conf.5)
ok "the example has keys" [ "${#keys[@]}" -ge 18 ]
is "$(lacks "${keys[@]}")" "" "their page has them all"
while read -r key value; do
	like "$(sed -n "/^\.It Cm $key\$/,/^\.It/p" docs/man/xe-guest-agent.conf.5)" "(^|[^0-9])${value}[.]" \
		"and that $key is $value without it"
done < <(sed -nE 's/^#([a-z-]+(interval|timeout)) = (.+)/\1 \3/p' "$example")
root=$(mktemp -d "${TMPDIR:-/tmp}/agent-page.XXXXXX")
trap 'rm -rf "$root"' EXIT
mkdir "$root/etc"
sed -E 's/^#([a-z-]+ =)/\1/' "$example" > "$root/etc/xe-guest-agent.conf"
ok "the example is right when it is not a comment" "$agent" --check-config --root "$root"
done_testing
