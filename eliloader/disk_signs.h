/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * disk_signs - what is on a device that has no file system: nothing, swap space, or
 * something that has a system on it in its own way.
 *
 * Pure: bytes come through @read, which gives exactly @len of them at @offset.
 * Owns:   nothing.
 * Errors: 0 or a negative errno, as @read has it.
 * Source: Linux' include/linux/swap.h, lib/metadata of LVM2 (LABELONE), md(4), the LUKS
 *         on-disk formats
 */
#pragma once
#include "eliloader/boot_fs.h"

#define DISK_END_LEN (1024 * 1024) /* looked at at each end */

typedef int disk_read_at(void *arg, uint64_t offset, void *data, size_t len);
/* Sets @blank, @swap, or @fs to "lvm", "lvm-other" (not all volumes of its group can be seen
 * on this disk), "mdraid" or "luks"; or none of them. */
int disk_signs(struct boot_device *device, disk_read_at *read, void *arg);
