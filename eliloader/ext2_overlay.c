/* SPDX-License-Identifier: BSD-2-Clause */
#include "eliloader/ext2_overlay.h"

#include <errno.h>
#include <et/com_err.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "eliloader/ext2_io.h"
#include "eliloader/ext2_put.h"
#include "eliloader/newc.h"

#define INODE_LEN_MIN 128 /* bytes that an inode takes in the image, at least */

/* What initrds have; each feature more is code of the library that an image can reach. */
#define INCOMPAT_KNOWN                                                                   \
	(EXT2_FEATURE_INCOMPAT_FILETYPE | EXT3_FEATURE_INCOMPAT_EXTENTS |                \
	 EXT4_FEATURE_INCOMPAT_64BIT | EXT4_FEATURE_INCOMPAT_FLEX_BG)
#define RO_COMPAT_KNOWN                                                                  \
	(EXT2_FEATURE_RO_COMPAT_SPARSE_SUPER | EXT2_FEATURE_RO_COMPAT_LARGE_FILE |       \
	 EXT4_FEATURE_RO_COMPAT_HUGE_FILE | EXT4_FEATURE_RO_COMPAT_GDT_CSUM |            \
	 EXT4_FEATURE_RO_COMPAT_DIR_NLINK | EXT4_FEATURE_RO_COMPAT_EXTRA_ISIZE |         \
	 EXT4_FEATURE_RO_COMPAT_METADATA_CSUM)

/* libext2fs' errors as ours. */
static int as_errno(errcode_t err)
{
	switch (err) {
	case 0:
		return 0;
	case EXT2_ET_BLOCK_ALLOC_FAIL:
	case EXT2_ET_INODE_ALLOC_FAIL:
	case EXT2_ET_DIR_NO_SPACE:
		return -ENOSPC;
	case EXT2_ET_NO_MEMORY:
		return -ENOMEM;
	default:
		return -EBADMSG;
	}
}

/* The library would print on stderr what an image makes it stumble over. */
static void no_message(const char *who, long code, const char *format, va_list args)
{
	(void)who;
	(void)code;
	(void)format;
	(void)args;
}

static int failed(errcode_t err, const char *what, char *why, size_t size)
{
	int r = as_errno(err);

	if (r == -ENOSPC)
		(void)snprintf(why, size, "the ext2 image has no room for %s", what);
	else
		(void)snprintf(why, size, "the ext2 image: %s: %s", what,
			       err == EXT2_ET_CANCEL_REQUESTED ? "takes too long"
							       : error_message(err));
	return r;
}

/* What the library would believe.  (1.47.0 writes past its block bitmap when the first
 * block is not where the block size has it.) */
static const char *unfit(ext2_filsys fs, uint64_t image_len)
{
	struct ext2_super_block *s = fs->super;

	if (s->s_first_data_block != (fs->blocksize == 1024 ? 1 : 0))
		return "its first block is out of place";
	if (ext2fs_blocks_count(s) > image_len / fs->blocksize)
		return "it is cut short";
	if (s->s_inodes_count > image_len / INODE_LEN_MIN)
		return "it cannot hold all the inodes it claims";
	if (ext2fs_has_feature_journal_needs_recovery(s))
		return "its journal was not played back";
	if (s->s_feature_incompat & ~INCOMPAT_KNOWN ||
	    s->s_feature_ro_compat & ~RO_COMPAT_KNOWN)
		return "it has features that no initrd needs";
	return NULL;
}

static int check_fit(ext2_filsys fs, int image, char *why, size_t size)
{
	const char *reason;
	struct stat st;

	if (fstat(image, &st) < 0)
		return -errno;
	reason = unfit(fs, (uint64_t)st.st_size);
	if (!reason)
		return 0;
	(void)snprintf(why, size, "the ext2 image cannot be used: %s", reason);
	return -EBADMSG;
}

static int put_all(ext2_filsys fs, const struct unpack_in *archive, char *why,
		   size_t size)
{
	struct ext2_put put = { .fs = fs, .archive = archive };
	struct newc_entry entry;
	uint64_t at = archive->start;
	int r;

	while ((r = newc_next(archive, &at, &entry)) > 0) {
		errcode_t err = ext2_put(&put, &entry);

		if (err)
			return failed(err, entry.name, why, size);
	}
	if (r < 0)
		(void)snprintf(why, size, "the overlay cannot be read: %s", strerror(-r));
	return r;
}

int ext2_overlay(int image, const struct unpack_in *archive, char *why, size_t size)
{
	ext2_filsys fs = NULL;
	char name[16];
	errcode_t err;
	int r;

	initialize_ext2_error_table();
	(void)set_com_err_hook(no_message); /* returns the one before */
	(void)snprintf(name, sizeof(name), "%d", image);
	err = ext2fs_open2(name, NULL, EXT2_FLAG_RW | EXT2_FLAG_64BITS, 0, 0,
			   &ext2_io_manager, &fs);
	if (err)
		return failed(err, "opening it", why, size);
	/* for the library's time stamps: the same inputs give the same image */
	fs->now = fs->super->s_wtime != 0 ? (time_t)fs->super->s_wtime : 1;
	r = check_fit(fs, image, why, size);
	if (r == 0) {
		err = ext2fs_read_bitmaps(fs);
		r = err ? failed(err, "its bitmaps", why, size) : 0;
	}
	if (r == 0)
		r = put_all(fs, archive, why, size);
	if (r < 0) {
		ext2fs_free(fs); /* without writing what was begun */
		return r;
	}
	err = ext2fs_close_free(&fs);
	if (!err)
		return 0;
	if (fs)
		ext2fs_free(fs);
	return failed(err, "closing it", why, size);
}
