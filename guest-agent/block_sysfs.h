/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * block_sysfs - one block device of sysfs; what block_scan() is made of.
 * Owns:   what a returned device or listing owns is the caller's.
 * Errors: 0 or a negative errno.
 */
#pragma once
#include <dirent.h>
#include <stdbool.h>

#include "guest-agent/block.h"

/* The next name but "." and "..", or NULL. */
const char *block_next_name(DIR *d);

/* The disk or virtual device that @name in sys/block (@blockfd) is.
 * -ENODEV: none that can hold a volume, as block.h says. */
int block_read_disk(int blockfd, const char *name, struct block_device *ret);
/* The partition @name in the directory of its disk.  -ENODEV: it is none, or an extended
 * one, that holds others. */
int block_read_partition(int diskfd, const char *name, struct block_device *ret);
void block_device_done(struct block_device *device);
