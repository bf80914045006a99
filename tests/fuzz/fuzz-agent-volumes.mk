# The agent's volumes: the mount table, and what devices say.
FUZZ += agent_mountinfo agent_block
FUZZ_agent_mountinfo_SRCS := $(AGENT_VOLUMES_FACTS) $(LIB_BASE)
FUZZ_agent_block_SRCS := $(AGENT_VOLUMES_FACTS) $(LIB_BASE)
