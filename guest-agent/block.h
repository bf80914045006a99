/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * block - the block devices of this guest and what each is made of, from sysfs.
 *
 * Devices lie in the order that volume_facts.h tells.  What is no disk and is not made of
 * disks (loop, ram, zram, floppy and optical drives, empty ones) is left out, so that what
 * is made of it has no disk below it and is left out too.
 * Owns:   struct block_list owns its devices.
 * Errors: 0 or a negative errno.  What cannot be read of a device is a fact less.
 * Source: linux Documentation/ABI/stable/sysfs-block, Documentation/ABI/testing/sysfs-block-dm;
 *         "nodename" of drivers/xen/xenbus; sys/fs/btrfs: fs/btrfs/sysfs.c
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "guest-agent/block_udev.h"
#include "guest-agent/block_vbd.h"

/* bytes with the NUL: the kernel's 32 and a partition's digits */
#define BLOCK_NAME_MAX	  48
#define BLOCK_DEVICES_MAX 1024 /* devices looked at; a guest has some ten */
#define BLOCK_NONE	  SIZE_MAX

struct block_device {
	char name[BLOCK_NAME_MAX]; /* in sysfs: '!' stands for '/' */
	unsigned major, minor;
	uint64_t size;	/* bytes */
	uint64_t start; /* bytes; of a partition */
	size_t disk;	/* of a partition: the index of its disk, else BLOCK_NONE */
	bool hardware;	/* a disk */
	bool read_only; /* of a disk */
	bool has_vbd;	/* of Xen */
	struct block_vbd vbd;
	char *dm_name; /* owned; NULL: not of the device mapper */
	char *dm_uuid; /* owned; "LVM-...", "CRYPT-...", NULL or "": none */
	size_t *slave; /* owned: the indices of what it is made of */
	size_t slaves;
	bool used; /* something is made of it */
	bool swap; /* it is swapped to */
	struct block_udev found;
};

struct block_list {
	struct block_device *device; /* owned */
	size_t count;
};

/* @rootfd: the directory that sys, proc and run lie below. */
int block_scan(int rootfd, struct block_list *ret);
void block_list_done(struct block_list *list);

/* "202:1", which is cut in two; false: something else. */
bool block_parse_number(char *text, unsigned *ret_major, unsigned *ret_minor);
/* BLOCK_NONE: there is none. */
size_t block_by_number(const struct block_list *list, unsigned major, unsigned minor);
/* By the path of its node: /dev/NAME or /dev/mapper/NAME. */
size_t block_by_path(const struct block_list *list, const char *path);
size_t block_by_name(const struct block_list *list, const char *name);

/* Mark what the text of /proc/swaps names. */
void block_mark_swaps(struct block_list *list, const char *text);
