/* SPDX-License-Identifier: BSD-2-Clause */
#include "eliloader/disk_table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"

#define SECTOR	    512
#define LINKS_MAX   BOOT_DEVICES_MAX /* of an extended partition */
#define ENTRIES_LEN (1024 * 1024) /* bytes of a GPT's entries: 16 KiB, hardly ever more */
#define HEADER_LEN  92

struct disk_bytes {
	uint64_t sectors; /* of the disk */
	disk_read_at *read;
	void *arg;
};

static uint64_t le(const uint8_t *p, unsigned bytes)
{
	uint64_t value = 0;

	for (unsigned i = bytes; i > 0; i--)
		value = value << 8 | p[i - 1];
	return value;
}

/* ---- MBR ---- */

static bool is_extended(uint8_t type)
{
	return type == 0x05 || type == 0x0f || type == 0x85;
}

/* How many of the four are links, and where the first leads to. */
static unsigned find_link(const uint8_t *sector, uint64_t *ret_start)
{
	unsigned count = 0;

	for (unsigned i = 0; i < 4; i++) {
		const uint8_t *entry = sector + 446 + 16UL * i;

		if (is_extended(entry[4]) && count++ == 0)
			*ret_start = le(entry + 8, 4);
	}
	return count;
}

/* Links count from the first of them. */
static int is_mbr_whole(const struct disk_bytes *d, bool *ret_whole)
{
	uint64_t base = 0, at = 0, start = 0;
	uint8_t sector[SECTOR];

	*ret_whole = false;
	for (unsigned i = 0; i < LINKS_MAX; i++) {
		int r = d->read(d->arg, at * SECTOR, sector, sizeof(sector));
		unsigned links;

		if (r < 0)
			return r;
		if (sector[510] != 0x55 || sector[511] != 0xaa)
			return 0;
		links = find_link(sector, &start);
		*ret_whole = links == 0;
		if (links != 1)
			return 0;
		at = base + start;
		base = base ? base : at;
		if (start == 0 || at >= d->sectors)
			return 0;
	}
	return 0;
}

/* ---- GPT ---- */

static uint32_t crc32(const uint8_t *data, size_t len)
{
	uint32_t crc = UINT32_MAX;

	for (size_t i = 0; i < len; i++) {
		crc ^= data[i];
		for (unsigned bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
	}
	return ~crc;
}

static bool is_header_whole(uint8_t *header)
{
	static const uint8_t zeros[4];
	uint64_t len = le(header + 12, 4);
	uint32_t crc = (uint32_t)le(header + 16, 4);

	if (memcmp(header, "EFI PART", 8) != 0 || len < HEADER_LEN || len > SECTOR)
		return false;
	memcpy(header + 16, zeros, sizeof(zeros)); /* it is made without itself */
	return crc32(header, (size_t)len) == crc;
}

static int is_gpt_whole(const struct disk_bytes *d, bool *ret_whole)
{
	autofree uint8_t *entries = NULL;
	uint8_t header[SECTOR];
	uint64_t at, len;
	int r = d->read(d->arg, SECTOR, header, sizeof(header));

	*ret_whole = false;
	if (r < 0 || !is_header_whole(header))
		return r;
	at = le(header + 72, 8);
	len = le(header + 80, 4) * le(header + 84, 4);
	if (len > ENTRIES_LEN || at >= d->sectors)
		return 0;
	entries = malloc((size_t)len + 1);
	if (!entries)
		return -ENOMEM;
	r = d->read(d->arg, at * SECTOR, entries, (size_t)len);
	*ret_whole = r == 0 && crc32(entries, (size_t)len) == le(header + 88, 4);
	return r;
}

int disk_table_is_whole(bool gpt, uint64_t size, disk_read_at *read, void *arg,
			bool *ret_whole)
{
	const struct disk_bytes d = { size / SECTOR, read, arg };

	return gpt ? is_gpt_whole(&d, ret_whole) : is_mbr_whole(&d, ret_whole);
}
