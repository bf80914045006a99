/* SPDX-License-Identifier: BSD-2-Clause */
/* The image through libarchive: one pass for all names, one for each file. */
#include "eliloader/iso_image.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "eliloader/iso_names.h"
#include "lib/cleanup.h"

static void archive_done(struct archive **a)
{
	if (*a)
		(void)archive_read_free(*a); /* nothing was written */
}
#define autoarchive __attribute__((cleanup(archive_done)))

__attribute__((format(printf, 3, 4))) static int fail(struct iso *iso, int r,
						      const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(iso->error, sizeof(iso->error), fmt, ap);
	va_end(ap);
	return r;
}

static int fail_memory(struct iso *iso)
{
	return fail(iso, -ENOMEM, "not enough memory to read the image");
}

/* What libarchive could not do, in our words where they are better. */
static int fail_archive(struct iso *iso, struct archive *a)
{
	const char *why = archive_error_string(a);

	if (iso->read_error == -EDQUOT)
		return fail(iso, -EBADMSG,
			    "the image is damaged: it takes more work than any should");
	if (iso->read_error < 0)
		return fail(iso, -EIO, "the image cannot be read: %s",
			    strerror(-iso->read_error));
	/* it has a whole directory in memory, of the size that the image says */
	if (archive_errno(a) == ENOMEM)
		return fail(iso, -EBADMSG,
			    "the image is damaged: it takes more memory than any should");
	if (archive_format(a) == 0)
		return fail(iso, -EBADMSG, "the disk is not an ISO 9660 image");
	return fail(iso, -EBADMSG, "the image is cut short or damaged: %s",
		    why ? why : "unknown");
}

/* Processor time of this process. */
static uint64_t cpu_now_ms(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts); /* always there */
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

/* For libarchive. */
static la_ssize_t on_read(struct archive *a, void *arg, const void **ret_block)
{
	struct iso *iso = arg;
	ssize_t n = -EDQUOT;

	if (iso->left >= iso->block_len && cpu_now_ms() < iso->cpu_end_ms)
		n = iso->reader->read(iso->reader, iso->block, iso->block_len,
				      iso->position);
	if (n < 0) {
		iso->read_error = (int)n;
		archive_set_error(a, (int)-n, "read");
		return ARCHIVE_FATAL;
	}
	iso->position += (uint64_t)n;
	iso->left -= (uint64_t)n;
	*ret_block = iso->block;
	return n;
}

static la_int64_t on_skip(struct archive *a, void *arg, la_int64_t want)
{
	struct iso *iso = arg;
	uint64_t left =
		iso->position < iso->reader->size ? iso->reader->size - iso->position : 0;
	uint64_t n = want < 0 ? 0 : (uint64_t)want;

	(void)a;
	if (n > left)
		n = left; /* the read that follows sees the end */
	iso->position += n;
	return (la_int64_t)n;
}

static la_int64_t on_seek(struct archive *a, void *arg, la_int64_t offset, int whence)
{
	struct iso *iso = arg;
	la_int64_t base = 0, to;

	(void)a;
	if (whence == SEEK_CUR)
		base = (la_int64_t)iso->position;
	else if (whence == SEEK_END)
		base = (la_int64_t)iso->reader->size;
	if (__builtin_add_overflow(base, offset, &to) || to < 0)
		return ARCHIVE_FATAL;
	iso->position = (uint64_t)to;
	return to;
}

/* A new pass over the image, in which at most ISO_SCAN_MAX + @max bytes are read. */
static int begin(struct iso *iso, uint64_t max, struct archive **ret)
{
	autoarchive struct archive *a = archive_read_new();

	iso->position = 0;
	iso->block_len = ISO_SCAN_BLOCK;
	iso->read_error = 0;
	if (__builtin_add_overflow(max, ISO_SCAN_MAX, &iso->left))
		iso->left = UINT64_MAX;
	if (!a || archive_read_support_format_iso9660(a) != ARCHIVE_OK)
		return fail_memory(iso);
	if (archive_read_set_read_callback(a, on_read) != ARCHIVE_OK ||
	    archive_read_set_skip_callback(a, on_skip) != ARCHIVE_OK ||
	    archive_read_set_seek_callback(a, on_seek) != ARCHIVE_OK ||
	    archive_read_set_callback_data(a, iso) != ARCHIVE_OK ||
	    archive_read_open1(a) != ARCHIVE_OK)
		return fail_archive(iso, a);
	*ret = steal_ptr(a);
	return 0;
}

/* The next header: 1, 0 at the end, or an errno.  What libarchive warns of, a name in
 * letters that this locale lacks or a file that lies past the end, is the file's, not the
 * image's. */
