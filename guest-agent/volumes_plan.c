/* SPDX-License-Identifier: BSD-2-Clause */
#include "guest-agent/volumes_plan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "guest-agent/volumes_parts.h"
#include "lib/cleanup.h"
#include "lib/text.h"

/* "LVM-", group, volume; a layer that users do not see has more */
#define LVM_UUID_LEN 68

/* What is being made of what. */
struct making {
	const struct block_list *blocks;
	const struct mount_list *mounts;
	size_t *device; /* for each mount the device it is of, or BLOCK_NONE */
	size_t *owner;	/* for each mount the volume it is of, or BLOCK_NONE */
	struct volume_plan plan;
};

static bool same(const char *a, const char *b)
{
	return a && b && strcmp(a, b) == 0;
}

static bool starts(const char *text, const char *prefix)
{
	return text && strncmp(text, prefix, strlen(prefix)) == 0;
}

/* Of the devices of one file system the first. */
static size_t first_of(const struct block_list *blocks, size_t i)
{
	const struct block_udev *f = &blocks->device[i].found;

	if (!f->uuid || (!same(f->type, "btrfs") && !same(f->type, "bcachefs")))
		return i;
	for (size_t k = 0; k < i; k++)
		if (same(blocks->device[k].found.type, f->type) &&
		    same(blocks->device[k].found.uuid, f->uuid))
			return k;
	return i;
}

static bool is_mounted(const struct making *m, size_t i)
{
	for (size_t k = 0; k < m->mounts->count; k++)
		if (m->device[k] == i)
			return true;
	return false;
}

static bool has_partitions(const struct block_list *blocks, size_t i)
{
	for (size_t k = i + 1; k < blocks->count && blocks->device[k].disk != BLOCK_NONE;
	     k++)
		if (blocks->device[k].disk == i)
			return true;
	return false;
}

/* Does it belong to a pool that is mounted somewhere? */
static bool is_of_pool(const struct making *m, const struct block_device *d)
{
	if (!same(d->found.type, "zfs_member") || !d->found.label)
		return false;
	for (size_t k = 0; k < m->mounts->count; k++) {
		const struct mount *mount = &m->mounts->mount[k];
		size_t len = volume_pool_len(mount);

		if (len > 0 && len == strlen(d->found.label) &&
		    memcmp(mount->source, d->found.label, len) == 0)
			return true;
	}
	return false;
}

/* A device that nobody mounts, swaps to or is made of. */
static bool is_idle_volume(const struct making *m, size_t i)
{
	const struct block_device *d = &m->blocks->device[i];

	if (d->disk != BLOCK_NONE)
		/* a disk in use as a whole (multipath) shows its partitions a second time */
		return !m->blocks->device[d->disk].used;
	if (has_partitions(m->blocks, i))
		return false;
	if (starts(d->dm_uuid, "LVM-"))
		return strlen(d->dm_uuid) == LVM_UUID_LEN;
	if (d->found.type || starts(d->dm_uuid, "CRYPT-") || starts(d->dm_uuid, "part"))
		return true;
	return starts(d->name, "md");
}

/* By what it is mounted as; what only FUSE says ("fuseblk") udev may know better. */
static const char *type_of(const struct making *m, size_t i)
{
	const struct block_device *d = &m->blocks->device[i];

	for (size_t k = 0; k < m->mounts->count; k++)
		if (m->device[k] == i &&
		    (m->mounts->mount[k].kind == MOUNT_LOCAL || !d->found.type))
			return m->mounts->mount[k].type;
	return d->swap ? "swap" : d->found.type;
}

/* The image of an optical disk: newer kernels do not tell that Xen's drive is one. */
static bool is_optical(const struct making *m, size_t disk)
{
	const char *type = type_of(m, disk);

	return same(type, "iso9660") ||
	       (same(type, "udf") && m->blocks->device[disk].read_only);
}

static bool is_volume(const struct making *m, size_t i)
{
	const struct block_device *d = &m->blocks->device[i];

	if (first_of(m->blocks, i) != i || !volume_has_disk(m->blocks, i) ||
	    is_optical(m, d->disk == BLOCK_NONE ? i : d->disk))
		return false;
	if (is_mounted(m, i) || d->swap)
		return true;
	return !d->used && !is_of_pool(m, d) && is_idle_volume(m, i);
}

static char *make_name(const struct block_device *d)
{
	const char *open = d->found.uuid ? "(" : "", *close = d->found.uuid ? ")" : "";
	const char *uuid = d->found.uuid ? d->found.uuid : "";
	char *name;

	if (d->dm_name)
		return text_printf("/dev/mapper/%s%s%s%s", d->dm_name, open, uuid, close);
	name = text_printf("/dev/%s%s%s%s", d->name, open, uuid, close);
	for (char *p = name; p && *p; p++)
		if (*p == '!') /* sysfs's for a slash; UUIDs have none */
			*p = '/';
	return name;
}

