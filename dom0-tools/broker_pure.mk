# What the broker and its neighbours compute, without a descriptor but a profile's.
# profile.c needs lib/io.c, broker_rules.c lib/tree.c: both are in LIB_BASE.
BROKER_PURE := dom0-tools/broker_path.c dom0-tools/broker_perms.c dom0-tools/broker_wire.c \
	dom0-tools/broker_limit.c dom0-tools/broker_rules.c dom0-tools/broker_stats.c \
	dom0-tools/profile.c
