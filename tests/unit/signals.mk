TESTS += tests/unit/signals
tests/unit/signals_SRCS := tests/unit/signals.c $(LIB_BASE)
SCRIPT_TESTS += tests/daemon/agent-signals.t
