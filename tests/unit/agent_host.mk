# the agent's configuration, and what it says of the guest beside addresses and figures
TESTS += tests/unit/agent_config
tests/unit/agent_config_SRCS := tests/unit/agent_config.c $(AGENT_CONFIG) $(LIB_BASE)
TESTS += tests/unit/agent_names tests/unit/agent_host
tests/unit/agent_names_SRCS := tests/unit/agent_names.c $(AGENT_NAMES) $(LIB_BASE)
tests/unit/agent_host_SRCS := tests/unit/agent_host.c $(AGENT_NAMES) $(GUEST_METRICS_PURE) $(LIB_BASE)
SCRIPT_TESTS += tests/unit/vcpu_rule.t
