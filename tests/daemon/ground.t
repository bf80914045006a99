#!/bin/bash
# ground.t - the grounds that other tests stand on, on both daemons and with both trees.
set -u
. "$(dirname "$0")/../tap.sh"
. "$(dirname "$0")/lib.sh"

connections() {
	ok "$GROUND: a domain is made" domain_new 5 "$TOOLSTACK"
	ok "$GROUND: its bus serves" guest_bus 5
	is "$(xs0 read /local/domain/5/name)" vm5 "$GROUND: dom0 reads a guest's tree"
	is "$(xsg 5 read domid)" 5 "$GROUND: a guest's relative path is its home"
}
for_each_ground connections
done_testing
