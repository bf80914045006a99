/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * disk_fs_judge - what may have been overlooked, where there seems to be no system.
 *
 * A long listing leaves out links to directories, and whoever asks for one that leads to a
 * directory that cannot be read hears as little as of one that leads nowhere.  A short
 * listing has them all.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "eliloader/disk_fs_parts.h"
#include "lib/cleanup.h"

#define ASKED_MAX 1024 /* directories of one run */

static bool is_damaged(const struct boot_device *device)
{
	return strcmp(device->fs, "damaged") == 0;
}

static void damage(struct boot_device *device)
{
	strcpy(device->fs, "damaged"); /* fits */
}

static void damage_listed(const struct disk_fs *d, struct boot_device *device)
{
	for (size_t i = 0; i < d->own->kept.count; i++) {
		const struct kept_dir *dir = &d->own->kept.dir[i];

		if (dir->device < d->fs.device_count &&
		    (dir->r == -EIO || (dir->r == 0 && !dir->whole)))
			damage(&device[dir->device]);
	}
}

static void path_of(const struct kept_dir *dir, struct boot_path *ret)
{
	*ret = (struct boot_path){ .device = dir->device };
	(void)snprintf(ret->path, sizeof(ret->path), "%s", dir->path); /* as it came */
}

/* Of a directory that was looked for in @dir, and seemed not to be there, the name; NULL: it
 * is no such one. */
static const char *name_in(const struct kept_dir *absent, const struct kept_dir *dir,
			   bool fold)
{
	const char *slash = strrchr(absent->path, '/');
	size_t len = (size_t)(slash - absent->path);

	if (absent->r != -ENOENT || absent->device != dir->device ||
	    len != (dir->path[1] ? strlen(dir->path) : 0) ||
	    (fold ? strncasecmp : strncmp)(absent->path, dir->path, len) != 0)
		return NULL;
	return slash + 1;
}

/* Is in @dir, all of whose names @all has, one that was asked for and is not said to be a
 * file?  (Of a listing that was short before, that is said of none.) */
static bool hides(const struct disk_fs *d, const struct kept_dir *dir,
		  const struct boot_names *all)
{
	const struct kept_dir whole = { .names = *all };
	bool fold = disk_fs_folds(d, dir->device);

	for (size_t i = 0; i < d->own->kept.count; i++) {
		const char *name = name_in(&d->own->kept.dir[i], dir, fold);

		if (name && kept_name(&whole, name, fold) &&
		    !(dir->has_sizes && kept_name(dir, name, fold)))
			return true;
	}
	return false;
}

/* Those of which more is to be known: the indices of their listings; at most ASKED_MAX. */
static size_t choose(const struct disk_fs *d, struct boot_device *device, size_t *ret)
{
	size_t count = 0;

	for (size_t i = 0; i < d->own->kept.count; i++) {
		const struct kept_dir *dir = &d->own->kept.dir[i];

		if (dir->device >= d->fs.device_count || dir->r < 0 ||
		    is_damaged(&device[dir->device]))
			continue;
		if (dir->has_sizes && count < ASKED_MAX)
			ret[count++] = i;
		else if (dir->has_sizes || hides(d, dir, &dir->names))
			damage(&device[dir->device]);
	}
	return count;
}

/* Of @text, what is printed for it; *text is moved to behind it. */
static int judge_dir(const struct disk_fs *d, const struct kept_dir *dir,
		     const char **text, const char *mark, struct boot_device *device)
{
	autolisting struct disk_listing l = { .whole = false };
	int r = -ENOENT;

	if (*text)
		*text = disk_ls_skip(*text, mark);
	if (*text)
		r = disk_ls_names(text, mark, DISK_LS_SHORT, &l);
	if (r < 0 && r != -ENOENT)
		return r;
	if (r < 0 || !l.whole || hides(d, dir, &l.names))
		damage(&device[dir->device]);
	return 0;
}

static int judge_dirs(struct disk_fs *d, const size_t *index, size_t count,
		      struct boot_device *device)
{
	autofree struct boot_path *path = calloc(count, sizeof(*path));
	autofree char *text = NULL, *mark = NULL;
	const char *at;
	int r = path ? 0 : -ENOMEM;

	for (size_t i = 0; r == 0 && i < count; i++)
		path_of(&d->own->kept.dir[index[i]], &path[i]);
	if (r == 0)
		r = disk_fs_ask_short(d, path, count, &text);
	if (r == -ENOMEM || r == -E2BIG || r == -ENOEXEC)
		return r;
	*d->error = '\0'; /* what did not come is damaged */
	at = text;
	mark = text ? strndup(text, strcspn(text, "\n")) : NULL;
	if (text && !mark)
		return -ENOMEM;
	for (r = 0; r == 0 && count > 0; count--, index++)
		r = judge_dir(d, &d->own->kept.dir[*index], &at, mark, device);
	return r;
}

int disk_fs_judge(struct disk_fs *d, struct boot_device **ret)
{
	autofree struct boot_device *device = calloc(d->fs.device_count, sizeof(*device));
	autofree size_t *index = calloc(ASKED_MAX, sizeof(*index));
	size_t count;
	int r = 0;

	if (!device || !index)
		return -ENOMEM;
	memcpy(device, d->fs.device, d->fs.device_count * sizeof(*device));
	damage_listed(d, device);
	count = choose(d, device, index);
	if (count > 0)
		r = judge_dirs(d, index, count, device);
	if (r == 0)
		*ret = steal_ptr(device);
	return r;
}
