/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * boot_place - where on the disk a file lies that a configuration names, and whether it is
 * there.  For the readers of boot_menu.h.
 *
 * A configuration's "/" is the device it lies on for its boot loader, but it may be a
 * subvolume of btrfs, or written by a system that sees /boot elsewhere.
 *
 * Owns:   nothing.
 * Errors: 0 or a negative errno: -ENAMETOOLONG: no path.
 * Limits: PLACE_MISSES_MAX: after so many files of a disk that were not where they were
 *         said to be, nothing more is looked for: a hostile configuration has thousands,
 *         in directories of thousands.
 */
#pragma once
#include "eliloader/boot_text.h"

#define PLACE_MISSES_MAX 64

/* Is a file there?  Also true when its directory cannot be read: that is told when the
 * file is. */
bool boot_place_is_file(struct boot_fs *fs, const struct boot_path *file);
bool boot_place_is_directory(struct boot_fs *fs, const struct boot_path *dir);
/* The file that a configuration in @base calls @name: where it says; when nothing is
 * there, and @name is absolute, below @base or a directory above it; and the same without
 * "/boot".  When it is nowhere, where it says. */
int boot_place_find(struct boot_fs *fs, const struct boot_path *base, struct span name,
		    struct boot_path *ret);
/* boot_place_find() for an entry: a name that is no path makes it not bootable. */
int boot_place_kernel(struct boot_fs *fs, const struct boot_path *base, struct span name,
		      struct boot_entry *e);
int boot_place_ramdisk(struct boot_fs *fs, const struct boot_path *base, struct span name,
		       struct boot_entry *e);
