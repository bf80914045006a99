# What runs inside a guest.
# A part with several files has a fragment NAME.mk, which lists them as AGENT_NAME.
include $(filter-out guest-agent/module.mk,$(sort $(wildcard guest-agent/*.mk)))
# what is tested without xenstore: it computes, or reads what the kernel and files say
AGENT_BASE := guest-agent/collect_memory.c guest-agent/os_release.c guest-agent/schema.c \
	guest-agent/schema_nodes.c $(AGENT_NET) $(AGENT_HOST) $(AGENT_VOLUMES_FACTS)
PROGS += guest-agent/xe-guest-agent
guest-agent/xe-guest-agent_SRCS := guest-agent/main.c guest-agent/agent.c guest-agent/agent_wait.c \
	guest-agent/agent_collect.c guest-agent/agent_net.c guest-agent/agent_publish.c \
	guest-agent/detect.c guest-agent/publish.c guest-agent/publish_fit.c \
	guest-agent/publish_quota.c guest-agent/collect_os.c guest-agent/collect_drivers.c \
	$(AGENT_NET_XS) $(AGENT_STATIC_IP) $(AGENT_PRIVILEGES) \
	$(AGENT_BASE) $(AGENT_VOLUMES) $(LIB_BASE) $(LIB_XS) lib/notify.c
guest-agent/xe-guest-agent_LIBS := xenstore
guest-agent/xe-guest-agent_LDLIBS := $(AGENT_VOLUMES_LDLIBS)
guest-agent/xe-guest-agent_STATIC := y
MAN += docs/man/xe-guest-agent.8
UNITS += packaging/xe-guest-agent.service
SCRIPT_TESTS += tests/daemon/agent.t tests/daemon/agent-cli.t
SCRIPT_TESTS += tests/daemon/quota.t tests/daemon/host.t
