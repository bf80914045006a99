/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * disk_table - does a partition table say all that it once said?  GRUB lists the partitions
 * that it finds and is silent about the others: behind a damaged link of an extended partition,
 * or in a part of a GPT that was overwritten, somebody's data may lie.
 *
 * Pure: bytes come through @read, as for disk_signs().
 * Owns:   nothing.
 * Errors: 0 or a negative errno, as @read has it.
 * Source: UEFI specification, 5.3; GRUB's partmap/msdos.c, which follows the first extended
 *         partition and no second one
 */
#pragma once
#include <stdbool.h>

#include "eliloader/disk_signs.h"

/* @size: bytes of the disk.  *ret_whole is false also for a table that is not known here. */
int disk_table_is_whole(bool gpt, uint64_t size, disk_read_at *read, void *arg,
			bool *ret_whole);
