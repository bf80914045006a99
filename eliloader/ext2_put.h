/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ext2_put - one entry of an archive put into an open ext2 file system.
 * Owns:   nothing.
 * Errors: 0 or libext2fs' (errcode_t).
 */
#pragma once
#include <ext2fs/ext2fs.h>

#include "eliloader/newc.h"
#include "eliloader/unpack.h"

#define EXT2_LINKS_MAX                                                                   \
	64 /* files with several names in one archive; overlays have none */

struct ext2_put {
	ext2_filsys fs;
	const struct unpack_in *archive;
	struct {
		uint32_t dev_major, dev_minor, ino; /* in the archive */
		ext2_ino_t is;
	} link[EXT2_LINKS_MAX];
	size_t links;
};
errcode_t ext2_put(struct ext2_put *p, const struct newc_entry *entry);
