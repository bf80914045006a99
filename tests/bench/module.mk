# What make bench measures with; see tests/bench/bench.
HELPERS += tests/bench/latency
tests/bench/latency_SRCS := tests/bench/latency.c $(LIB_BASE)
tests/bench/latency_LIBS := xenstore
HELPERS += tests/bench/fixup
tests/bench/fixup_SRCS := tests/bench/fixup.c $(ELI_FIXUP) $(LIB_BASE)
HELPERS += tests/bench/runs
tests/bench/runs_SRCS := tests/bench/runs.c
# What tests/bench/broker measures with.
HELPERS += tests/bench/broker_relay
tests/bench/broker_relay_SRCS := tests/bench/broker_relay.c $(LIB_BASE)
HELPERS += tests/bench/broker_load
tests/bench/broker_load_SRCS := tests/bench/broker_load.c tests/bench/broker_load_link.c \
	tests/bench/broker_load_crowd.c tests/bench/broker_load_tokens.c $(LIB_BASE)
tests/bench/broker_load_LIBS := xenstore
