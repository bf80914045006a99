# tests of tests/unit
SCRIPT_TESTS += tests/unit/cache.t tests/unit/run.t

TESTS += tests/unit/metrics_record tests/unit/metrics_text tests/unit/metrics_dump \
	tests/unit/metrics_table
tests/unit/metrics_table_SRCS := tests/unit/metrics_table.c dom0-tools/metrics_table.c \
	$(GUEST_METRICS_PURE) $(LIB_BASE)
tests/unit/metrics_record_SRCS := tests/unit/metrics_record.c $(GUEST_METRICS_PURE) $(LIB_BASE)
tests/unit/metrics_dump_SRCS := tests/unit/metrics_dump.c dom0-tools/metrics_dump.c $(LIB_BASE)
tests/unit/metrics_text_SRCS := tests/unit/metrics_text.c dom0-tools/metrics_text.c $(LIB_BASE)
TESTS += tests/unit/vm_data_map
tests/unit/vm_data_map_SRCS := tests/unit/vm_data_map.c $(VM_DATA_PURE) $(LIB_BASE)
tests/unit/vm_data_map_LIBS := jansson
TESTS += tests/unit/tree tests/unit/base tests/unit/os_release tests/unit/schema
tests/unit/tree_SRCS := tests/unit/tree.c $(LIB_BASE)
tests/unit/base_SRCS := tests/unit/base.c $(LIB_BASE)
tests/unit/os_release_SRCS := tests/unit/os_release.c guest-agent/collect_os.c $(AGENT_BASE) $(LIB_BASE)
tests/unit/schema_SRCS := tests/unit/schema.c $(AGENT_BASE) $(LIB_BASE)
TESTS += tests/unit/vm_data_format
tests/unit/vm_data_format_SRCS := tests/unit/vm_data_format.c $(VM_DATA_PURE) $(LIB_BASE)
tests/unit/vm_data_format_LIBS := jansson
