# addresses that the host sets: the agent's side, and what its privileged helper serves
AGENT_NETWORK_WIRE := guest-agent/network_wire.c guest-agent/netconf_check.c
AGENT_STATIC_IP_PURE := guest-agent/static_ip_setting.c $(AGENT_NETWORK_WIRE)
AGENT_STATIC_IP := guest-agent/static_ip.c guest-agent/static_ip_store.c \
	guest-agent/static_ip_order.c guest-agent/static_ip_helper.c $(AGENT_STATIC_IP_PURE)
# without netconf.c and its back ends
AGENT_NETWORK_SERVE := guest-agent/network_serve.c guest-agent/network_serve_socket.c \
	$(AGENT_NETWORK_WIRE)
UNITS += packaging/xe-guest-network.service packaging/xe-guest-network.socket
INIT_SCRIPTS += packaging/openrc/xe-guest-network packaging/sysv/xe-guest-network
