# What runs inside a guest.
AGENT_PURE := guest-agent/collect_memory.c guest-agent/os_release.c guest-agent/vif.c \
	guest-agent/schema.c guest-agent/netlink.c
PROGS += guest-agent/xe-guest-agent
guest-agent/xe-guest-agent_SRCS := guest-agent/main.c guest-agent/agent.c guest-agent/detect.c \
	guest-agent/publish.c guest-agent/collect_os.c \
	guest-agent/collect_drivers.c $(AGENT_PURE) $(LIB_BASE) $(LIB_XS) lib/notify.c
guest-agent/xe-guest-agent_LIBS := xenstore
guest-agent/xe-guest-agent_STATIC := y
MAN += docs/man/xe-guest-agent.8
UNITS += packaging/xe-guest-agent.service
SCRIPT_TESTS += tests/daemon/agent.t tests/daemon/agent-cli.t


VM_DATA_PURE := guest-agent/vm_data_options.c guest-agent/vm_data_format.c \
	guest-agent/vm_data_map.c
PROGS += guest-agent/vm-data
guest-agent/vm-data_SRCS := guest-agent/vm_data.c guest-agent/vm_data_store.c \
	$(VM_DATA_PURE) $(LIB_BASE) $(LIB_XS) lib/domains.c
guest-agent/vm-data_LIBS := xenstore jansson
guest-agent/vm-data_STATIC := y
MAN += docs/man/vm-data.1
SCRIPT_TESTS += tests/daemon/vm-data.t