static int next_header(struct iso *iso, struct archive *a, struct archive_entry **ret,
		       bool *ret_damaged)
{
	int r = archive_read_next_header(a, ret);

	if (r == ARCHIVE_EOF)
		return 0;
	*ret_damaged = r != ARCHIVE_OK;
	return r == ARCHIVE_FATAL ? fail_archive(iso, a) : 1;
}

static int add_entry(struct iso *iso, struct archive_entry *e, size_t ordinal,
		     bool damaged)
{
	const char *path = archive_entry_pathname(e);
	const char *hard = archive_entry_hardlink(e);
	const char *soft = archive_entry_symlink(e);
	struct iso_entry entry = {
		.hard = hard != NULL,
		.file = !hard && archive_entry_filetype(e) == AE_IFREG,
		.damaged = damaged,
		.size = archive_entry_size_is_set(e) && archive_entry_size(e) > 0
				? (uint64_t)archive_entry_size(e)
				: 0,
		.ordinal = ordinal,
	};

	if (!path || (!entry.file && !hard && !soft))
		return 0;
	return iso_names_add(iso, &entry, path, hard ? hard : soft);
}

static int read_names(struct iso *iso, struct archive *a)
{
	struct archive_entry *e;
	bool damaged;
	int r;

	for (size_t n = 0; (r = next_header(iso, a, &e, &damaged)) > 0; n++) {
		r = n < ISO_FILES_MAX ? add_entry(iso, e, n, damaged) : -E2BIG;
		if (r == -E2BIG)
			return fail(iso, -EBADMSG, "the image has too many files");
		if (r < 0)
			return fail_memory(iso);
	}
	return r;
}

int iso_open(struct iso *iso, struct iso_reader *reader)
{
	autoarchive struct archive *a = NULL;
	int r;

	*iso = (struct iso){ .reader = reader,
			     .block = malloc(ISO_BLOCK),
			     .cpu_end_ms = cpu_now_ms() + ISO_CPU_MAX_MS };
	if (!iso->block)
		return fail_memory(iso);
	r = begin(iso, 0, &a);
	if (r >= 0)
		r = read_names(iso, a);
	if (r >= 0)
		iso_names_sort(iso);
	return r;
}

void iso_close(struct iso *iso)
{
	iso_names_free(iso);
	free(steal_ptr(iso->block));
}

/* Go on to @entry's header. */
static int go_to(struct iso *iso, struct archive *a, const struct iso_entry *entry)
{
	struct archive_entry *e = NULL;
	bool damaged;
	int r;

	for (size_t n = 0; n <= entry->ordinal; n++) {
		r = next_header(iso, a, &e, &damaged);
		if (r < 0)
			return r;
		if (r == 0)
			break;
	}
	if (!e || !iso_names_is(iso, entry, archive_entry_pathname(e)))
		return fail(iso, -EBADMSG, "the image has changed while it was read");
	return 0;
}

/* The file's bytes, from where libarchive stands. */
static int read_data(struct iso *iso, struct archive *a, const struct iso_entry *entry,
		     iso_sink *sink, void *arg)
{
	uint64_t len = 0;

	for (;;) {
		const void *data;
		la_int64_t offset;
		size_t n;
		int r = archive_read_data_block(a, &data, &n, &offset);

		if (r == ARCHIVE_EOF && len == entry->size)
			return 0;
		if (r == ARCHIVE_EOF)
			break;
		if (r != ARCHIVE_OK)
			return fail_archive(iso, a);
		if (offset < 0 || (uint64_t)offset != len || n > entry->size - len)
			break;
		len += n;
		r = n > 0 ? sink(arg, data, n) : 0;
		if (r < 0)
			return r;
	}
	return fail(iso, -EBADMSG,
		    "the image is damaged: '%s' should have %" PRIu64 " bytes",
		    entry->path, entry->size);
}

int iso_read(struct iso *iso, const struct iso_entry *entry, uint64_t max, iso_sink *sink,
	     void *arg)
{
	autoarchive struct archive *a = NULL;
	int r;

	if (entry->size > max)
		return fail(iso, -EFBIG,
			    "'%s' has %" PRIu64 " bytes and exceeds the limit of %" PRIu64
			    " bytes",
			    entry->path, entry->size, max);
	if (entry->damaged)
		return fail(iso, -EBADMSG, "the image is damaged: '%s' is not whole",
			    entry->path);
	r = begin(iso, max, &a);
	if (r >= 0)
		r = go_to(iso, a, entry);
	iso->block_len = ISO_BLOCK;
	return r < 0 ? r : read_data(iso, a, entry, sink, arg);
}
