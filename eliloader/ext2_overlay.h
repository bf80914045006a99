/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ext2_overlay - the files of a cpio archive put into an ext2 image, without a mount.
 * Outside bytes; runs in a worker only.
 *
 * Directories are made where they are missing; a file replaces what has its name, but no
 * directory.  Symbolic links of the image are followed on the way to a file, within the
 * image.  Modes, owners and times are the archive's.
 *
 * Owns:   nothing.
 * Errors: 0, or a negative errno and a sentence in @why: -EBADMSG no ext2 image, damaged,
 *         or of a kind that cannot be written; -ENOSPC it is full.  The image is then of
 *         no more use.
 */
#pragma once
#include <stddef.h>

#include "eliloader/unpack.h"

/* @image: a descriptor open for reading and writing, at any place. */
int ext2_overlay(int image, const struct unpack_in *archive, char *why, size_t size);
