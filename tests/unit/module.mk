# tests of tests/unit

TESTS += tests/unit/metrics_record tests/unit/metrics_text
tests/unit/metrics_record_SRCS := tests/unit/metrics_record.c $(GUEST_METRICS_PURE) $(LIB_BASE)
tests/unit/metrics_text_SRCS := tests/unit/metrics_text.c dom0-tools/metrics_text.c
