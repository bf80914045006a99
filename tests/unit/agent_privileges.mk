TESTS += tests/unit/agent_privileges
tests/unit/agent_privileges_SRCS := tests/unit/agent_privileges.c $(AGENT_PRIVILEGES) $(LIB_BASE)
tests/unit/agent_privileges_LDLIBS := -pthread
