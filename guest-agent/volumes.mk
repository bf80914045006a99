# the disks and file systems of the guest, and the thread that asks for their space
# (the facts: from below a directory that is given, so that a test can make one)
AGENT_VOLUMES_FACTS := guest-agent/block_vbd.c guest-agent/nodename.c guest-agent/block_udev.c \
	guest-agent/block_find.c guest-agent/block_sysfs.c guest-agent/block.c guest-agent/mountinfo.c \
	guest-agent/mountinfo_reach.c guest-agent/volumes_facts.c guest-agent/volumes_extents.c \
	guest-agent/volumes_mounts.c guest-agent/volumes_plan.c guest-agent/volumes_answers.c \
	guest-agent/schema_volumes.c lib/text_list.c lib/utf8.c
AGENT_VOLUMES := $(AGENT_VOLUMES_FACTS) guest-agent/block_events.c \
	guest-agent/volumes_asker.c guest-agent/volumes_look.c \
	guest-agent/volumes.c
# whatever links these sources needs it where the C library has no threads of its own
AGENT_VOLUMES_LDLIBS := -pthread
