/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * disk_report - what eliloader-disk says of a disk, as a tree that crosses the wire
 * (tree_print(), WIRE_REPORT), and as a struct for eliloader, which believes none of it:
 * every count and text is checked before it is used, and nothing in it names a file of
 * dom0's.
 *
 *   table                    "gpt", "mbr", "" (a file system without partitions)
 *   device/NNN/name, fs, label, uuid, size, active, blank, swap     as struct boot_device
 *   menu/kind, config, device, timeout, hidden, passed, chosen     as struct boot_menu
 *   menu/note                there also without a menu: menu/kind is absent then
 *   entry/NNN/title, id, device, kernel, args, why, depth
 *   entry/NNN/ramdisk/NN/device, path
 *   submenu/NNN/title, id, first, end, depth
 * What is NULL is absent.
 *
 * Owns:   struct disk_report owns what it holds; disk_report_done().
 * Errors: 0 or a negative errno; -EBADMSG: a key is missing, unknown, out of its range, or
 *         a text has a control character that a configuration cannot hold.
 */
#pragma once
#include "eliloader/boot_menu.h"
#include "lib/tree.h"

#define DISK_REPORT_MAX REPORT_MAX	    /* bytes of the printed tree */
#define DISK_TEXT_MAX	(2 * BOOT_TEXT_MAX) /* of one text; names stand in sentences */

struct disk_report {
	char table[8];
	struct boot_device *device; /* owned */
	size_t device_count;
	struct boot_menu menu;
	bool have_menu; /* false: no configuration and no kernel was found; menu.note may
			 * say why */
};

/* The worker's side. */
int disk_report_make(const char *table, const struct boot_fs *fs,
		     const struct boot_menu *menu, bool have_menu, struct tree *ret);
/* eliloader's. */
int disk_report_parse(const struct tree *tree, struct disk_report *ret);
void disk_report_done(struct disk_report *r);
#define autodiskreport __attribute__((cleanup(disk_report_done)))
/* Nothing of a system is on it: no boot configuration, no kernel, and each device has a
 * file system that was read, is swap space, or is blank.  Otherwise somebody's data may
 * be there that cannot be read here, and @ret_why (size bytes) names it.  A part of LVM or
 * RAID is what its volumes are, but only when it is the one part: of two, one may be of a
 * group that is not seen. */
bool disk_report_is_empty(const struct disk_report *r, char *ret_why, size_t size);
