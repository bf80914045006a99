/* SPDX-License-Identifier: BSD-2-Clause */
#include "guest-agent/vif.h"

#include <fcntl.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "guest-agent/nodename.h"
#include "lib/cleanup.h"
#include "lib/io.h"

/* A name is one component of the path: the kernel refuses '/' in names. */
#define PATH_ROOM (sizeof("sys/class/net//device/nodename") + IF_NAMESIZE)

int vif_read_devid(int rootfd, const char *ifname, uint32_t *ret_devid)
{
	char path[PATH_ROOM];
	autofree char *text = NULL;
	size_t len;
	int r;

	(void)snprintf(path, sizeof(path), "sys/class/net/%s/device/nodename", ifname);
	r = io_read_file_at(rootfd, path, NODENAME_MAX, &text, &len);
	return r < 0 ? r : nodename_parse("device/vif/", text, len, ret_devid);
}

bool vif_is_hardware(int rootfd, const char *ifname)
{
	char path[PATH_ROOM];

	(void)snprintf(path, sizeof(path), "sys/class/net/%s/device", ifname);
	return faccessat(rootfd, path, F_OK, 0) == 0;
}
