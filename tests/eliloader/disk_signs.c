/* SPDX-License-Identifier: BSD-2-Clause */
/* Signs of two kinds on one device: what it became later is what it is. */
#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "eliloader/disk_signs.h"
#include "tests/tap.h"

#define SIZE (3 * 1024 * 1024)

static uint8_t disk[SIZE];

static int read_disk(void *arg, uint64_t offset, void *data, size_t len)
{
	if (arg || offset > sizeof(disk) || len > sizeof(disk) - offset)
		return -EIO;
	memcpy(data, disk + offset, len);
	return 0;
}

static const struct two_signs {
	const char *name, *sign;
	size_t at;
	const char *fs;
} cases[] = {
	{ "swap space alone", "", 0, "" },
	{ "LUKS where swap space was", "LUKS\xba\xbe", 0, "luks" },
	{ "LVM where swap space was", "LABELONE", 512, "lvm" },
	{ "RAID 1.2 where swap space was", "\xfc\x4e\x2b\xa9", 4096, "mdraid" },
	/* (or swap space on it, which then is a device of its own) */
	{ "RAID 1.0 and swap space", "\xfc\x4e\x2b\xa9", SIZE - 8192, "mdraid" },
};

int main(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct two_signs *c = &cases[i];
		struct boot_device d = { .size = SIZE };

		memset(disk, 0, sizeof(disk));
		memcpy(disk + 4086, "SWAPSPACE2", 10);
		memcpy(disk + c->at, c->sign, strlen(c->sign));
		is_int(disk_signs(&d, read_disk, NULL), 0, c->name);
		is_str(d.fs, c->fs, "  is what it became");
		ok(d.swap == !*c->fs && !d.blank, "  and is not swap space as well");
	}
	return tap_done();
}
