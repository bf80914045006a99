# static addresses: what comes from xenstore, and over the helper's socket
TESTS += tests/unit/static_ip_setting tests/unit/static_ip_wire
tests/unit/static_ip_setting_SRCS := tests/unit/static_ip_setting.c $(AGENT_STATIC_IP_PURE) \
	$(LIB_BASE)
tests/unit/static_ip_wire_SRCS := tests/unit/static_ip_wire.c $(AGENT_NETWORK_WIRE) $(LIB_BASE)
