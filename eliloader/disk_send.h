/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * disk_send - a kernel and its ramdisks from a disk to the wire, both at the same time.
 *
 * Two runs of grub-fstest read side by side.  Ramdisks are one after the other in one
 * stream, each but the last padded with zeros to four bytes, as GRUB loads them.
 *
 * Owns:   nothing; all is borrowed.
 * Errors: 0 or a negative errno with a sentence in the file system's @error: -EFBIG: over
 *         its limit; -ENOENT; -EIO; -ETIMEDOUT; -EPIPE: nobody listens.
 */
#pragma once
#include "eliloader/boot_menu.h"
#include "eliloader/disk_fs.h"

struct disk_wanted {
	struct boot_path kernel;
	struct boot_path ramdisk[BOOT_RAMDISKS_MAX];
	size_t ramdisk_count;
	uint64_t kernel_max, ramdisk_max; /* bytes of a stream */
};

int disk_send(struct disk_fs *d, const struct disk_wanted *wanted, int wire);
