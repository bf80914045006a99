/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cache - files that need not be fetched or made again, below cache-directory.
 *
 * A file's name says what it is:
 *   repo-HEX        what a repository's checksum list vouched for, shared by all VMs that
 *                   install from there (HEX of address, path, SHA-256)
 *   vm-HEX          what no list vouched for: one VM's own (HEX of VM, address, validator)
 *   made-HEX        made from others: fixed up, unpacked (HEX of all inputs)
 *   note-HEX        a few bytes known of a file (what a kernel's notes say)
 * Files are immutable, root's, written unnamed and linked in whole; so parallel starts
 * are safe.  Used ones get a new mtime; the oldest go when all are over the size.
 *
 * Nobody waits for the disk: a file of this boot is good as it is, since all see the same
 * page cache.  One that is known to be on the disk has mode 0400; those of an earlier boot
 * that are still 0600 may have lost bytes with the power, and go (".boot" has the boot).
 *
 * Owns:   struct cache: its directory's descriptor.
 * Errors: 0 or a negative errno; a cache that cannot be used is a warning, never the end.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "eliloader/wire.h"

#define CACHE_NAME_MAX 80   /* bytes, NUL included */
#define CACHE_LOCK_MS  2000 /* to wait for the lock: it is held for a look at the names */

struct cache {
	int dir; /* -1: off */
	uint64_t size_max;
};

/* Made (0700) when absent.  A directory that others may write or own is refused (-EPERM).
 * -EWOULDBLOCK: another start has held its lock for CACHE_LOCK_MS. */
int cache_open(const char *path, uint64_t size_max, struct cache *ret);
void cache_close(struct cache *c);

/* A digest in hex digits. */
#define SHA256_TEXT_MAX (2 * SHA256_LEN + 1)
void cache_hex(const uint8_t digest[SHA256_LEN], char ret_text[SHA256_TEXT_MAX]);
/* @kind: "repo", "vm", "made" or "note"; the parts are hashed with their lengths. */
void cache_name(const char *kind, const char *const *parts, size_t count,
		char ret_name[CACHE_NAME_MAX]);
/* Open for reading; -ENOENT.  What is handed out stays whole when it is removed here. */
int cache_get(struct cache *c, const char *name, int *ret_fd, uint64_t *ret_len);
/* Keep the (unnamed or named) file @fd under that name: linked when it is in the same
 * file system and root's with mode 0600, else copied; then make room.  0 also when it was
 * there.  -EFBIG: larger than the whole cache.  Nobody may write to @fd any more. */
int cache_put(struct cache *c, const char *name, int fd);
int cache_put_bytes(struct cache *c, const char *name, const void *data, size_t len);
