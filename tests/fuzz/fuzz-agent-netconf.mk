# files of network back ends, those that xe-guest-network keeps, and what the kernel tells it
FUZZ += agent_netconf agent_netconf_link
FUZZ_agent_netconf_SRCS = $(NETCONF_PURE) lib/io.c lib/log.c lib/prefix.c lib/text.c
FUZZ_agent_netconf_link_SRCS := guest-agent/netconf_link_parse.c lib/io.c
