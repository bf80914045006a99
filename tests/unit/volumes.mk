# volumes: parsers, layouts of guests, and the collector with its thread
VOLUMES_TEST := tests/unit/volumes_lib.c $(AGENT_VOLUMES) $(LIB_BASE)
TESTS += tests/unit/volumes
tests/unit/volumes_SRCS := tests/unit/volumes.c $(VOLUMES_TEST)
tests/unit/volumes_LDLIBS := $(AGENT_VOLUMES_LDLIBS)
TESTS += tests/unit/mountinfo tests/unit/block
tests/unit/mountinfo_SRCS := tests/unit/mountinfo.c $(AGENT_VOLUMES_PURE) $(LIB_BASE)
tests/unit/block_SRCS := tests/unit/block.c $(AGENT_VOLUMES_PURE) $(LIB_BASE)
