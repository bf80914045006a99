/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * block_udev - what udev found on a block device, when there is udev.
 *
 * The agent has no right to read a disk; udev did, and its records can be read by all.
 * Without udev (mdev, containers) nothing is known of what is not mounted.
 * Owns:   struct block_udev owns its texts.
 * Errors: 0 or a negative errno; -ENOENT: no record.
 * Source: systemd src/libsystemd/sd-device (lines "E:KEY=VALUE"), and the keys ID_FS_* of
 *         its builtin "blkid"
 */
#pragma once
#include <stddef.h>

struct block_udev {
	char *type;  /* owned: ID_FS_TYPE, "ext4", "LVM2_member"; NULL: nothing known */
	char *uuid;  /* owned: ID_FS_UUID; NULL: none */
	char *label; /* owned: ID_FS_LABEL, with all its characters; NULL: none */
};

/* Parse a record; what it does not say is left as it is.  @text ends with a NUL. */
int block_udev_parse(const char *text, struct block_udev *ret);
/* The record of a device, from run/udev/data below @rootfd. */
int block_udev_read(int rootfd, unsigned major, unsigned minor, struct block_udev *ret);
void block_udev_done(struct block_udev *udev);
