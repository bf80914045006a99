/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fixup - overlays for vendors' initrds, as the *.map files of the guest-installer
 * directory name them: lines of four fields
 *	<MD5 or SHA-256 of the vendor's initrd, hex> <cpio|ext2> <overlay file> <distribution, free text>
 * '#' starts a comment.  Directory and files are root's own; the initrd is not.
 * A cpio overlay is appended, which Linux's initramfs format allows for any compression:
 * zero bytes up to a multiple of 4, the newc archive, and zero bytes at the end, at least
 * 4 (Xen before 4.20 takes the last four for a gzip size; zeros make it fall back).
 * Owns:   nothing; descriptors are borrowed.
 * Source: contract par. 3.6, 6; docs.kernel.org early-userspace/buffer-format
 * Errors: 0 or a negative errno.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "eliloader/wire.h"

struct fixup {
	bool ext2;	   /* the overlay's files go into an ext2 image, else cpio */
	char overlay[512]; /* path of the overlay */
	char distro[128];
};
/* Look through every *.map of @dir for that initrd.  A broken line, a map that cannot be
 * read, an overlay name with '/' is a warning and spoils nothing else.  -ENOENT: no map
 * names it (also: no such directory). */
int fixup_find(const char *dir, const uint8_t md5[MD5_LEN],
	       const uint8_t sha256[SHA256_LEN], struct fixup *ret);
/* Is there a map at all?  Old ones want the initrd's MD5. */
bool fixup_any_map(const char *dir);
/* One line, pure.  1: a rule; 0: blank or comment; -EBADMSG. @digest_len: MD5_LEN or SHA256_LEN. */
int fixup_parse_line(char *line, struct fixup *ret, uint8_t ret_digest[SHA256_LEN],
		     unsigned *ret_digest_len);
/* @out := @ramdisk, padding, @overlay, padding; at most @max bytes (-EFBIG). */
int fixup_append(int ramdisk, int overlay, int out, uint64_t max);
