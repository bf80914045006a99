# the configuration, and what the host is told of this guest beside addresses and figures
AGENT_CONFIG := guest-agent/config.c guest-agent/config_files.c $(LIB_CONFIG)
AGENT_NAMES := guest-agent/names.c guest-agent/collect_names.c guest-agent/collect_hotplug.c \
	guest-agent/schema_host.c guest-agent/freeze.c
AGENT_HOST := $(AGENT_CONFIG) $(AGENT_NAMES)
MAN += docs/man/xe-guest-agent.conf.5
EXAMPLES += packaging/xe-guest-agent.conf
# vCPUs that the host adds
UDEV_RULES += packaging/udev/60-xe-guest-vcpu.rules
