# the agent's configuration, and what it says of the guest beside addresses and figures
TESTS += tests/unit/agent_config
tests/unit/agent_config_SRCS := tests/unit/agent_config.c $(AGENT_CONFIG) $(LIB_BASE)
