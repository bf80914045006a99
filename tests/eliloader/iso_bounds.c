/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Images that no disk could hold: sectors are made when they are read.  Reading each must
 * end, with a sentence, and soon.
 */
#include "eliloader/iso_image.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/io.h"
#include "tests/tap.h"

#define SECTOR	  2048
#define ROOT	  20		 /* where the root directory lies */
#define SECTORS	  0x7fffffffU	 /* of the volume */
#define SOON_MS	  (60 * 1000ULL) /* the processor's bound, and some */
#define PER_DIR	  40
#define LIST_SIZE (16 * 1024 * 1024) /* bytes: 327 680 records */

struct made {
	struct iso_reader reader;
	/* Fill one sector of a directory; @out is all zero. */
	void (*fill)(uint8_t *out, uint32_t sector);
	uint32_t root_size; /* bytes */
	uint64_t reads;
};

/* Both byte orders, as ISO 9660 has its numbers. */
static void put32(uint8_t *out, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		out[i] = out[7 - i] = (uint8_t)(value >> (8 * i));
}

/* A directory record; returns its length. */
static size_t put_record(uint8_t *out, uint32_t extent, uint32_t size, bool dir,
			 const char *name, size_t name_len)
{
	size_t len = (33 + name_len + 1) & ~(size_t)1;

	out[0] = (uint8_t)len;
	put32(out + 2, extent);
	put32(out + 10, size);
	out[25] = dir ? 2 : 0;
	out[28] = out[31] = 1; /* volume 1 */
	out[32] = (uint8_t)name_len;
	memcpy(out + 33, name, name_len);
	return len;
}

static size_t put_dots(uint8_t *out, uint32_t self, uint32_t size)
{
	size_t n = put_record(out, self, size, true, "\0", 1);

	return n + put_record(out + n, self, SECTOR, true, "\1", 1);
}

static void put_descriptor(uint8_t *out, const struct made *m)
{
	out[0] = 1;
	memcpy(out + 1, "CD001\1", 6);
	memset(out + 8, ' ', 64);
	put32(out + 80, SECTORS);
	out[120] = out[123] = 1;
	out[124] = out[127] = 1;
	out[129] = out[130] = SECTOR >> 8; /* a block's size, in both orders */
	put32(out + 132, SECTOR);
	out[140] = 18; /* path table, low byte first */
	out[151] = 19; /* and last */
	(void)put_record(out + 156, ROOT, m->root_size, true, "\0", 1);
	memset(out + 190, ' ', 623);
	memset(out + 813, '0', 68);
	out[881] = 1;
}

static void put_sector(const struct made *m, uint8_t *out, uint32_t sector)
{
	memset(out, 0, SECTOR);
	if (sector == 16)
		put_descriptor(out, m);
	else if (sector == 17)
		memcpy(out, "\377CD001\1", 7);
	else if (sector >= ROOT)
		m->fill(out, sector);
}

static ssize_t read_made(struct iso_reader *reader, void *data, size_t len,
			 uint64_t offset)
{
	struct made *m = (struct made *)reader;
	size_t n;

	m->reads++;
	if (offset % SECTOR != 0)
		return -EINVAL; /* none asks for that */
	for (n = 0; n + SECTOR <= len && offset + n < m->reader.size; n += SECTOR)
		put_sector(m, (uint8_t *)data + n, (uint32_t)((offset + n) / SECTOR));
	return (ssize_t)n;
}

/* Each directory has three more, all elsewhere. */
static void fill_tree(uint8_t *out, uint32_t sector)
{
	size_t n = put_dots(out, sector, SECTOR);

	for (uint32_t i = 0; i < 3; i++) {
		char name = (char)('A' + i);
		uint32_t child = (sector * 3 + i * 100003 + 1) % (SECTORS - ROOT) + ROOT;

		n += put_record(out + n, child, SECTOR, true, &name, 1);
	}
}

/* Each has one more, far behind it. */
static void fill_chain(uint8_t *out, uint32_t sector)
{
	size_t n = put_dots(out, sector, SECTOR);

	if (sector < SECTORS - 100)
		(void)put_record(out + n, sector + 64, SECTOR, true, "A", 1);
}

