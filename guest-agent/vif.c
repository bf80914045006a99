/* SPDX-License-Identifier: BSD-2-Clause */
#include "guest-agent/vif.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/io.h"

#define NODENAME_MAX 256 /* bytes; the longest legal one has 21 */

int vif_parse_nodename(const char *text, size_t len, uint32_t *ret_devid)
{
	static const char prefix[] = "device/vif/";
	char digits[sizeof("4294967295") + 1];
	uint64_t devid;
	int r;

	if (len > 0 && text[len - 1] == '\n')
		len--;
	if (len < sizeof(prefix) - 1 || memcmp(text, prefix, sizeof(prefix) - 1) != 0)
		return -ENODEV;
	text += sizeof(prefix) - 1;
	len -= sizeof(prefix) - 1;
	if (len == 0 || memchr(text, '\0', len))
		return -EBADMSG;
	(void)snprintf(digits, sizeof(digits), "%.*s", (int)len, text);
	r = io_parse_u64(digits, UINT32_MAX, &devid);
	if (r == -ERANGE)
		return r;
	if (r < 0 || len >= sizeof(digits))
		return r < 0 ? -EBADMSG : -ERANGE;
	*ret_devid = (uint32_t)devid;
	return 0;
}

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
	return r < 0 ? r : vif_parse_nodename(text, len, ret_devid);
}

bool vif_is_hardware(int rootfd, const char *ifname)
{
	char path[PATH_ROOM];

	(void)snprintf(path, sizeof(path), "sys/class/net/%s/device", ifname);
	return faccessat(rootfd, path, F_OK, 0) == 0;
}
