# files of network back ends, and those that xe-guest-network keeps
FUZZ += agent_netconf
FUZZ_agent_netconf_SRCS = $(NETCONF_PURE) lib/io.c lib/log.c lib/text.c
