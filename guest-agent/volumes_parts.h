/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * volumes_parts - what volumes_plan() is made of; pure.
 * Owns:   what is put into facts and plans is theirs.
 * Errors: 0 or -ENOMEM.
 */
#pragma once
#include "guest-agent/volumes_plan.h"

/* Is device @i a disk, or made of disks (in the end)? */
bool volume_has_disk(const struct block_list *blocks, size_t i);
/* Add the disks below device @i, each once, with the place when it is just one. */
int volume_add_extents(const struct block_list *blocks, size_t i,
		       struct volume_fact *volume);

/* The mounts of one volume: those of @mounts whose @owner is @volume.  Sets its mount points
 * and adds the questions to it; volumes come in order. */
int volume_add_mounts(const struct mount_list *mounts, const size_t *owner, size_t volume,
		      struct volume_plan *plan);
/* The device that is mounted there, or BLOCK_NONE. */
size_t volume_mounted_device(const struct block_list *blocks, const struct mount *mount);
/* The length of the pool's name when a ZFS dataset is mounted there, else 0. */
size_t volume_pool_len(const struct mount *mount);
