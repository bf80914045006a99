/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Is this system a guest of Xen, and not its dom0?
 * Source: linux Documentation/ABI/stable/sysfs-hypervisor-xen; xen.git
 *         public/features.h (XENFEAT_dom0)
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "guest-agent/agent.h"
#include "lib/cleanup.h"
#include "lib/io.h"

#define XENFEAT_DOM0 11	  /* bit of properties/features */
#define FILE_MAX     4096 /* bytes; one line */

static bool is_dom0(int rootfd)
{
	autofree char *features = NULL, *capabilities = NULL;

	if (io_read_file_at(rootfd, "sys/hypervisor/properties/features", FILE_MAX,
			    &features, NULL) >= 0)
		return strtoull(features, NULL, 16) >> XENFEAT_DOM0 & 1;
	return io_read_file_at(rootfd, "proc/xen/capabilities", FILE_MAX, &capabilities,
			       NULL) >= 0 &&
	       strstr(capabilities, "control_d");
}

int guest_detect(int rootfd, const char **ret_reason)
{
	autofree char *type = NULL;

	if (getenv("XENSTORED_PATH"))
		return 0; /* told where xenstore is: a test or a container */
	if (io_read_file_at(rootfd, "sys/hypervisor/type", FILE_MAX, &type, NULL) >= 0
		    ? strcmp(type, "xen\n") != 0 && strcmp(type, "xen") != 0
		    : faccessat(rootfd, "proc/xen", F_OK, 0) < 0) {
		*ret_reason =
			type ? "/sys/hypervisor/type says another hypervisor"
			     : "there is neither /sys/hypervisor/type nor /proc/xen";
		return -ENODEV;
	}
	if (is_dom0(rootfd)) {
		*ret_reason = "this is dom0";
		return -ENODEV;
	}
	return 0;
}
