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

/* Drop the last names when there are too many of all. */
static void bound(struct kept *k, struct boot_names *names)
{
	size_t room = DISK_ALL_NAMES_MAX - k->names;

	while (names->count > room)
		free(names->item[--names->count].name);
	k->names += names->count;
}

int kept_add(struct kept *k, const struct boot_path *path, struct boot_names *names)
{
	struct kept_dir *d;

	if (k->count % STEP == 0) {
		d = realloc(k->dir, (k->count + STEP) * sizeof(*d));
		if (!d)
			return -ENOMEM;
		k->dir = d;
	}
	d = &k->dir[k->count];
	*d = (struct kept_dir){ .device = path->device,
				.path = strdup(path->path),
				.there = names != NULL };
	if (!d->path)
		return -ENOMEM;
	k->count++;
	if (names) {
		bound(k, names);
		d->names = *names;
		*names = (struct boot_names){ 0 };
	}
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
