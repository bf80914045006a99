/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * volumes_plan - from block devices and mounts to volumes, and whom to ask for the space in
 * them; pure.
 *
 * A volume is a partition, a disk without partitions whose content is known, a device of
 * the device mapper or MD, all devices of one btrfs or bcachefs together, or a ZFS pool.
 * What another one is made of is none (its extents name the disk), nor is what stands on no
 * disk: loop, zram, ram, optical.  Disks need not be Xen's: one passed through counts, too.
 * Owns:   struct volume_plan owns its parts.
 * Errors: 0 or -ENOMEM.
 */
#pragma once
#include "guest-agent/block.h"
#include "guest-agent/mountinfo.h"
#include "guest-agent/volume_facts.h"
#include "lib/text_list.h"

/* ways tried to one file system; one is enough but for rights */
#define VOLUME_PATHS_MAX    8
#define VOLUME_DATASETS_MAX 64 /* of a ZFS pool that are asked */

/* One mounted file system.  A ZFS pool has several, one for each dataset. */
struct volume_ask {
	size_t volume; /* index in the facts */
	unsigned major, minor;
	bool is_btrfs; /* stat() tells a number for each subvolume: the type must do */
	struct text_list paths; /* ways to it, the best first */
};

struct volume_answer {
	size_t volume;	     /* as in the ask */
	bool done;	     /* it was asked */
	bool told;	     /* and has answered */
	uint64_t size, free; /* bytes */
	uint64_t available;  /* bytes: without what is reserved for root */
};

struct volume_plan {
	struct volume_facts facts; /* with sizes of devices, and without free */
	struct volume_ask *ask;	   /* owned; sorted by volume */
	size_t asks;
};

int volumes_plan(const struct block_list *blocks, const struct mount_list *mounts,
		 struct volume_plan *ret);
void volume_plan_done(struct volume_plan *plan);
void volume_asks_done(struct volume_ask *ask, size_t asks);
/* Put what was told into the facts: size and free as df(1) shows them.  Of a pool the size
 * is what its mounted datasets use, and what is free.  @answer is sorted by volume. */
void volume_answers_apply(struct volume_facts *facts, const struct volume_answer *answer,
			  size_t answers);
/* Leave only the first @count volumes. */
void volume_plan_cut(struct volume_plan *plan, size_t count);

/* Is the free space so far from what was @told that it has to be told?  (All in bytes.)
 * 1 % of the size, or, when there is little left, an eighth of that: what matters then is
 * how long it will last.  Less than 1 MiB never: logs write that every minute. */
#define VOLUME_MOVED_PERCENT 1
#define VOLUME_MOVED_EIGHTH  8
#define VOLUME_MOVED_LEAST   (UINT64_C(1) << 20)
bool volume_free_moved(uint64_t size, uint64_t told, uint64_t now);
