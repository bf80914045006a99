# addresses, and which vif or VF they belong to
AGENT_NET := guest-agent/netlink.c guest-agent/netlink_parse.c guest-agent/links.c \
	guest-agent/devices.c guest-agent/vif.c guest-agent/nodename.c guest-agent/schema_net.c \
	guest-agent/schema_net_reason.c
# beside it, what asks xenstore
AGENT_NET_XS := guest-agent/devices_read.c
