FUZZ += agent_static_ip
FUZZ_agent_static_ip_SRCS := $(AGENT_STATIC_IP_PURE) lib/io.c lib/log.c lib/prefix.c
