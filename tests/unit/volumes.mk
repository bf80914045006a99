# volumes: parsers, layouts of guests, and the collector with its thread
VOLUMES_TEST := tests/unit/volumes_lib.c $(AGENT_VOLUMES) $(LIB_BASE)
TESTS += tests/unit/volumes
tests/unit/volumes_SRCS := tests/unit/volumes.c $(VOLUMES_TEST)
tests/unit/volumes_LDLIBS := $(AGENT_VOLUMES_LDLIBS)
TESTS += tests/unit/mountinfo tests/unit/block
tests/unit/mountinfo_SRCS := tests/unit/mountinfo.c $(AGENT_VOLUMES_FACTS) $(LIB_BASE)
tests/unit/block_SRCS := tests/unit/block.c guest-agent/block_events.c $(AGENT_VOLUMES_FACTS) $(LIB_BASE)
TESTS += tests/unit/volumes_thread
tests/unit/volumes_thread_SRCS := tests/unit/volumes_thread.c $(VOLUMES_TEST)
tests/unit/volumes_thread_LDLIBS := $(AGENT_VOLUMES_LDLIBS)
# what tests/daemon/volumes.t drives
HELPERS += tests/unit/volumes_probe tests/unit/volumes_fuse
tests/unit/volumes_probe_SRCS := tests/unit/volumes_probe.c $(AGENT_VOLUMES) $(AGENT_PRIVILEGES) \
	$(LIB_BASE)
tests/unit/volumes_probe_LDLIBS := $(AGENT_VOLUMES_LDLIBS)
tests/unit/volumes_fuse_SRCS := tests/unit/volumes_fuse.c
SCRIPT_TESTS += tests/daemon/volumes.t
TESTS += tests/unit/volumes_facts
tests/unit/volumes_facts_SRCS := tests/unit/volumes_facts.c $(AGENT_VOLUMES_FACTS) $(LIB_BASE)
