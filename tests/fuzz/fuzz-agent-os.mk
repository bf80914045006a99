# the files that tell the distribution, and the memory
FUZZ += agent_os
FUZZ_agent_os_SRCS := guest-agent/os_release.c guest-agent/collect_memory.c lib/io.c lib/log.c
