# shellcheck shell=bash
# shellcheck disable=SC2034 # what is set here is for the tests to use
# agent.sh - sourced after tests/tap.sh by the tests of xe-guest-agent: a network namespace
# of the test's own (AGENT_SPACES: unshare(1)'s options for more), lib.sh with all in it, and
#	$agent	the program
#	$root	an empty directory for its --root, readable by the user that it becomes
need_root
# shellcheck disable=SC2086 # several options
[ -n "${AGENT_NETNS:-}" ] || AGENT_NETNS=1 exec unshare --net ${AGENT_SPACES:-} "$0" "$@"
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 2
. tests/daemon/lib.sh

agent=$O/xe-guest-agent
root=$(mktemp -d "${TMPDIR:-/tmp}/agent-root.XXXXXX")
chmod 755 "$root"
at_exit "rm -rf '$root'"
ip link set lo up
