/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a device says of itself: a record of udev, a nodename of xenbus, and /proc/swaps; and
 * what becomes of it as texts in the store.
 */
#include <stdlib.h>
#include <string.h>

#include "guest-agent/block.h"
#include "guest-agent/nodename.h"
#include "guest-agent/schema_volumes.h"
#include "lib/cleanup.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_number(const char *text, size_t len)
{
	struct block_vbd vbd;
	uint32_t devid;

	if (nodename_parse("device/vbd/", text, len, &devid) < 0 ||
	    !block_vbd_decode(devid, &vbd))
		return;
	if (strlen(vbd.name) < 3 || strlen(vbd.name) >= sizeof(vbd.name) ||
	    vbd.disk > 0xfffff)
		abort();
}

/* The reader gives up on what is not UTF-8, so nothing else may come out. */
static void check_utf8(const unsigned char *p)
{
	while (*p) {
		size_t more = *p < 0x80 ? 0 : *p < 0xe0 ? 1 : *p < 0xf0 ? 2 : 3;

		if (*p < 0x20 || *p == 0x7f || (*p >= 0x80 && *p < 0xc2) || *p > 0xf4)
			abort();
		for (p++; more > 0; more--, p++)
			if ((*p & 0xc0) != 0x80)
				abort();
	}
}

static void check_texts(struct block_udev *u)
{
	struct volume_fact volume = { .name = u->uuid,
				      .filesystem = u->type,
				      .label = u->label };
	struct volume_facts facts = { &volume, 1 };
	autotree struct tree tree = { 0 };

	if (schema_want_volumes(&facts, &tree) < 0)
		return;
	for (size_t i = 0; i < tree.count; i++) {
		if (tree.entry[i].value_len > SCHEMA_VOLUME_TEXT_MAX)
			abort();
		check_utf8((const unsigned char *)tree.entry[i].value);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char dm[] = "vg-swap";
	struct block_device device[] = { { .name = "xvda1" },
					 { .name = "cciss!c0d0" },
					 { .name = "dm-0", .dm_name = dm } };
	struct block_list blocks = { device, 3 };
	struct block_udev u = { 0 };
	autofree char *text = strndup((const char *)data, size);

	if (!text)
		return 0;
	check_number((const char *)data, size);
	block_mark_swaps(&blocks, text);
	if (block_udev_parse(text, &u) >= 0)
		check_texts(&u);
	block_udev_done(&u);
	return 0;
}
