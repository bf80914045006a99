# xe-guest-network with the real back ends; lib.sh is what the tests source
SCRIPT_TESTS += $(wildcard tests/netconf/*.t)
HELPERS += tests/netconf/order
tests/netconf/order_SRCS := tests/netconf/order.c guest-agent/netconf_state.c \
	$(AGENT_NETWORK_WIRE) $(LIB_BASE)
