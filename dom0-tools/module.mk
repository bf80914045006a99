# nothing yet

GUEST_METRICS_PURE := dom0-tools/metrics_record.c dom0-tools/metrics_networks.c \
	dom0-tools/metrics_view.c dom0-tools/metrics_map.c dom0-tools/metrics_text.c
