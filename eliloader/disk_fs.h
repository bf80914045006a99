/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * disk_fs - a boot_fs whose bytes are read by grub-fstest, GRUB's own file-system code as an
 * unprivileged program, from the device node of disk_room.h.
 *
 * One run of the program is one command (disk_run.h).  "ls" without arguments names the
 * devices, "ls -l" takes many paths: the first runs ask for all places that a configuration
 * can lie in, so that most later questions need none; "cat" takes one.  Only "loop0", its
 * partitions, and the lvm and md names that ls reported are ever asked for: "(host)" and
 * "(proc)" are the surroundings.  Directories that were listed are kept.
 *
 * What has no file system is looked at here (disk_signs.h): of the disk and its partitions
 * by @image, of volumes and arrays by the program.  @fs of a device is then "lvm", "mdraid"
 * or "luks"; and it is "damaged" when GRUB knows the file system, but cannot read its root
 * (disk_fs_judge(): or a directory).
 * The disk itself is not a device where it has nothing but partitions; where some may be
 * missing (disk_table.h) its @fs is "table".
 *
 * Owns:   struct disk_fs; disk_fs_close().
 * Errors: boot_fs.h's; -ENOEXEC: grub-fstest cannot be run; each with a sentence in @error,
 *         in which there is outside text.
 * Limits: DISK_RUNS_MAX, DISK_CPU_MAX_S, DISK_TIME_MAX_S; DISK_NAMES_MAX of a directory,
 *         DISK_ALL_NAMES_MAX in all: names beyond are left out.
 * Source: grub-fstest(1); measured with 2.06
 */
#pragma once
#include "eliloader/boot_fs.h"
#include "eliloader/disk_run.h"

#define DISK_ALL_NAMES_MAX 50000
#define DISK_SIZE_UNKNOWN  UINT64_MAX

struct disk_fs {
	struct boot_fs fs;
	char table[8];	 /* as disk_report.h's */
	char error[512]; /* why it failed; "": it did not */
	struct disk_fs_private *own;
};

/* @image: the disk, open for reading; borrowed. */
int disk_fs_open(struct disk_fs *d, int image);
void disk_fs_close(struct disk_fs *d);
/* Has more been asked for than a start may?  Then some things only look absent. */
bool disk_fs_is_spent(const struct disk_fs *d);
/* The devices, owned by the caller, and "damaged" also those on which a directory is that
 * cannot be listed, or not all of it, or a name where a directory was looked for in vain: a
 * system may be on them that was not seen.  One more run. */
int disk_fs_judge(struct disk_fs *d, struct boot_device **ret);
/* Begin to read a file, to go on by disk_run_read(); *ret_size: how long it is, or
 * DISK_SIZE_UNKNOWN: that will be seen.  -EFBIG: it is longer than @max. */
int disk_fs_begin(struct disk_fs *d, const struct boot_path *file, uint64_t max,
		  struct disk_run *run, uint64_t *ret_size);
/* After its last byte, @len in all: was that the whole file? */
int disk_fs_end(struct disk_fs *d, const struct boot_path *file, struct disk_run *run,
		uint64_t size, uint64_t len);
/* Put a sentence into @error; returns @r. */
__attribute__((format(printf, 3, 4))) int disk_fs_fail(struct disk_fs *d, int r,
						       const char *fmt, ...);
