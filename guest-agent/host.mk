# the configuration, and what the host is told of this guest beside addresses and figures
AGENT_CONFIG := guest-agent/config.c guest-agent/config_files.c $(LIB_CONFIG)
AGENT_HOST := $(AGENT_CONFIG)
MAN += docs/man/xe-guest-agent.conf.5
