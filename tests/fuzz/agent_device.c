/* SPDX-License-Identifier: BSD-2-Clause */
/* A nodename of sysfs; and, up to the first blank, a device's number, after it its MAC. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "guest-agent/devices.h"
#include "guest-agent/nodename.h"
#include "guest-agent/vif.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void use_device(const char *text, size_t size)
{
	struct device_list list = { 0 };
	const char *blank = memchr(text, ' ', size);
	char *devid = blank ? strndup(text, (size_t)(blank - text)) : NULL;

	if (devid &&
	    devices_add(&list, DEVICE_VF, devid, blank + 1,
			size - (size_t)(blank + 1 - text)) == 0 &&
	    devices_find(&list, list.device[0].mac) != list.device)
		abort();
	devices_done(&list);
	free(devid);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	uint32_t devid;

	if (size == 0)
		return 0;
	if (nodename_parse("device/vif/", text, size, &devid) == 0 &&
	    memcmp(text, "device/vif/", strlen("device/vif/")) != 0)
		abort();
	use_device(text, size);
	return 0;
}
