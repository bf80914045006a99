TESTS += tests/unit/agent_privileges tests/unit/agent_sealed
tests/unit/agent_privileges_SRCS := tests/unit/agent_privileges.c tests/unit/privileges_case.c \
	$(AGENT_PRIVILEGES) $(LIB_BASE)
tests/unit/agent_sealed_SRCS := tests/unit/agent_sealed.c tests/unit/privileges_case.c \
	$(AGENT_PRIVILEGES) $(LIB_BASE)
tests/unit/agent_sealed_LDLIBS := -pthread
SCRIPT_TESTS += tests/daemon/agent-privileges.t tests/daemon/agent-init.t

# Preloaded into the agent: never with sanitizers of its own.
$(O)/tests/daemon/sealed.so: tests/daemon/sealed.c
	@mkdir -p $(@D)
	$(Q)$(CC) -I. -D_GNU_SOURCE -std=gnu11 -g -O2 $(WARN) -fPIC -shared -o $@ $< -ldl
EXTRA_HELPERS += $(O)/tests/daemon/sealed.so
