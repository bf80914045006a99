# the agent's configuration, and the files that names are from
FUZZ += agent_config
FUZZ_agent_config_SRCS := guest-agent/config.c $(LIB_CONFIG) lib/io.c lib/log.c lib/prefix.c
FUZZ += agent_names
FUZZ_agent_names_SRCS := guest-agent/names.c
# in which the user is looked for that it becomes
FUZZ += agent_passwd
FUZZ_agent_passwd_SRCS := guest-agent/privileges_user.c lib/io.c
