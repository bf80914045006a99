# addresses, and which vif they belong to
AGENT_NET := guest-agent/netlink.c guest-agent/vif.c guest-agent/schema_net.c
