# addresses: from netlink's bytes to the tree, layer by layer
TESTS += tests/unit/netlink_parse tests/unit/links tests/unit/devices tests/unit/schema_net
tests/unit/netlink_parse_SRCS := tests/unit/netlink_parse.c $(AGENT_NET) $(LIB_BASE)
tests/unit/links_SRCS := tests/unit/links.c $(AGENT_NET) $(LIB_BASE)
tests/unit/devices_SRCS := tests/unit/devices.c guest-agent/devices.c $(LIB_BASE)
tests/unit/schema_net_SRCS := tests/unit/schema_net.c $(AGENT_NET) guest-agent/schema_nodes.c \
	$(LIB_BASE)
SCRIPT_TESTS += tests/daemon/layouts.t
