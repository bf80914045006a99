# how the agent gives up what it does not need any more
AGENT_PRIVILEGES := guest-agent/privileges.c guest-agent/privileges_user.c \
	guest-agent/privileges_files.c guest-agent/privileges_calls.c \
	lib/rights.c lib/landlock.c
SYSUSERS += packaging/xe-guest-agent.sysusers
INIT_SCRIPTS += packaging/openrc/xe-guest-agent packaging/sysv/xe-guest-agent
