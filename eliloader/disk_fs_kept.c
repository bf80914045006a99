/* SPDX-License-Identifier: BSD-2-Clause */
/* disk_fs_kept - directories that have been listed. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "eliloader/disk_fs_parts.h"

#define STEP 64

void kept_done(struct kept *k)
{
	for (size_t i = 0; i < k->count; i++) {
		free(k->dir[i].path);
		boot_names_done(&k->dir[i].names);
	}
	free(k->dir);
	*k = (struct kept){ 0 };
}

/* Drop the last names when there are too many of all: were there? */
static bool bound(struct kept *k, struct boot_names *names)
{
	size_t room = DISK_ALL_NAMES_MAX - k->names;
	bool over = names->count > room;

	while (names->count > room)
		free(names->item[--names->count].name);
	k->names += names->count;
	return over;
}

static int add(struct kept *k, const struct boot_path *path, const struct kept_dir *dir)
{
	struct kept_dir *d;

	if (k->count % STEP == 0) {
		d = realloc(k->dir, (k->count + STEP) * sizeof(*d));
		if (!d)
			return -ENOMEM;
		k->dir = d;
	}
	d = &k->dir[k->count];
	*d = *dir;
	d->device = path->device;
	d->path = strdup(path->path);
	if (!d->path)
		return -ENOMEM;
	k->count++;
	return 0;
}

int kept_add_none(struct kept *k, const struct boot_path *path, int why)
{
	return add(k, path, &(struct kept_dir){ .r = why });
}

int kept_add(struct kept *k, const struct boot_path *path, enum disk_ls_form form,
	     struct disk_listing *listing)
{
	struct kept_dir *d;
	int r = add(k, path, &(struct kept_dir){ .has_sizes = form == DISK_LS_LONG });

	if (r < 0)
		return r;
	d = &k->dir[k->count - 1];
	d->whole = !bound(k, &listing->names) && listing->whole;
	d->names = listing->names;
	listing->names = (struct boot_names){ 0 };
	return 0;
}

void kept_drop_first(struct kept *k)
{
	for (size_t i = 0; i < k->count; i++)
		/* of the first one's nothing is asked any more */
		k->dir[i].device =
			k->dir[i].device > 0 ? k->dir[i].device - 1 : BOOT_DEVICES_MAX;
}

const struct kept_dir *kept_find(const struct kept *k, const struct boot_path *path,
				 bool fold)
{
	for (size_t i = 0; i < k->count; i++) {
		const struct kept_dir *d = &k->dir[i];

		if (d->device == path->device &&
		    (fold ? strcasecmp(d->path, path->path)
			  : strcmp(d->path, path->path)) == 0)
			return d;
	}
	return NULL;
}

const struct boot_name *kept_name(const struct kept_dir *dir, const char *name, bool fold)
{
	for (size_t i = 0; i < dir->names.count; i++) {
		const struct boot_name *n = &dir->names.item[i];

		if ((fold ? strcasecmp(n->name, name) : strcmp(n->name, name)) == 0)
			return n;
	}
	return NULL;
}