/* One directory of empty files; a sector's have numbers of their own. */
static void fill_files(uint8_t *out, uint32_t sector)
{
	size_t n = sector == ROOT ? put_dots(out, sector, LIST_SIZE) : 0;

	for (uint32_t i = 0; i < PER_DIR; i++) {
		char name[16];
		int len = snprintf(name, sizeof(name), "F%u;1",
				   (sector - ROOT) * PER_DIR + i);

		n += put_record(out + n, 0, 0, false, name, (size_t)len);
	}
}

static void fill_two(uint8_t *out, uint32_t sector)
{
	size_t n = put_dots(out, sector, SECTOR);

	n += put_record(out + n, 100, 5, false, "SMALL;1", 7);
	(void)put_record(out + n, 200, 0xfffff800, false, "LARGE;1", 7);
}

static void check_ends(const char *name, void (*fill)(uint8_t *, uint32_t),
		       uint32_t root_size)
{
	struct made m = { { read_made, (uint64_t)SECTORS * SECTOR }, fill, root_size, 0 };
	uint64_t start = io_now_ms();
	struct iso iso;
	int r = iso_open(&iso, &m.reader);

	ok(r == -EBADMSG && iso.error[0], "%s: refused", name);
	printf("# %s (%llu reads, %zu names, %llu ms)\n", iso.error,
	       (unsigned long long)m.reads, iso.count,
	       (unsigned long long)(io_now_ms() - start));
	ok(m.reads <= ISO_SCAN_MAX / ISO_SCAN_BLOCK && iso.count <= ISO_FILES_MAX &&
		   io_now_ms() - start < SOON_MS,
	   "... within its bounds");
	iso_close(&iso);
}

static int count(void *arg, const void *data, size_t len)
{
	(void)data;
	*(uint64_t *)arg += len;
	return 0;
}

static void test_ground(void)
{
	struct made m = {
		{ read_made, (uint64_t)SECTORS * SECTOR }, fill_two, SECTOR, 0
	};
	const struct iso_entry *entry;
	uint64_t len = 0;
	struct iso iso;

	is_int(iso_open(&iso, &m.reader), 0, "an honest image can be made this way");
	ok(iso_find(&iso, "small", &entry) == 0 && entry->size == 5, "... with a file");
	is_int(iso_read(&iso, entry, 5, count, &len), 0, "... that can be read");
	is_int((long long)len, 5, "... all of it");
	is_int(iso_read(&iso, entry, 4, count, &len), -EFBIG,
	       "... within its limit only");
	ok(iso_find(&iso, "large", &entry) == 0 && entry->size == 0xfffff800,
	   "... and one of 4 GiB");
	is_int(iso_read(&iso, entry, 0xfffff7ff, count, &len), -EFBIG,
	       "... that is over the limit");
	is_int((long long)len, 5, "... of which nothing is read");
	is_int(iso_find(&iso, "SMALL/", &entry), 0, "case does not count");
	is_int(iso_find(&iso, "medium", &entry), -ENOENT, "what is not there");
	iso_close(&iso);
}

static ssize_t read_fails(struct iso_reader *reader, void *data, size_t len,
			  uint64_t offset)
{
	return offset > 0 ? -EIO : read_made(reader, data, len, offset);
}

/* The disk fails, or is written to, while it is read. */
static void test_disk(void)
{
	struct made m = {
		{ read_made, (uint64_t)SECTORS * SECTOR }, fill_two, SECTOR, 0
	};
	const struct iso_entry *entry;
	uint64_t len = 0;
	struct iso iso;

	if (iso_open(&iso, &m.reader) < 0 || iso_find(&iso, "small", &entry) < 0)
		abort();
	m.reader.read = read_fails;
	is_int(iso_read(&iso, entry, 5, count, &len), -EIO, "a disk that fails");
	is_str(iso.error, "the image cannot be read: Input/output error", "... says so");
	m.reader.read = read_made;
	m.fill = fill_chain;
	is_int(iso_read(&iso, entry, 5, count, &len), -EBADMSG, "an image that changes");
	m.fill = fill_two;
	is_int(iso_read(&iso, entry, 5, count, &len), 0, "... and is as it was again");
	iso_close(&iso);
}

int main(void)
{
	test_ground();
	test_disk();
	check_ends("directories without end, in breadth", fill_tree, SECTOR);
	check_ends("directories without end, in depth", fill_chain, SECTOR);
	check_ends("too many files in a directory", fill_files, LIST_SIZE);
	check_ends("a directory of 4 GiB", fill_files, 0xfffff800);
	return tap_done();
}
