/* SPDX-License-Identifier: BSD-2-Clause */
#include "eliloader/boot_roots.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "eliloader/boot_place.h"

void boot_roots_done(struct boot_roots *r)
{
	free(r->item);
	*r = (struct boot_roots){ 0 };
}

static int leave_out(struct boot_roots *r, unsigned device, int why)
{
	if (why == -ENOMEM || why == -E2BIG)
		return why;
	if (!r->error) {
		r->error = why;
		r->bad = device;
	}
	return 0;
}

static int add(struct boot_roots *r, const struct boot_path *path)
{
	struct boot_path *all;

	if (r->count == ROOTS_MAX)
		return leave_out(r, path->device, -EOVERFLOW);
	all = realloc(r->item, (r->count + 1) * sizeof(*all));
	if (!all)
		return -ENOMEM;
	r->item = all;
	r->item[r->count++] = *path;
	return 0;
}

/* ---- btrfs ---- */

/* Directories of a root, which show that the top of the device is one. */
static bool is_root(const struct boot_names *names)
{
	for (size_t i = 0; i < names->count; i++)
		if (strcmp(names->item[i].name, "boot") == 0 ||
		    strcmp(names->item[i].name, "etc") == 0)
			return true;
	return false;
}

/* How likely a subvolume of that name is a root: 0 the most; -1: it is none. */
static int rank_of(const char *name)
{
	static const char *const likely[] = { "@", "@rootfs", "root", "rootfs" };
	static const char *const never[] = { "@home", "home",	    "@var", "var",
					     "@tmp",  "@srv",	    "@opt", "@root",
					     "@swap", "@usr_local", "@log", "@cache" };

	for (size_t i = 0; i < sizeof(never) / sizeof(*never); i++)
		if (strcmp(name, never[i]) == 0)
			return -1;
	for (size_t i = 0; i < sizeof(likely) / sizeof(*likely); i++)
		if (strcmp(name, likely[i]) == 0)
			return (int)i;
	return (int)(sizeof(likely) / sizeof(*likely));
}

/* SUSE boots the snapshot that "btrfs subvolume get-default" names, which GRUB's tools do
 * not tell; the newest is at most one change behind it. */
static int newest_below(const struct boot_names *names, int limit)
{
	int newest = 0, number;

	for (size_t i = 0; i < names->count; i++)
		if (span_number(span_text(names->item[i].name), INT_MAX, &number) == 0 &&
		    number > newest && number < limit)
			newest = number;
	return newest;
}

static int add_snapshots(struct boot_fs *fs, const struct boot_path *dir,
			 struct boot_roots *r)
{
	autonames struct boot_names names = { 0 };
	struct boot_path snapshots, path;
	int res = boot_path_join(dir, ".snapshots", &snapshots), number = INT_MAX;

	if (res < 0 || !boot_place_is_directory(fs, &snapshots) ||
	    fs->ops->list(fs, &snapshots, &names) < 0)
		return 0;
	for (int i = 0; i < SNAPSHOTS_MAX && res == 0; i++) {
		char text[32];

		number = newest_below(&names, number);
		if (!number)
			break;
		(void)snprintf(text, sizeof(text), "%d/snapshot", number);
		res = boot_path_join(&snapshots, text, &path);
		if (res == 0)
			res = add(r, &path);
	}
	return res == -ENOMEM ? res : 0;
}

static int add_subvolumes(struct boot_fs *fs, const struct boot_path *top,
			  const struct boot_names *names, int rank, struct boot_roots *r)
{
	size_t before = r->count;
	int res = 0;

	for (size_t i = 0; i < names->count && res == 0; i++) {
		const struct boot_name *n = &names->item[i];
		struct boot_path path;

		/* (with a control character no entry could name a file of it) */
		if (n->kind != BOOT_DIR || rank_of(n->name) != rank ||
		    span_has_control(span_text(n->name)) ||
		    boot_path_join(top, n->name, &path) < 0)
			continue;
		if (r->count - before >= SUBVOLUMES_MAX)
			return leave_out(r, top->device, -EOVERFLOW);
		/* Snapshots first: below them is what runs, above them hardly anything. */
		res = add_snapshots(fs, &path, r);
		if (res == 0)
			res = add(r, &path);
	}
	return res;
}

static int add_btrfs(struct boot_fs *fs, const struct boot_path *top,
		     const struct boot_names *names, struct boot_roots *r)
{
	int res = 0;

	if (is_root(names))
		return add_snapshots(fs, top, r);
	for (int rank = 0; rank <= rank_of("another") && res == 0; rank++)
		res = add_subvolumes(fs, top, names, rank, r);
	return res;
}

/* ---- devices ---- */

/* What is said in the place of a file system's name is not to be listed: what is a part of
 * something is a device of its own, or cannot be read. */
static bool is_no_system(const char *type)
{
	static const char *const types[] = { "lvm", "lvm-other", "mdraid", "luks",
					     "table" };

	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		if (strcmp(type, types[i]) == 0)
			return true;
	return false;
}

static int add_device(struct boot_fs *fs, unsigned i, struct boot_roots *r)
{
	autonames struct boot_names names = { 0 };
	struct boot_path top = { i, "/" };
	int res;

	if (!*fs->device[i].fs || fs->device[i].swap || is_no_system(fs->device[i].fs))
		return 0;
	res = fs->ops->list(fs, &top, &names);
	if (res < 0)
		return leave_out(r, i, res == -ENOENT ? -EIO : res);
	res = add(r, &top);
	if (res == 0 && strcmp(fs->device[i].fs, "btrfs") == 0)
		res = add_btrfs(fs, &top, &names, r);
	return res;
}

int boot_roots_find(struct boot_fs *fs, struct boot_roots *ret)
{
	autobootroots struct boot_roots r = { 0 };
	int res = 0;

	for (int active = 1; active >= 0; active--)
		for (unsigned i = 0; i < fs->device_count && res == 0; i++)
			if (fs->device[i].active == (bool)active)
				res = add_device(fs, i, &r);
	if (res < 0)
		return res;
	*ret = r;
	r = (struct boot_roots){ 0 };
	return 0;
}
