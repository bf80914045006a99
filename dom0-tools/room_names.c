/* SPDX-License-Identifier: BSD-2-Clause */
/* room_names - names of ioctl requests and capabilities that a profile can list. */
#include <errno.h>
#include <linux/capability.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <xen/xen.h>

/* after xen.h, whose types they use */
#include <xen/sys/evtchn.h>
#include <xen/sys/privcmd.h>

#include "dom0-tools/room_profile.h"
#include "lib/io.h"

/* Source: xen.git tools/include/xen-sys/Linux/{evtchn,privcmd}.h (libxen-dev). */
static const struct request {
	const char *name;
	uint32_t number;
} requests[] = {
	{ "evtchn-bind-virq", IOCTL_EVTCHN_BIND_VIRQ },
	{ "evtchn-bind-interdomain", IOCTL_EVTCHN_BIND_INTERDOMAIN },
	{ "evtchn-bind-unbound", IOCTL_EVTCHN_BIND_UNBOUND_PORT },
	{ "evtchn-unbind", IOCTL_EVTCHN_UNBIND },
	{ "evtchn-notify", IOCTL_EVTCHN_NOTIFY },
	{ "evtchn-reset", IOCTL_EVTCHN_RESET },
	{ "evtchn-restrict", IOCTL_EVTCHN_RESTRICT_DOMID },
	{ "privcmd-hypercall", IOCTL_PRIVCMD_HYPERCALL },
	{ "privcmd-mmap", IOCTL_PRIVCMD_MMAP },
	{ "privcmd-mmapbatch", IOCTL_PRIVCMD_MMAPBATCH },
	{ "privcmd-mmapbatch-v2", IOCTL_PRIVCMD_MMAPBATCH_V2 },
	{ "privcmd-dm-op", IOCTL_PRIVCMD_DM_OP },
	{ "privcmd-restrict", IOCTL_PRIVCMD_RESTRICT },
	{ "privcmd-mmap-resource", IOCTL_PRIVCMD_MMAP_RESOURCE },
	{ "tcgets", TCGETS },
	{ "fionread", FIONREAD },
	{ "fionbio", FIONBIO },
};

static const struct capability {
	const char *name;
	unsigned number;
} capabilities[] = {
	{ "dac_override", CAP_DAC_OVERRIDE },
	{ "dac_read_search", CAP_DAC_READ_SEARCH },
	{ "ipc_lock", CAP_IPC_LOCK },
	{ "kill", CAP_KILL },
	{ "net_admin", CAP_NET_ADMIN },
	{ "net_bind_service", CAP_NET_BIND_SERVICE },
	{ "net_raw", CAP_NET_RAW },
	{ "sys_nice", CAP_SYS_NICE },
	{ "sys_rawio", CAP_SYS_RAWIO },
	{ "sys_resource", CAP_SYS_RESOURCE },
};

int room_ioctl_number(const char *name, uint32_t *ret_number)
{
	uint64_t value;

	for (size_t i = 0; i < sizeof(requests) / sizeof(*requests); i++)
		if (strcmp(name, requests[i].name) == 0) {
			*ret_number = requests[i].number;
			return 0;
		}
	if (io_parse_u64(name, UINT32_MAX, &value) < 0)
		return -ENOENT;
	*ret_number = (uint32_t)value;
	return 0;
}

int room_cap_number(const char *name, unsigned *ret_number)
{
	for (size_t i = 0; i < sizeof(capabilities) / sizeof(*capabilities); i++)
		if (strcmp(name, capabilities[i].name) == 0) {
			*ret_number = capabilities[i].number;
			return 0;
		}
	return -ENOENT;
}
