/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest-agent/volumes_parts.h"

/* devices gone through: LVM on RAID on crypt of all disks has fewer */
#define STEPS_MAX 256

/* What lies below is told one by one. */
struct walk {
	const struct block_list *blocks;
	unsigned steps;
	int (*found)(void *arg, const struct block_device *disk,
		     const struct block_device *part);
	void *arg;
};

/* @mapped: what we come from is not just this part of a disk. */
static int go_down(struct walk *w, size_t i, bool mapped)
{
	const struct block_device *d = &w->blocks->device[i];
	int r = 0;

	if (w->steps++ >= STEPS_MAX)
		return 0;
	if (d->hardware)
		return w->found(w->arg, d, mapped ? NULL : d);
	if (d->disk != BLOCK_NONE) {
		const struct block_device *disk = &w->blocks->device[d->disk];

		if (disk->hardware)
			return w->found(w->arg, disk, mapped ? NULL : d);
		return go_down(w, d->disk, true);
	}
	for (size_t k = 0; r >= 0 && k < d->slaves; k++)
		r = go_down(w, d->slave[k], true);
	return r;
}

static int note_one(void *arg, const struct block_device *disk,
		    const struct block_device *part)
{
	(void)disk, (void)part;
	*(bool *)arg = true;
	return 0;
}

bool volume_has_disk(const struct block_list *blocks, size_t i)
{
	bool found = false;
	struct walk w = { .blocks = blocks, .found = note_one, .arg = &found };

	(void)go_down(&w, i, false); /* note_one() does not fail */
	return found;
}

static struct volume_extent make(const struct block_device *disk,
				 const struct block_device *part)
{
	struct volume_extent e = { .has_target = disk->has_vbd,
				   .target = disk->has_vbd ? disk->vbd.disk : 0,
				   .has_range = part != NULL };

	(void)snprintf(e.disk, sizeof(e.disk), "%s",
		       disk->has_vbd ? disk->vbd.name : disk->name);
	if (part) {
		e.offset = part->disk == BLOCK_NONE ? 0 : part->start;
		e.length = part->size;
	}
	return e;
}

/* A mapped device may reach a disk several times: once is told. */
static bool is_there(const struct volume_fact *v, const struct volume_extent *e)
{
	for (size_t i = 0; i < v->extents; i++)
		if (!e->has_range && !v->extent[i].has_range &&
		    strcmp(v->extent[i].disk, e->disk) == 0)
			return true;
	return false;
}

static int add_extent(void *arg, const struct block_device *disk,
		      const struct block_device *part)
{
	struct volume_fact *v = arg;
	struct volume_extent e = make(disk, part), *more;

	if (v->extents == VOLUME_EXTENTS_MAX || is_there(v, &e))
		return 0;
	more = reallocarray(v->extent, v->extents + 1, sizeof(*more));
	if (!more)
		return -ENOMEM;
	v->extent = more;
	v->extent[v->extents++] = e;
	return 0;
}

int volume_add_extents(const struct block_list *blocks, size_t i,
		       struct volume_fact *volume)
{
	struct walk w = { .blocks = blocks, .found = add_extent, .arg = volume };

	return go_down(&w, i, false);
}
