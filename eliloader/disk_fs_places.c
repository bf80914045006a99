/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * disk_fs_places - the directories in which a boot configuration may be found, listed ahead
 * of the questions, in as few runs as there are levels of them.
 *
 * A directory's own listing shows which others are there, but for symbolic links to
 * directories, which GRUB leaves out: where these are usual, it is asked all the same.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "eliloader/disk_fs_parts.h"
#include "lib/cleanup.h"

#define ROUNDS	       5    /* the deepest place has four parts, below a subvolume */
#define ASKED_MAX      1024 /* directories of one run */
#define SUBVOLUMES_MAX 16   /* directories of a btrfs that may be roots of a system */
#define VENDORS_MAX    16   /* directories in EFI */

/* (where loader is a link to one that cannot be listed, GRUB has no word of it: ostree's two
 * are asked for by their names) */
static const char *const places[] = {
	"/boot",
	"/boot/grub",
	"/boot/grub2",
	"/grub",
	"/grub2",
	"/loader",
	"/loader.0",
	"/loader.1",
	"/loader/entries",
	"/boot/loader",
	"/boot/loader.0",
	"/boot/loader.1",
	"/boot/loader/entries",
	"/EFI",
	"/EFI/Linux",
	"/boot/efi",
	"/extlinux",
	"/boot/extlinux",
	"/syslinux",
	"/boot/syslinux",
	"/isolinux",
	"/boot/isolinux",
	"/boot/x86_64",
	"/boot/x86_64/loader",
	"/boot/i386",
	"/boot/i386/loader",
};
#define PLACES (sizeof(places) / sizeof(*places))

/* Those below a subvolume. */
static const char *const places_below[] = { "",
					    "/boot",
					    "/boot/grub",
					    "/boot/grub2",
					    "/boot/loader",
					    "/boot/loader/entries",
					    "/boot/extlinux" };
#define PLACES_BELOW (sizeof(places_below) / sizeof(*places_below))

/* What one run asks for. */
struct asked {
	struct boot_path *sure, *doubtful; /* owned: ASKED_MAX of each */
	size_t sure_count, doubtful_count;
};

static void asked_done(struct asked *a)
{
	free(a->sure);
	free(a->doubtful);
}

