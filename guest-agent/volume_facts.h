/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * volume_facts - the file systems and swap areas on this guest's disks, as plain data.
 *
 * Order is that of the numbers in data/volumes: partitions and whole disks of Xen by the
 * disk's number and the place on it, then those of other disks by name, then device mapper
 * and MD by name, then ZFS pools by name.
 * Owns:   struct volume_facts owns all that it leads to.
 * Errors: volume_facts_copy(): 0 or -ENOMEM.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/text_list.h"

/* bytes with the NUL: a kernel's name of a disk has under 32 */
#define VOLUME_DISK_MAX	   48
#define VOLUME_EXTENTS_MAX 16 /* disks below one volume; more is a store's array */
#define VOLUME_MOUNTS_MAX  16 /* where one volume is mounted; more are containers' binds */

struct volume_extent {
	/* the host's name ("xvda"), or the kernel's ("nvme0n1") */
	char disk[VOLUME_DISK_MAX];
	bool has_target; /* it is a disk of Xen */
	uint32_t target; /* whose number is this: 0 is xvda */
	bool has_range;	 /* the volume is just this part of the disk */
	uint64_t offset; /* bytes */
	uint64_t length; /* bytes */
};

struct volume_fact {
	char *name; /* owned: "/dev/xvda1", or with its UUID behind it in brackets */
	char *filesystem; /* owned: "ext4"; NULL: not known */
	char *label;	  /* owned; NULL: none, or not known */
	uint64_t size;	  /* bytes; 0: not known */
	bool has_free;	  /* only a mounted file system that could be asked has it */
	uint64_t free;	  /* bytes that users can still write */
	struct volume_extent *extent; /* owned */
	size_t extents;
	struct text_list mounts; /* where it is mounted, sorted */
};

struct volume_facts {
	struct volume_fact *volume; /* owned */
	size_t count;
};

void volume_fact_done(struct volume_fact *volume);
void volume_facts_done(struct volume_facts *facts);
/* Replaces what @to holds; on failure it is unchanged. */
int volume_facts_copy(struct volume_facts *to, const struct volume_facts *from);
bool volume_facts_equal(const struct volume_facts *a, const struct volume_facts *b);
