# What runs in dom0.
GUEST_METRICS_PURE := dom0-tools/metrics_record.c dom0-tools/metrics_networks.c \
	dom0-tools/metrics_view.c dom0-tools/metrics_map.c dom0-tools/metrics_text.c
PROGS += dom0-tools/guest-metrics
dom0-tools/guest-metrics_SRCS := dom0-tools/guest_metrics.c dom0-tools/metrics_home.c \
	dom0-tools/metrics_dump.c dom0-tools/metrics_fleet.c dom0-tools/metrics_json.c \
	dom0-tools/metrics_table.c dom0-tools/metrics_watch.c $(GUEST_METRICS_PURE) \
	$(LIB_BASE) $(LIB_XS) lib/domains.c
dom0-tools/guest-metrics_LIBS := xenstore jansson
SCRIPT_TESTS += tests/daemon/guest-metrics.t
MAN += docs/man/guest-metrics.1

# Restricted handles: the broker, the library, the launcher.
include dom0-tools/broker_pure.mk dom0-tools/broker.mk dom0-tools/librestrict.mk dom0-tools/restrict.mk dom0-tools/qemu.mk
MAN += docs/man/xenstore-broker.8
UNITS += packaging/xenstore-broker@.service packaging/xenstore-broker@.socket
SYSUSERS += packaging/xenstore-broker.sysusers
PROFILES += $(wildcard packaging/profiles/*.profile)