/* Is it often a symbolic link?  ostree has loader, Alpine and old Debians boot. */
static bool is_often_link(const char *name)
{
	static const char *const names[] = { "boot", "loader", "grub", "grub2" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

static bool has_dir(const struct kept_dir *dir, const char *name, bool fold)
{
	const struct boot_name *n = kept_name(dir, name, fold);

	return n && n->kind == BOOT_DIR;
}

/* To be asked now, or later, or known not to be there. */
static int consider(struct disk_fs *d, const struct boot_path *path, struct asked *a)
{
	bool fold = disk_fs_folds(d, path->device);
	const char *name = strrchr(path->path, '/') + 1;
	const struct kept_dir *parent;
	struct boot_path dir;

	boot_path_parent(path, &dir);
	parent = kept_find(&d->own->kept, &dir, fold);
	if (!parent || kept_find(&d->own->kept, path, fold))
		return 0;
	if (parent->r == 0 && has_dir(parent, name, fold)) {
		if (a->sure_count < ASKED_MAX)
			a->sure[a->sure_count++] = *path;
	} else if (parent->r == 0 && !fold && is_often_link(name)) {
		if (a->doubtful_count < ASKED_MAX)
			a->doubtful[a->doubtful_count++] = *path;
	} else {
		return kept_add_none(&d->own->kept, path,
				     parent->r < 0 ? parent->r : -ENOENT);
	}
	return 0;
}

/* @tails below each of the directories in @dir, which must have been listed. */
static int consider_below(struct disk_fs *d, const struct boot_path *dir, size_t max,
			  const char *const *tails, size_t count, struct asked *a)
{
	const struct kept_dir *kept =
		kept_find(&d->own->kept, dir, disk_fs_folds(d, dir->device));
	size_t seen = 0;
	int r = 0;

	for (size_t i = 0; kept && i < kept->names.count && seen < max && r == 0; i++) {
		/* (what is found to be absent is added, which moves the directories) */
		const struct boot_name *n = &kept->names.item[i];
		struct boot_path path = { .device = dir->device };

		if (n->kind != BOOT_DIR)
			continue;
		seen++;
		for (size_t k = 0; k < count && r == 0; k++) {
			int len = snprintf(path.path, sizeof(path.path), "%s/%s%s",
					   dir->path[1] ? dir->path : "", n->name,
					   tails[k]);

			if (len > 0 && (size_t)len < sizeof(path.path))
				r = consider(d, &path, a);
			kept = kept_find(&d->own->kept, dir,
					 disk_fs_folds(d, dir->device));
			n = &kept->names.item[i];
		}
	}
	return r;
}

static int consider_device(struct disk_fs *d, unsigned device, struct asked *a)
{
	static const char *const itself[] = { "" };
	const struct boot_path root = { device, "/" }, efi = { device, "/EFI" };
	const char *fs = d->own->device[device].fs;
	int r = 0;

	for (size_t k = 0; k < PLACES && r == 0; k++) {
		struct boot_path path = { .device = device };

		(void)snprintf(path.path, sizeof(path.path), "%s", places[k]); /* fits */
		r = consider(d, &path, a);
	}
	if (r == 0 && strcmp(fs, "btrfs") == 0)
		r = consider_below(d, &root, SUBVOLUMES_MAX, places_below, PLACES_BELOW,
				   a);
	if (r == 0 && strcmp(fs, "fat") == 0)
		r = consider_below(d, &efi, VENDORS_MAX, itself, 1, a);
	return r;
}

/* One by one; one that makes the program fail cannot be listed. */
static int list_each(struct disk_fs *d, const struct asked *a)
{
	for (size_t i = 0; i < a->sure_count; i++) {
		int r = disk_fs_list_all(d, &a->sure[i], 1);

		if (r == -E2BIG || r == -ENOMEM)
			return r;
		if (r < 0)
			r = kept_add_none(&d->own->kept, &a->sure[i], -EIO);
		if (r < 0)
			return r;
	}
	return 0;
}

static int list_asked(struct disk_fs *d, struct asked *a)
{
	size_t count = a->sure_count + a->doubtful_count;
	autofree struct boot_path *dir = calloc(count, sizeof(*dir));
	int r;

	if (!dir)
		return -ENOMEM;
	memcpy(dir, a->sure, a->sure_count * sizeof(*dir));
	memcpy(dir + a->sure_count, a->doubtful, a->doubtful_count * sizeof(*dir));
	r = disk_fs_list_sure(d, dir, a->sure_count, count);
	return r == -EIO || r == -EFBIG ? list_each(d, a) : r;
}

static int one_round(struct disk_fs *d, struct asked *a)
{
	int r = 0;

	a->sure_count = a->doubtful_count = 0;
	for (unsigned i = 0; i < d->fs.device_count && r == 0; i++)
		r = consider_device(d, i, a);
	return r == 0 && a->sure_count + a->doubtful_count > 0 ? list_asked(d, a) : r;
}

int disk_fs_list_places(struct disk_fs *d)
{
	__attribute__((cleanup(asked_done))) struct asked a = {
		.sure = calloc(ASKED_MAX, sizeof(*a.sure)),
		.doubtful = calloc(ASKED_MAX, sizeof(*a.doubtful)),
	};
	int r = a.sure && a.doubtful ? 0 : -ENOMEM;

	for (int i = 0; i < ROUNDS && r == 0; i++) {
		r = one_round(d, &a);
		if (a.sure_count + a.doubtful_count == 0)
			break;
	}
	return r;
}