static int copy_text(char **to, const char *text)
{
	if (!text || !*text)
		return 0;
	*to = strdup(text);
	return *to ? 0 : -ENOMEM;
}

static int add_volume(struct volume_facts *facts, struct volume_fact **ret)
{
	struct volume_fact *more =
		reallocarray(facts->volume, facts->count + 1, sizeof(*more));

	if (!more)
		return -ENOMEM;
	facts->volume = more;
	*ret = &more[facts->count++];
	**ret = (struct volume_fact){ 0 };
	return 0;
}

/* All devices of the file system that starts with @i. */
static int add_devices(const struct block_list *blocks, size_t i, struct volume_fact *v)
{
	int r = 0;

	for (size_t k = i; r >= 0 && k < blocks->count; k++) {
		if (first_of(blocks, k) != i)
			continue;
		if (__builtin_add_overflow(v->size, blocks->device[k].size, &v->size))
			v->size = 0;
		r = volume_add_extents(blocks, k, v);
	}
	return r;
}

static int add_device_volume(struct making *m, size_t i)
{
	const struct block_device *d = &m->blocks->device[i];
	size_t volume = m->plan.facts.count;
	struct volume_fact *v = NULL;
	int r = add_volume(&m->plan.facts, &v);

	if (r < 0)
		return r;
	v->name = make_name(d);
	if (!v->name)
		return -ENOMEM;
	for (size_t k = 0; k < m->mounts->count; k++)
		if (m->device[k] == i)
			m->owner[k] = volume;
	r = copy_text(&v->filesystem, type_of(m, i));
	if (r >= 0)
		r = copy_text(&v->label, d->found.label);
	if (r >= 0)
		r = add_devices(m->blocks, i, v);
	if (r >= 0)
		r = volume_add_mounts(m->mounts, m->owner, volume, &m->plan);
	return r;
}

static int add_pool_volume(struct making *m, const char *name, size_t len)
{
	size_t volume = m->plan.facts.count;
	struct volume_fact *v = NULL;
	int r = add_volume(&m->plan.facts, &v);

	if (r < 0)
		return r;
	v->name = strndup(name, len);
	v->filesystem = strdup("zfs");
	if (!v->name || !v->filesystem)
		return -ENOMEM;
	for (size_t k = 0; k < m->mounts->count; k++)
		if (volume_pool_len(&m->mounts->mount[k]) == len &&
		    memcmp(m->mounts->mount[k].source, name, len) == 0)
			m->owner[k] = volume;
	for (size_t k = 0; r >= 0 && k < m->blocks->count; k++)
		if (same(m->blocks->device[k].found.type, "zfs_member") &&
		    same(m->blocks->device[k].found.label, v->name))
			r = volume_add_extents(m->blocks, k, v);
	if (r >= 0)
		r = volume_add_mounts(m->mounts, m->owner, volume, &m->plan);
	return r;
}

/* The mounted dataset of no volume yet whose name is the least. */
static const struct mount *next_dataset(const struct making *m)
{
	const struct mount *next = NULL;

	for (size_t k = 0; k < m->mounts->count; k++) {
		const struct mount *mount = &m->mounts->mount[k];

		if (m->owner[k] == BLOCK_NONE && volume_pool_len(mount) > 0 &&
		    (!next || strcmp(mount->source, next->source) < 0))
			next = mount;
	}
	return next;
}

static int add_volumes(struct making *m)
{
	const struct mount *dataset;
	int r = 0;

	for (size_t i = 0; r >= 0 && i < m->blocks->count; i++)
		if (is_volume(m, i))
			r = add_device_volume(m, i);
	while (r >= 0 && (dataset = next_dataset(m)))
		r = add_pool_volume(m, dataset->source, volume_pool_len(dataset));
	return r;
}

int volumes_plan(const struct block_list *blocks, const struct mount_list *mounts,
		 struct volume_plan *ret)
{
	size_t room = mounts->count ? mounts->count : 1;
	autofree size_t *device = calloc(room, sizeof(*device));
	autofree size_t *owner = calloc(room, sizeof(*owner));
	struct making m = { blocks, mounts, device, owner, { { NULL, 0 }, NULL, 0 } };
	int r = device && owner ? 0 : -ENOMEM;

	for (size_t k = 0; r >= 0 && k < mounts->count; k++) {
		size_t i = volume_mounted_device(blocks, &mounts->mount[k]);

		device[k] = i == BLOCK_NONE ? i : first_of(blocks, i);
		owner[k] = BLOCK_NONE;
	}
	if (r >= 0)
		r = add_volumes(&m);
	if (r < 0) {
		volume_plan_done(&m.plan);
		return r;
	}
	volume_plan_done(ret);
	*ret = m.plan;
	return 0;
}
