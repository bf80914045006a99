/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "guest-agent/volumes_parts.h"
#include "lib/cleanup.h"

size_t volume_pool_len(const struct mount *m)
{
	if (strcmp(m->type, "zfs") != 0 || m->major != 0 || !*m->source)
		return 0;
	return strcspn(m->source, "/@");
}

size_t volume_mounted_device(const struct block_list *blocks, const struct mount *m)
{
	size_t i, len;
	char *path;

	if (m->kind == MOUNT_PASS)
		return BLOCK_NONE;
	if (m->major != 0)
		return block_by_number(blocks, m->major, m->minor);
	/* file systems of several devices have a number of their own: the source is one of
	 * them (of bcachefs all, with colons between) */
	if (strcmp(m->type, "btrfs") != 0 && strcmp(m->type, "bcachefs") != 0)
		return BLOCK_NONE;
	len = strcmp(m->type, "btrfs") == 0 ? strlen(m->source) : strcspn(m->source, ":");
	path = strndup(m->source, len);
	i = path ? block_by_path(blocks, path) : BLOCK_NONE;
	free(path);
	return i;
}

/* A mount of the file system itself, not of a directory in it (a bind mount, of which
 * containers make many). */
static bool is_main(const struct mount *m)
{
	if (strcmp(m->root, "/") == 0 || strcmp(m->point, "/") == 0)
		return true;
	if (strcmp(m->type, "btrfs") != 0)
		return false;
	return !m->subvol || strcmp(m->subvol, m->root) == 0;
}

struct found {
	const struct mount *mount;
	enum mount_reach reach;
};

static int by_point(const void *pa, const void *pb)
{
	const struct found *a = pa, *b = pb;

	return strcmp(a->mount->point, b->mount->point);
}

/* A volume's mounts but the hidden ones, sorted by where they are. */
static int find_mounts(const struct mount_list *mounts, const size_t *owner,
		       size_t volume, struct found **ret, size_t *ret_count)
{
	size_t count = 0;
	struct found *list;

	for (size_t i = 0; i < mounts->count; i++)
		count += owner[i] == volume;
	list = calloc(count ? count : 1, sizeof(*list));
	if (!list)
		return -ENOMEM;
	count = 0;
	for (size_t i = 0; i < mounts->count; i++) {
		const struct mount *m = &mounts->mount[i];
		enum mount_reach reach = MOUNT_HIDDEN;

		if (owner[i] == volume)
			reach = mountinfo_reach(mounts, m);
		if (reach != MOUNT_HIDDEN)
			list[count++] = (struct found){ m, reach };
	}
	qsort(list, count, sizeof(*list), by_point);
	*ret = list;
	*ret_count = count;
	return 0;
}

static int add_points(const struct found *found, size_t count, struct text_list *points)
{
	bool any = false;
	int r = 0;

	for (size_t i = 0; i < count; i++)
		any = any || is_main(found[i].mount);
	for (size_t i = 0; r >= 0 && i < count && points->count < VOLUME_MOUNTS_MAX;
	     i++) {
		const char *point = found[i].mount->point;

		if (any ? !is_main(found[i].mount) : i > 0)
			continue;
		if (points->count == 0 ||
		    strcmp(points->item[points->count - 1], point) != 0)
			r = text_list_add(points, point);
	}
	return r;
}

/* The question to the file system of @m; one for all its mounts. */
static struct volume_ask *ask_for(struct volume_plan *plan, size_t volume,
				  const struct mount *m)
{
	struct volume_ask *more;

	for (size_t i = plan->asks; i-- > 0 && plan->ask[i].volume == volume;)
		if (plan->ask[i].major == m->major && plan->ask[i].minor == m->minor)
			return &plan->ask[i];
	more = reallocarray(plan->ask, plan->asks + 1, sizeof(*more));
	if (!more)
		return NULL;
	plan->ask = more;
	more += plan->asks++;
	*more = (struct volume_ask){ .volume = volume,
				     .major = m->major,
				     .minor = m->minor,
				     .is_btrfs = strcmp(m->type, "btrfs") == 0 };
	return more;
}

static bool may_ask(const struct volume_plan *plan, size_t volume, const struct found *f)
{
	size_t mine = 0;

	for (size_t i = plan->asks; i-- > 0 && plan->ask[i].volume == volume;)
		mine++;
	return f->mount->kind == MOUNT_LOCAL && f->reach == MOUNT_REACHED &&
	       mine < VOLUME_DATASETS_MAX;
}

int volume_add_mounts(const struct mount_list *mounts, const size_t *owner, size_t volume,
		      struct volume_plan *plan)
{
	autofree struct found *found = NULL;
	size_t count;
	int r = find_mounts(mounts, owner, volume, &found, &count);

	if (r >= 0)
		r = add_points(found, count, &plan->facts.volume[volume].mounts);
	for (size_t i = 0; r >= 0 && i < count; i++) {
		struct volume_ask *ask;

		if (!may_ask(plan, volume, &found[i]))
			continue;
		ask = ask_for(plan, volume, found[i].mount);
		if (!ask)
			r = -ENOMEM;
		else if (ask->paths.count < VOLUME_PATHS_MAX)
			r = text_list_add(&ask->paths, found[i].mount->point);
	}
	return r;
}
