/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * boot_roots - the directories of a disk that may be the root of a system, or its /boot,
 * or an EFI system partition: of each device the top, of btrfs also subvolumes and SUSE's
 * snapshots.  The active partition comes first, then the order of the disk.
 *
 * Owns:   struct boot_roots; boot_roots_done().
 * Errors: 0 or a negative errno (-E2BIG: boot_fs.h's); a device that cannot be read, and
 *         what is over a limit (-EOVERFLOW), is left out, and @error of the first is kept.
 * Limits: ROOTS_MAX; SUBVOLUMES_MAX and SNAPSHOTS_MAX of one device.
 */
#pragma once
#include "eliloader/boot_fs.h"

#define ROOTS_MAX      256
#define SUBVOLUMES_MAX 8
#define SNAPSHOTS_MAX  4 /* the newest */

struct boot_roots {
	struct boot_path *item; /* owned */
	size_t count;
	int error; /* why @bad is left out; 0: none is */
	unsigned bad;
};
int boot_roots_find(struct boot_fs *fs, struct boot_roots *ret);
void boot_roots_done(struct boot_roots *r);
#define autobootroots __attribute__((cleanup(boot_roots_done)))
