/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * disk_ls - what grub-fstest's command "ls" prints, read.
 *
 * Pure.  Its text is hostile: names, labels and what else comes from the disk stand in it
 * as they are.  A newline in one of them can only make up further names or lose some.
 *
 * Owns:   results are the caller's.
 * Errors: 0 or a negative errno: -EBADMSG: no such text; -ENOMEM.
 * Source: GRUB 2.06's commands/ls.c, kern/misc (grub_printf), normal/misc.c; measured
 */
#pragma once
#include "eliloader/boot_fs.h"

#define DISK_NAMES_MAX 20000 /* of one directory; what is more is left out */

/*
 * "ls -l -a" has each name's size, for which GRUB opens each file: twice the names cost four
 * times as much (10 000: 5 s).  It leaves out what it cannot open, and links to directories.
 * "ls -a" costs hardly anything, has all names, and says which are directories.
 */
enum disk_ls_form { DISK_LS_LONG, DISK_LS_SHORT };
#define DISK_LS_SOME 1 /* the size of a file of which it was not said */

struct disk_listing {
	/* owned; of DISK_LS_SHORT a name with blanks may be in parts */
	struct boot_names names;
	bool dots;  /* "." or ".." is among them, though not in @names */
	bool whole; /* GRUB came to its end, and nothing is left out */
};
void disk_listing_done(struct disk_listing *l);
#define autolisting __attribute__((cleanup(disk_listing_done)))

/* "(proc) (loop0) (loop0,gpt2) (lvm/vg-root) (host) ": those on the disk, at most
 * BOOT_DEVICES_MAX: the disk, its partitions by their numbers, volumes and arrays; only @name
 * is set.  What is the surroundings' is left out, as is a name that would not come back as it
 * is. */
size_t disk_ls_devices(const char *text, struct boot_device *ret);

/* The next line that "ls -l" has for that device: fs, label, uuid, size; *ret_start: of a
 * partition, bytes.  *text is moved to behind it.  -EBADMSG: there is none. */
int disk_ls_device(const char **text, struct boot_device *device, uint64_t *ret_start);

/* The lines that are one directory's, until its last one; *text is moved to behind it.
 * -ENOENT: the next line is @mark (NULL: none can be) or that of a device, or there is none;
 * so there is no directory. */
int disk_ls_names(const char **text, const char *mark, enum disk_ls_form form,
		  struct disk_listing *ret);
/* How many directories have their last line in it? */
size_t disk_ls_count(const char *text, enum disk_ls_form form);
/* Is the last line that of a device? */
bool disk_ls_ends_in_device(const char *text);
/* Behind the next line that is @mark; NULL: there is none. */
const char *disk_ls_skip(const char *text, const char *mark);
