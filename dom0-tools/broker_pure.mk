# What the broker and its neighbours compute, without a descriptor but a profile's.
BROKER_PURE := dom0-tools/broker_path.c dom0-tools/broker_perms.c dom0-tools/broker_wire.c \
	dom0-tools/broker_limit.c
