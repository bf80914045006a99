# xe-guest-network: addresses that the host sets, through what configures the network
NETCONF_PURE := guest-agent/netconf_check.c guest-agent/netconf_state.c guest-agent/netconf_undo.c \
	guest-agent/netconf_networkd_text.c guest-agent/netconf_interfaces.c \
	guest-agent/netconf_interfaces_write.c guest-agent/netconf_line.c \
	guest-agent/netconf_change.c guest-agent/netconf_file.c guest-agent/netconf_why.c \
	guest-agent/netconf_link_parse.c lib/text_list.c
NETCONF := guest-agent/netconf.c guest-agent/netconf_probe.c guest-agent/netconf_job.c \
	guest-agent/netconf_state_file.c guest-agent/netconf_backend.c \
	guest-agent/netconf_link.c guest-agent/netconf_link_wait.c \
	guest-agent/netconf_run.c guest-agent/netconf_networkd.c \
	guest-agent/netconf_networkd_read.c guest-agent/netconf_ifupdown.c \
	guest-agent/netconf_nm.c guest-agent/vif.c guest-agent/nodename.c $(NETCONF_PURE)
PROGS += guest-agent/xe-guest-network
guest-agent/xe-guest-network_SRCS = guest-agent/network_main.c $(NETCONF) \
	$(AGENT_NETWORK_SERVE) $(LIB_BASE)
guest-agent/xe-guest-network_STATIC := y
MAN += docs/man/xe-guest-network.8
