# What make bench measures with; see tests/bench/bench.
HELPERS += tests/bench/latency
tests/bench/latency_SRCS := tests/bench/latency.c $(LIB_BASE)
tests/bench/latency_LIBS := xenstore
HELPERS += tests/bench/fixup
tests/bench/fixup_SRCS := tests/bench/fixup.c $(ELI_FIXUP) $(LIB_BASE)
HELPERS += tests/bench/runs
tests/bench/runs_SRCS := tests/bench/runs.c
