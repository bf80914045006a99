/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sums - the checksum lists and tree descriptions of repositories.  Outside text; runs
 * in workers only.  Pure.
 *
 * A list is taken whole or not at all: one that names a file twice, with different
 * digests, is malformed.  SHA-256 only: what a list knows by another digest is not known.
 *
 * Source: contract par. 5.1
 * Owns:   nothing; texts are borrowed and may hold any bytes.
 * Errors: 0 or a negative errno; -ENOENT: the list does not name that file; -EBADMSG: not
 *         such a file.
 */
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "eliloader/distros.h"
#include "eliloader/wire.h"

/* "<64 hex digits> [ *]PATH" lines and nothing else but '#' comments; @path is looked for
 * as it is and with "./" before. */
int sums_sha256sums(const char *text, size_t len, const char *path,
		    uint8_t ret_sha256[SHA256_LEN]);
/* SUSE: lines "HASH SHA256 <hex> PATH" (content, which says other things, too) or
 * SHA256SUMS-like ones (CHECKSUMS). */
int sums_content(const char *text, size_t len, const char *path,
		 uint8_t ret_sha256[SHA256_LEN]);
/* An InRelease or Release text: the "SHA256:" list's entry for @path.  A second such list
 * is malformed: one of them may lie outside what was signed. */
int sums_release(const char *text, size_t len, const char *path,
		 uint8_t ret_sha256[SHA256_LEN], uint64_t *ret_size);

struct treeinfo {
	char family[64], version[32], arch[32]; /* printable ASCII; may be empty */
	char kernel[REPO_PATH_MAX], ramdisk[REPO_PATH_MAX];
	enum media media; /* MEDIA_UNKNOWN: neither family nor paths tell */
	unsigned major;	  /* 0: not known, "Rawhide" */
	uint8_t sha256_known[STREAMS];
	uint8_t sha256[STREAMS][SHA256_LEN];
};
/* [images-xen], then [images-<arch>].  -ENOENT: it names no pair.  -EBADMSG: not a
 * .treeinfo; a path that is absolute, has ".." or a byte out of A-Za-z0-9._+~/-. */
int sums_treeinfo(const char *text, size_t len, const char *arch,
		  struct treeinfo *ret_info);
/* Is @path good to be asked of a repository?  -EBADMSG: as above, empty, over
 * REPO_PATH_MAX, or ending in '/'. */
int sums_check_path(const char *path);
