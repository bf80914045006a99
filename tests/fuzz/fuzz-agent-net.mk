# what the guest agent reads of interfaces: from the kernel, and from the host
FUZZ += agent_netlink agent_device
FUZZ_agent_netlink_SRCS := $(AGENT_NET) guest-agent/schema_nodes.c $(LIB_BASE)
FUZZ_agent_device_SRCS := guest-agent/devices.c guest-agent/vif.c guest-agent/nodename.c $(LIB_BASE)
