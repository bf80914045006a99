/* SPDX-License-Identifier: BSD-2-Clause */
#include "guest-agent/block_vbd.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* "a" to "z", "aa" to "zz", and so on: @n counts from 0.  The end of @buf is filled. */
static const char *letters(uint32_t n, char *buf, size_t size)
{
	char *p = buf + size - 1;

	*p = '\0';
	for (uint64_t left = (uint64_t)n + 1; left > 0 && p > buf; left = (left - 1) / 26)
		*--p = (char)('a' + (left - 1) % 26);
	return p;
}

bool block_vbd_decode(uint32_t devid, struct block_vbd *ret)
{
	const char *class;
	uint32_t disk, partition;
	char text[8];
	int n;

	if (devid >> 28 == 1) {
		class = "xvd", disk = (devid >> 8) & 0xfffff, partition = devid & 0xff;
	} else if (devid >> 8 == 202 || devid >> 8 == 8) {
		class = devid >> 8 == 8 ? "sd" : "xvd";
		disk = (devid >> 4) & 0xf, partition = devid & 0xf;
	} else if ((devid >> 8 == 3 || devid >> 8 == 22) && (devid & 0xff) < 0x80) {
		class = "hd", disk = (devid >> 6) & 1, partition = devid & 0x3f;
		disk += devid >> 8 == 22 ? 2 : 0;
	} else {
		return false;
	}
	ret->disk = disk;
	n = snprintf(ret->name, sizeof(ret->name), "%s%s", class,
		     letters(disk, text, sizeof(text)));
	if (partition > 0)
		(void)snprintf(ret->name + n, sizeof(ret->name) - (size_t)n, "%" PRIu32,
			       partition);
	return true;
}
