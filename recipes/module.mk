# What reads vm-data for other programs: scripts that call vm-data, each with its unit.
SCRIPTS += recipes/xe-guest-cloud-seed recipes/xe-guest-health-check \
	recipes/xe-guest-vm-network
MAN += docs/man/xe-guest-cloud-seed.8 docs/man/xe-guest-health-check.8 \
	docs/man/xe-guest-vm-network.8
UNITS += recipes/xe-guest-cloud-seed.service recipes/xe-guest-health-check.service \
	recipes/xe-guest-vm-network.service
INIT_SCRIPTS += $(sort $(wildcard recipes/openrc/* recipes/sysv/*))
# what an administrator must enable by hand
SHARED += recipes/xe-guest-cloud-seed.cfg packaging/udev/xe-guest-xenstore-group.rules.disabled
