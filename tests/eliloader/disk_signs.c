/* SPDX-License-Identifier: BSD-2-Clause */
/* Signs of two kinds on one device: what it became later is what it is.  And what LVM's
 * metadata say of volumes that cannot be seen. */
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
	{ "LVM where swap space was", "LABELONE", 512, "lvm-other" },
	{ "RAID 1.2 where swap space was", "\xfc\x4e\x2b\xa9", 4096, "mdraid" },
	/* (or swap space on it, which then is a device of its own) */
	{ "RAID 1.0 and swap space", "\xfc\x4e\x2b\xa9", SIZE - 8192, "mdraid" },
};

static void test_two(void)
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
}

#define STRIPED "lv { segment1 { type = \"striped\" stripe_count = 1 } }"

static const struct metadata {
	const char *name;
	size_t at, start, len; /* of the area: where it is, where and how long it says */
	const char *text;
	size_t text_at;
	const char *fs;
} metadata[] = {
	{ "plain volumes", 4096, 4096, 1044480, STRIPED STRIPED, 4608, "lvm" },
	{ "no volumes", 4096, 4096, 1044480, "vg { pv0 { } }", 4608, "lvm" },
	{ "an old one's place", 2048, 2048, 194560, STRIPED, 8192, "lvm" },
	{ "up to the last byte", 4096, 4096, 1044480, "type = \"striped\"", 1048576 - 16,
	  "lvm" },
	{ "cut at the last byte", 4096, 4096, 1044480, "type = \"striped", 1048576 - 15,
	  "lvm-other" },
	{ "a thin one", 4096, 4096, 1044480, STRIPED "type = \"thin-pool\"", 4608,
	  "lvm-other" },
	{ "a second part", 4096, 4096, 1044480, "pv0 { } pv1 { }" STRIPED, 4608,
	  "lvm-other" },
	{ "metadata that go on", 4096, 4096, 1044481, STRIPED, 4608, "lvm-other" },
	{ "without an end", 4096, 4096, SIZE_MAX, STRIPED, 4608, "lvm-other" },
	{ "metadata of another place", 4096, 8192, 4096, STRIPED, 4608, "lvm-other" },
	{ "none", 16384, 16384, 4096, STRIPED, 4608, "lvm-other" },
};

static void put_number(size_t at, uint64_t value)
{
	for (unsigned i = 0; i < 8; i++)
		disk[at + i] = (uint8_t)(value >> (8 * i));
}

static void test_metadata(void)
{
	for (size_t i = 0; i < sizeof(metadata) / sizeof(*metadata); i++) {
		const struct metadata *c = &metadata[i];
		struct boot_device d = { .size = SIZE };

		memset(disk, 0, sizeof(disk));
		memcpy(disk + 512, "LABELONE", 8);
		memcpy(disk + c->at + 4, " LVM2 x[5A%r0N*>", 16);
		put_number(c->at + 24, c->start);
		put_number(c->at + 32, c->len);
		memcpy(disk + c->text_at, c->text, strlen(c->text));
		is_int(disk_signs(&d, read_disk, NULL), 0, c->name);
		is_str(d.fs, c->fs, "  can all be seen, or not");
	}
}

int main(void)
{
	test_two();
	test_metadata();
	return tap_done();
}
