/* SPDX-License-Identifier: BSD-2-Clause */
#include <fcntl.h>

#include "guest-agent/facts.h"
#include "lib/cleanup.h"

static bool is_directory(int rootfd, const char *path)
{
	autoclose int fd = openat(rootfd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd >= 0;
}

void collect_hotplug(int rootfd, struct host_facts *h)
{
	h->vbd_hotplug = is_directory(rootfd, "sys/bus/xen/drivers/vbd");
	h->vif_hotplug = is_directory(rootfd, "sys/bus/xen/drivers/vif");
}
