/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * disk_fs - a boot_fs whose bytes are read by grub-fstest, GRUB's own file-system code as an
 * unprivileged program, from the device node /disk.
 *
 * One run of the program is one command.  "ls" without arguments names the devices, "ls -l"
 * takes many paths (a first run asks for all places a configuration can lie in, so that
 * most later questions need none), "cat" takes one.  Only "loop0", its partitions, and the
 * lvm and md names that ls reported are ever asked for: "(host)" and "(proc)" are the
 * surroundings.  Directories that were listed are kept.  Its output is hostile: a name with
 * a newline can only make up names on the guest's own disk.
 *
 * Each run: RLIMIT_CPU, RLIMIT_AS, no forks, an alarm, PR_SET_PDEATHSIG, bounded output.
 *
 * Owns:   struct disk_fs; disk_fs_close().
 * Errors: boot_fs.h's; -ENOEXEC: grub-fstest cannot be run.
 * Source: grub-fstest(1), GRUB 2.06's commands/ls.c; measured
 */
#pragma once
#include "eliloader/boot_fs.h"

struct disk_fs {
	struct boot_fs fs;
	char table[8];	 /* as disk_report.h's */
	char error[256]; /* the last thing the program said */
	struct disk_fs_private *own;
};

int disk_fs_open(struct disk_fs *d);
void disk_fs_close(struct disk_fs *d);
/* A file's bytes from the program's pipe, as they come; at most @max: -EFBIG. */
int disk_fs_stream(struct disk_fs *d, const struct boot_path *file, uint64_t max,
		   int (*take)(void *arg, const void *data, size_t len), void *arg);
