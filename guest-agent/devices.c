/* SPDX-License-Identifier: BSD-2-Clause */
#include "guest-agent/devices.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/io.h"

void devices_done(struct device_list *list)
{
	free(list->device);
	*list = (struct device_list){ 0 };
}

/* Of one card: no group, not zero. */
static int parse_mac(const char *text, size_t len, uint8_t *mac)
{
	static const uint8_t none[MAC_LEN];

	if (io_parse_mac(text, len, mac) < 0 || (mac[0] & 1) ||
	    memcmp(mac, none, MAC_LEN) == 0)
		return -EBADMSG;
	return 0;
}

static int by_class_and_devid(const void *pa, const void *pb)
{
	const struct device *a = pa, *b = pb;

	if (a->class != b->class)
		return a->class < b->class ? -1 : 1;
	return a->devid < b->devid ? -1 : a->devid > b->devid;
}

static size_t count_class(const struct device_list *list, enum device_class class)
{
	size_t n = 0;

	for (size_t i = 0; i < list->count; i++)
		n += list->device[i].class == class;
	return n;
}

int devices_add(struct device_list *list, enum device_class class, const char *devid,
		const char *mac, size_t len)
{
	struct device d = { .class = class }, *more;
	uint64_t number;

	if (io_parse_u64(devid, UINT32_MAX, &number) < 0 ||
	    parse_mac(mac, len, d.mac) < 0)
		return -EBADMSG;
	if (count_class(list, class) >= DEVICES_MAX)
		return -E2BIG;
	more = reallocarray(list->device, list->count + 1, sizeof(*more));
	if (!more)
		return -ENOMEM;
	d.devid = (uint32_t)number;
	list->device = more;
	list->device[list->count++] = d;
	qsort(list->device, list->count, sizeof(d), by_class_and_devid);
	return 0;
}

const struct device *devices_find(const struct device_list *list, const uint8_t *mac)
{
	for (size_t i = 0; i < list->count; i++)
		if (memcmp(list->device[i].mac, mac, MAC_LEN) == 0)
			return &list->device[i];
	return NULL;
}
