TESTS += tests/unit/netconf
tests/unit/netconf_SRCS = tests/unit/netconf.c $(NETCONF_PURE) $(LIB_BASE)
