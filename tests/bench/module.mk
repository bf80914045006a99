# What make bench measures with; see tests/bench/bench.
HELPERS += tests/bench/latency
tests/bench/latency_SRCS := tests/bench/latency.c $(LIB_BASE)
tests/bench/latency_LIBS := xenstore
