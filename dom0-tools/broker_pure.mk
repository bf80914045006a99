# What the broker and its neighbours compute, without a descriptor but a profile's.
# profile.c needs lib/io.c, broker_rules.c lib/tree.c: both are in LIB_BASE.
BROKER_PURE := dom0-tools/broker_path.c dom0-tools/broker_perms.c dom0-tools/broker_wire.c \
	dom0-tools/broker_limit.c dom0-tools/broker_rules.c dom0-tools/broker_stats.c \
	dom0-tools/profile.c

TESTS += tests/unit/profile tests/unit/broker_path tests/unit/broker_perms \
	tests/unit/broker_wire tests/unit/broker_rules tests/unit/broker_limit \
	tests/unit/broker_stats
tests/unit/profile_SRCS := tests/unit/profile.c $(BROKER_PURE) $(LIB_BASE)
tests/unit/broker_path_SRCS := tests/unit/broker_path.c $(BROKER_PURE) $(LIB_BASE)
tests/unit/broker_perms_SRCS := tests/unit/broker_perms.c $(BROKER_PURE) $(LIB_BASE)
tests/unit/broker_wire_SRCS := tests/unit/broker_wire.c $(BROKER_PURE) $(LIB_BASE)
tests/unit/broker_rules_SRCS := tests/unit/broker_rules.c $(BROKER_PURE) $(LIB_BASE)
tests/unit/broker_limit_SRCS := tests/unit/broker_limit.c $(BROKER_PURE) $(LIB_BASE)
tests/unit/broker_stats_SRCS := tests/unit/broker_stats.c $(BROKER_PURE) $(LIB_BASE)
