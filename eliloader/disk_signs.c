/* SPDX-License-Identifier: BSD-2-Clause */
#include "eliloader/disk_signs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"

#define SECTOR		512U
#define METADATA_AT_MAX (16 * SECTOR) /* pvcreate has it at the eighth, or before */

/* The first and the last part; of a small device they overlap. */
struct ends {
	uint8_t *head, *tail; /* owned */
	size_t len;	      /* of each */
	uint64_t size;	      /* of the device */
};

static void ends_done(struct ends *e)
{
	free(e->head);
	free(e->tail);
}

static bool is_zero(const uint8_t *data, size_t len)
{
	return len == 0 || (data[0] == 0 && memcmp(data, data + 1, len - 1) == 0);
}

static bool has(const uint8_t *data, size_t len, uint64_t at, const char *what,
		size_t what_len)
{
	return at + what_len <= len && memcmp(data + at, what, what_len) == 0;
}

/* Near the end: at an offset of the device. */
static bool tail_has(const struct ends *e, uint64_t at, const char *what, size_t what_len)
{
	uint64_t from = e->size - e->len;

	return at >= from && has(e->tail, e->len, at - from, what, what_len);
}

static bool is_swap(const struct ends *e)
{
	static const char *const words[] = { "SWAPSPACE2", "SWAP-SPACE", "S1SUSPEND",
					     "S2SUSPEND", "LINHIB0001" };

	/* at the end of the first page, of whatever size the machine's are */
	for (size_t page = 4096; page <= 65536; page *= 2)
		for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
			if (has(e->head, e->len, page - 10, words[i], strlen(words[i])))
				return true;
	return false;
}

static bool is_lvm(const struct ends *e)
{
	for (unsigned sector = 0; sector < 4; sector++)
		if (has(e->head, e->len, sector * SECTOR, "LABELONE", 8))
			return true;
	return false;
}

static uint64_t le64(const uint8_t *p)
{
	uint64_t value = 0;

	for (unsigned i = 8; i > 0; i--)
		value = value << 8 | p[i - 1];
	return value;
}

/* The metadata, old and new, all of it in the first part; NULL: it is not. */
static const char *find_metadata(const struct ends *e, size_t *ret_len)
{
	static const char magic[] = " LVM2 x[5A%r0N*>";

	for (uint64_t at = SECTOR; at <= METADATA_AT_MAX && at + SECTOR <= e->len;
	     at += SECTOR) {
		uint64_t start = le64(e->head + at + 24), len = le64(e->head + at + 32);

		if (!has(e->head, e->len, at + 4, magic, strlen(magic)))
			continue;
		if (start != at || len > e->len - at)
			return NULL;
		*ret_len = (size_t)len;
		return (const char *)e->head + at;
	}
	return NULL;
}

/* Has the group no more than this part, and each volume a form that GRUB can read?  Others
 * (thin ones, say) it does not name, and nobody would know of them. */
static bool is_all_seen(const struct ends *e)
{
	static const char type[] = "type = \"", plain[] = "type = \"striped\"",
			  second[] = "pv1 {";
	size_t len = 0;
	const char *text = find_metadata(e, &len), *end = text ? text + len : NULL;

	if (!text || memmem(text, len, second, strlen(second)))
		return false;
	while ((text = memmem(text, (size_t)(end - text), type, strlen(type)))) {
		if ((size_t)(end - text) < strlen(plain) ||
		    memcmp(text, plain, strlen(plain)) != 0)
			return false;
		text++;
	}
	return true;
}

static bool is_md(const struct ends *e)
{
	static const char magic[] = "\xfc\x4e\x2b\xa9";
	uint64_t sectors = e->size / SECTOR;

	if (has(e->head, e->len, 0, magic, 4) || has(e->head, e->len, 4096, magic, 4))
		return true; /* 1.1, 1.2 */
	if (sectors >= 16 && tail_has(e, ((sectors - 16) & ~7ULL) * SECTOR, magic, 4))
		return true; /* 1.0 */
	return sectors >= 256 &&
	       tail_has(e, ((sectors & ~127ULL) - 128) * SECTOR, magic, 4); /* 0.90 */
}

static void judge(struct boot_device *d, const struct ends *e)
{
	const char *kind = NULL;

	d->blank = is_zero(e->head, e->len) && is_zero(e->tail, e->len);
	if (is_md(e))
		kind = "mdraid";
	else if (is_lvm(e))
		kind = is_all_seen(e) ? "lvm" : "lvm-other";
	else if (has(e->head, e->len, 0, "LUKS\xba\xbe", 6))
		kind = "luks";
	/* a sign of swap space stays when something else is made of it */
	d->swap = !kind && is_swap(e);
	if (kind)
		(void)snprintf(d->fs, sizeof(d->fs), "%s", kind); /* fits */
}

int disk_signs(struct boot_device *device, disk_read_at *read, void *arg)
{
	__attribute__((cleanup(ends_done))) struct ends e = { .size = device->size };
	int r;

	e.len = device->size < DISK_END_LEN ? (size_t)device->size : DISK_END_LEN;
	e.head = malloc(e.len + 1);
	e.tail = malloc(e.len + 1);
	if (!e.head || !e.tail)
		return -ENOMEM;
	r = read(arg, 0, e.head, e.len);
	if (r == 0)
		r = read(arg, e.size - e.len, e.tail, e.len);
	if (r == 0 && e.len > 0)
		judge(device, &e);
	return r;
}
