/* SPDX-License-Identifier: BSD-2-Clause */
/* An ISO 9660 image without its first 32 KiB, which the format does not use. */
#include <stdlib.h>
#include <string.h>

#include "eliloader/iso_image.h"

#define BEFORE	  32768
#define READS_MAX 8 /* files of one image */
#define FILE_MAX  (1024 * 1024)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
const char *__asan_default_options(void);

/* libarchive asks for as much memory as an image says a directory has; in the worker's
 * sandbox it does not get it, so neither here. */
const char *__asan_default_options(void)
{
	return "allocator_may_return_null=1:max_allocation_size_mb=256";
}

struct memory {
	struct iso_reader reader;
	const uint8_t *data;
	size_t size;
};

static ssize_t read_memory(struct iso_reader *reader, void *out, size_t len,
			   uint64_t offset)
{
	const struct memory *m = (const struct memory *)reader;
	size_t before = 0, n = 0;

	if (offset < BEFORE) {
		before = BEFORE - offset < len ? (size_t)(BEFORE - offset) : len;
		memset(out, 0, before);
		offset += before;
	}
	offset -= BEFORE;
	if (before < len && offset < m->size) {
		n = m->size - offset < len - before ? (size_t)(m->size - offset)
						    : len - before;
		memcpy((char *)out + before, m->data + offset, n);
	}
	return (ssize_t)(before + n);
}

static int count(void *arg, const void *data, size_t len)
{
	size_t *sum = arg;

	for (size_t i = 0; i < len; i++)
		*sum += ((const uint8_t *)data)[i]; /* all of it can be read */
	return 0;
}

static void read_files(struct iso *iso)
{
	const struct iso_entry *found;
	size_t sum = 0;

	for (size_t i = 0; i < iso->count; i++)
		(void)iso_find(iso, iso->entry[i].path, &found);
	for (size_t i = 0, reads = 0; i < iso->count && reads < READS_MAX; i++)
		if (iso->entry[i].file) {
			reads++;
			(void)iso_read(iso, &iso->entry[i], FILE_MAX, count, &sum);
		}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct memory m = { { read_memory, BEFORE + size }, data, size };
	struct iso iso;
	int r = iso_open(&iso, &m.reader);

	if (r < 0 && !iso.error[0])
		abort(); /* a failure without a sentence */
	if (r >= 0)
		read_files(&iso);
	iso_close(&iso);
	return 0;
}
