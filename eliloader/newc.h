/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * newc - the entries of an uncompressed cpio archive of the kind "newc".  Pure.
 * Source: docs.kernel.org early-userspace/buffer-format; contract par. 6
 * Owns:   nothing.
 * Errors: 0 or a negative errno; -EBADMSG: no such archive, cut short, or a name with
 *         "..", which would leave the place where it is unpacked.
 */
#pragma once
#include <stdint.h>

#include "eliloader/unpack.h"

#define NEWC_NAME_MAX 1024 /* bytes of a path, NUL included */

struct newc_entry {
	uint32_t ino, mode, uid, gid, nlink, mtime, size;
	uint32_t dev_major, dev_minor;	 /* where it was; with @ino tells hard links */
	uint32_t rdev_major, rdev_minor; /* of a device node */
	char name[NEWC_NAME_MAX];	 /* relative, no "." in it; "": the root */
	uint64_t data_at;		 /* of the archive; @size bytes */
};
/* The entry at *@at, which is moved to the next.  1: there is one; 0: the trailer. */
int newc_next(const struct unpack_in *archive, uint64_t *at, struct newc_entry *ret);
