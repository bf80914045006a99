/* SPDX-License-Identifier: BSD-2-Clause */
/* Partition tables that are whole, and those that miss something of which GRUB says nothing. */
#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "eliloader/disk_table.h"
#include "tests/tap.h"

#define SECTOR	512
#define SECTORS 2048
#define SIZE	(SECTORS * SECTOR)

static uint8_t disk[SIZE];

static int read_disk(void *arg, uint64_t offset, void *data, size_t len)
{
	if (arg || offset > sizeof(disk) || len > sizeof(disk) - offset)
		return -EIO;
	memcpy(data, disk + offset, len);
	return 0;
}

static void put(uint64_t at, uint64_t value, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		disk[at + i] = (uint8_t)(value >> (8 * i));
}

static void is_whole(bool gpt, int r, bool wanted, const char *name)
{
	bool whole = !wanted;

	is_int(disk_table_is_whole(gpt, SIZE, read_disk, NULL, &whole), r, name);
	ok(whole == wanted, "  %s", wanted ? "all is seen" : "not all may be seen");
}

/* ---- MBR ---- */

static void put_entry(unsigned sector, unsigned number, unsigned type, unsigned start)
{
	uint64_t at = (uint64_t)sector * SECTOR + 446 + 16ULL * number;

	put(at + 4, type, 1);
	put(at + 8, start, 4);
	put(at + 12, 8, 4);
	put((uint64_t)sector * SECTOR + 510, 0xaa55, 2);
}

/* Two primary partitions, an extended one with logical ones by 100, 200 and 300. */
static void make_mbr(void)
{
	memset(disk, 0, sizeof(disk));
	put_entry(0, 0, 0x83, 8);
	put_entry(0, 1, 0x82, 16);
	put_entry(0, 2, 0x0f, 100);
	put_entry(100, 0, 0x83, 1);
	put_entry(100, 1, 0x05, 100);
	put_entry(200, 0, 0x83, 1);
	put_entry(200, 1, 0x05, 200);
	put_entry(300, 0, 0x83, 1);
}

/* @len bytes at @at become @value. */
static const struct mbr_case {
	const char *name;
	unsigned at, value, len;
	bool whole;
} mbr_cases[] = {
	{ "three logical partitions", 0, 0, 1, true },
	{ "no extended one", 446 + 32 + 4, 0x83, 1, true },
	{ "Linux' own kind", 446 + 32 + 4, 0x85, 1, true },
	{ "no sign of a table", 510, 0, 1, false },
	{ "a second extended one", 446 + 48 + 4, 0x05, 1, false },
	{ "the first link is damaged", 100 * SECTOR + 510, 0, 1, false },
	{ "the last link is damaged", 300 * SECTOR + 511, 0, 1, false },
	{ "a link forks", 200 * SECTOR + 446 + 32 + 4, 0x05, 1, false },
	{ "a link to nowhere", 200 * SECTOR + 446 + 16 + 8, 900, 4, false },
	{ "a link past the end", 200 * SECTOR + 446 + 16 + 8, SECTORS - 100, 4, false },
	{ "a link far past it", 200 * SECTOR + 446 + 16 + 8, UINT32_MAX, 4, false },
	{ "a link without a place", 200 * SECTOR + 446 + 16 + 8, 0, 4, false },
	{ "links in a ring", 200 * SECTOR + 446 + 16 + 8, 100, 4, false },
	{ "an extended one past the end", 446 + 32 + 8, SECTORS, 4, false },
};

static void test_mbr(void)
{
	for (size_t i = 0; i < sizeof(mbr_cases) / sizeof(*mbr_cases); i++) {
		const struct mbr_case *c = &mbr_cases[i];

		make_mbr();
		put(c->at, c->value, c->len);
		is_whole(false, 0, c->whole, c->name);
	}
}

/* ---- GPT ---- */

/* As sgdisk made it: 128 entries from sector 2, the first of them used. */
static void make_gpt(void)
{
	static const uint8_t type[] = { 0xaf, 0x3d, 0xc6, 0x0f, 0x83, 0x84, 0x72, 0x47,
					0x8e, 0x79, 0x3d, 0x69, 0xd8, 0x47, 0x7d, 0xe4 };

	memset(disk, 0, sizeof(disk));
	memcpy(disk + SECTOR, "EFI PART", 8);
	put(SECTOR + 8, 0x10000, 4);
	put(SECTOR + 12, 92, 4);
	put(SECTOR + 16, 0x45a54bec, 4);
	put(SECTOR + 24, 1, 8);
	put(SECTOR + 72, 2, 8);
	put(SECTOR + 80, 128, 4);
	put(SECTOR + 84, 128, 4);
	put(SECTOR + 88, 0x28b2b186, 4);
	memcpy(disk + 2UL * SECTOR, type, sizeof(type));
	put(2 * SECTOR + 32, 34, 8);
	put(2 * SECTOR + 40, 1000, 8);
}

static const struct gpt_case {
	const char *name;
	unsigned at, value;
	int r;
	bool whole;
} gpt_cases[] = {
	{ "a whole one", 0, 0, 0, true },
	{ "another name", SECTOR, 'e', 0, false },
	{ "a header that was changed", SECTOR + 30, 1, 0, false },
	{ "a header of no length", SECTOR + 12, 0, 0, false },
	{ "a header that is too long", SECTOR + 13, 2, 0, false },
	{ "an entry that was changed", 2 * SECTOR + 33, 1, 0, false },
	{ "the last entry was", 34 * SECTOR - 1, 1, 0, false },
	{ "what is behind them counts not", 34 * SECTOR, 1, 0, true },
};

static void test_gpt(void)
{
	for (size_t i = 0; i < sizeof(gpt_cases) / sizeof(*gpt_cases); i++) {
		const struct gpt_case *c = &gpt_cases[i];

		make_gpt();
		if (c->at)
			put(c->at, c->value, 1);
		is_whole(true, c->r, c->whole, c->name);
	}
}

/* Headers whose sum is right, and whose entries cannot be. */
static const struct far_case {
	const char *name;
	uint64_t at;
	uint32_t count, size, crc;
	int r;
} far_cases[] = {
	{ "entries past the end", 2048, 128, 128, 0x86ca20e5, 0 },
	{ "entries far past it", UINT64_MAX, 128, 128, 0x6c05edb8, 0 },
	{ "entries that reach past it", 2040, 128, 128, 0xfcbd7b8d, -EIO },
	{ "too many entries", 2, UINT32_MAX, UINT32_MAX, 0x68aeb8d0, 0 },
	{ "more than is read", 2, 8193, 128, 0x385be7b4, 0 },
};

static void test_far(void)
{
	for (size_t i = 0; i < sizeof(far_cases) / sizeof(*far_cases); i++) {
		const struct far_case *c = &far_cases[i];

		make_gpt();
		put(SECTOR + 72, c->at, 8);
		put(SECTOR + 80, c->count, 4);
		put(SECTOR + 84, c->size, 4);
		put(SECTOR + 16, c->crc, 4);
		is_whole(true, c->r, false, c->name);
	}
}

static void test_short(void)
{
	bool whole = true;

	is_int(disk_table_is_whole(true, SECTOR, read_disk, disk, &whole), -EIO,
	       "a disk that cannot be read");
	ok(!whole, "  has no whole table");
}

int main(void)
{
	test_mbr();
	test_gpt();
	test_far();
	test_short();
	return tap_done();
}
