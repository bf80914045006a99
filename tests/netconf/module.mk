# xe-guest-network with the real back ends; lib.sh is what the tests source
SCRIPT_TESTS += $(wildcard tests/netconf/*.t)
