/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * iso_image - the files of an ISO 9660 image, plain or with Rock Ridge or Joliet, read
 * through libarchive, whose ISO reader alone is used.
 *
 * Opening goes once over all directories and keeps the names; reading a file goes over
 * them again, to where its bytes lie.  libarchive reads forwards only, and this is simpler
 * than to keep its place.  All work is bounded: bytes read, names, processor time.
 *
 * Names: as the image has them.  An image in which no name has a lower-case letter has
 * only ISO 9660's own names; there case counts for nothing, and '_' stands for any byte
 * that such names may not have (INSTALL_AMD is install.amd).
 * Links: symbolic ones are followed within the image, ISO_LINKS_MAX of them for a path;
 * "/" and "..": of the image.
 *
 * Owns:   struct iso: its names and its buffer; the reader is borrowed.
 * Errors: 0 or a negative errno, the sentence in @error: -EBADMSG no ISO 9660 image,
 *         damaged, or more work than is done for one; -EIO it cannot be read; -ENOMEM.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define ISO_FILES_MAX 200000		 /* Debian's DVDs have under 10 000 */
#define ISO_NAMES_MAX (32 * 1024 * 1024) /* bytes of all names and link targets */
#define ISO_LINKS_MAX 8
/* Bytes to read for the directories: those of a DVD take under 2 MiB, but each may cost
 * a block of ISO_SCAN_BLOCK. */
#define ISO_SCAN_MAX   (512 * 1024 * 1024)
#define ISO_SCAN_BLOCK (32 * 1024)
#define ISO_BLOCK      (256 * 1024)
#define ISO_CPU_MAX_MS 50000 /* reading 2 GiB takes under 5 s */

/* Where the bytes are. */
struct iso_reader {
	/* As pread(): bytes, 0 at the end, or a negative errno. */
	ssize_t (*read)(struct iso_reader *r, void *data, size_t len, uint64_t offset);
	uint64_t size; /* bytes */
};

struct iso_entry {
	char *path;	/* owned; folded when the image is plain */
	char *target;	/* owned; of a link, else NULL */
	bool hard;	/* the link is a hard one: its target is a path of the image */
	bool file;	/* a regular file */
	bool damaged;	/* libarchive had something against it */
	uint64_t size;	/* bytes */
	size_t ordinal; /* of its header: libarchive's order */
};

struct iso {
	struct iso_reader *reader;
	char *block;		 /* owned: ISO_BLOCK bytes */
	size_t block_len;	 /* bytes to read at once */
	uint64_t position, left; /* in the image; bytes that may still be read */
	uint64_t cpu_end_ms;	 /* the processor time by which all must be done */
	struct iso_entry *entry; /* owned; sorted by path */
	size_t count, room, names_len;
	bool plain;
	int read_error; /* what the reader said; 0 */
	char error[512];
};

int iso_open(struct iso *iso, struct iso_reader *reader);
void iso_close(struct iso *iso);
#define autoiso __attribute__((cleanup(iso_close)))

/* The regular file @path, its links followed.  -ENOENT: there is none. */
int iso_find(const struct iso *iso, const char *path, const struct iso_entry **ret_entry);

/* Called with the file's bytes, in order; a negative result ends the reading. */
typedef int iso_sink(void *arg, const void *data, size_t len);
/* -EFBIG: it has over @max bytes. */
int iso_read(struct iso *iso, const struct iso_entry *entry, uint64_t max, iso_sink *sink,
	     void *arg);
