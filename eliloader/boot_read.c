/* SPDX-License-Identifier: BSD-2-Clause */
/* Which boot configuration of a disk counts: where they lie, and the first that boots. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "eliloader/boot_place.h"
#include "eliloader/boot_roots.h"
#include "lib/cleanup.h"

#define CONFIGS_MAX 64 /* that are read of one disk */

/* Below each root, in the order in which they are looked for; '*' stands for the
 * directories of an EFI system partition, one for each system.  Those are late: mostly
 * they only lead to the others. */
static const struct place {
	const char *path;
	enum boot_config kind;
	bool late;
} places[] = {
	{ "boot/grub/grub.cfg", BOOT_GRUB, false },
	{ "boot/grub2/grub.cfg", BOOT_GRUB, false },
	{ "grub/grub.cfg", BOOT_GRUB, false },
	{ "grub2/grub.cfg", BOOT_GRUB, false },
	{ "EFI/*/grub.cfg", BOOT_GRUB, true },
	{ "boot/efi/EFI/*/grub.cfg", BOOT_GRUB, true },
	{ "loader/entries", BOOT_BLS, false },
	{ "boot/loader/entries", BOOT_BLS, false },
	{ "EFI/Linux", BOOT_BLS, true },
	{ "boot/grub/menu.lst", BOOT_GRUB_LEGACY, false },
	{ "boot/grub/grub.conf", BOOT_GRUB_LEGACY, false },
	{ "grub/menu.lst", BOOT_GRUB_LEGACY, false },
	{ "grub/grub.conf", BOOT_GRUB_LEGACY, false },
	{ "boot/extlinux/extlinux.conf", BOOT_EXTLINUX, false },
	{ "extlinux/extlinux.conf", BOOT_EXTLINUX, false },
	{ "boot/extlinux.conf", BOOT_EXTLINUX, false },
	{ "extlinux.conf", BOOT_EXTLINUX, false },
	{ "boot/syslinux/extlinux.conf", BOOT_EXTLINUX, false },
	{ "boot/syslinux/syslinux.cfg", BOOT_EXTLINUX, false },
	{ "syslinux/extlinux.conf", BOOT_EXTLINUX, false },
	{ "syslinux/syslinux.cfg", BOOT_EXTLINUX, false },
	{ "syslinux.cfg", BOOT_EXTLINUX, false },
	{ "boot/isolinux/isolinux.cfg", BOOT_EXTLINUX, false },
	{ "isolinux/isolinux.cfg", BOOT_EXTLINUX, false },
	{ "boot/syslinux/isolinux.cfg", BOOT_EXTLINUX, false },
	{ "syslinux/isolinux.cfg", BOOT_EXTLINUX, false },
	{ "isolinux.cfg", BOOT_EXTLINUX, false },
	{ "boot/x86_64/loader/isolinux.cfg", BOOT_EXTLINUX, false },
	{ "boot/i386/loader/isolinux.cfg", BOOT_EXTLINUX, false },
	{ "EFI/*/syslinux.cfg", BOOT_EXTLINUX, true },
	{ "", BOOT_KERNELS, false },
};

struct reading {
	struct boot_fs *fs;
	struct boot_roots roots;
	struct boot_menu best; /* none boots: the first that has entries */
	char *failure;	       /* owned: what was wrong with the first */
	unsigned configs;
	bool found;
};

static void reading_done(struct reading *r)
{
	boot_roots_done(&r->roots);
	boot_menu_done(&r->best);
	free(r->failure);
}
#define autoreading __attribute__((cleanup(reading_done)))

/* ---- entries and their files ---- */

/* The first file of @e that is not on the disk; NULL: all are. */
static const struct boot_path *missing(struct boot_fs *fs, const struct boot_entry *e)
{
	if (!boot_place_is_file(fs, &e->kernel))
		return &e->kernel;
	for (size_t i = 0; i < e->ramdisk_count; i++)
		if (!boot_place_is_file(fs, &e->ramdisk[i]))
			return &e->ramdisk[i];
	return NULL;
}

static void check_files(struct boot_fs *fs, struct boot_entry *e)
{
	const struct boot_path *path = *e->kernel.path ? missing(fs, e) : NULL;

	if (!*e->kernel.path)
		boot_entry_refuse(e, "it loads no kernel");
	else if (path)
		boot_entry_refuse(e, "'%s' is not on the disk", path->path);
}

static bool share_directories(const struct boot_entry *a, const struct boot_entry *b)
{
	struct boot_path x, y;

	boot_path_parent(&a->kernel, &x);
	boot_path_parent(&b->kernel, &y);
	if (x.device != y.device || strcmp(x.path, y.path) != 0)
		return false;
	for (size_t i = 0; i < b->ramdisk_count; i++) {
		boot_path_parent(&b->ramdisk[i], &y);
		if (x.device != y.device || strcmp(x.path, y.path) != 0)
			return false;
	}
	return true;
}

/* The default's files are looked for, and those beside them: other directories would cost
 * a run of the tool each. */
static void settle(struct boot_fs *fs, struct boot_menu *m)
{
	while (m->chosen < m->count) {
		size_t chosen = m->chosen;

		check_files(fs, &m->entry[chosen]);
		if (!m->entry[chosen].why)
			break;
		boot_menu_prefer(m, chosen);
	}
	for (size_t i = 0; m->chosen < m->count && i < m->count; i++)
		if (!m->entry[i].why && *m->entry[i].kernel.path &&
		    share_directories(&m->entry[m->chosen], &m->entry[i]))
			check_files(fs, &m->entry[i]);
}

/* ---- one configuration ---- */

static int read_config(struct boot_fs *fs, enum boot_config kind,
		       const struct boot_path *config, struct boot_menu *ret)
{
	struct boot_path dir;

	switch (kind) {
	case BOOT_GRUB:
		return boot_grub_read(fs, config, ret);
	case BOOT_GRUB_LEGACY:
		return boot_legacy_read(fs, config, ret);
	case BOOT_EXTLINUX:
		return boot_extlinux_read(fs, config, ret);
	case BOOT_BLS: /* what is above loader/entries or EFI/Linux */
		boot_path_parent(config, &dir);
		boot_path_parent(&dir, &dir);
		return boot_bls_read(fs, &dir, ret);
	case BOOT_KERNELS:
	case BOOT_CONFIGS:
		break;
	}
	return boot_kernels_read(fs, ret);
}

static void keep_failure(struct reading *r, const struct boot_path *config,
			 const char *what)
{
	if (!r->failure &&
	    asprintf(&r->failure, "(%s)%s: %s", r->fs->device[config->device].name,
		     config->path, what) < 0)
		r->failure = NULL; /* only a remark */
}

/* One that boots nothing: why, and its entries if it is the first that has some. */
static void keep_unbootable(struct reading *r, const struct boot_path *config,
			    struct boot_menu *m)
{
	const char *why = m->count ? m->entry[0].why : NULL;

	keep_failure(r, config, why ? why : "no entry that can be booted");
	if (r->best.count)
		return;
	r->best = *m;
	boot_menu_init(m);
}

/* The menu that is the answer; what was wrong with one before it is more than its own
 * note. */
static void take(struct reading *r, struct boot_menu *m, struct boot_menu *ret)
{
	m->passed = r->failure && m->kind == BOOT_KERNELS;
	if (r->failure) {
		free(m->note);
		m->note = NULL;
		boot_menu_note(m, "%s", r->failure);
	}
	*ret = *m;
	boot_menu_init(m);
	r->found = true;
}

static int try_config(struct reading *r, enum boot_config kind,
		      const struct boot_path *config, struct boot_menu *ret)
{
	autobootmenu struct boot_menu m;
	int res;

	boot_menu_init(&m);
	if (r->configs++ == CONFIGS_MAX)
		keep_failure(r, config, "more configurations than are read");
	if (r->configs > CONFIGS_MAX && kind != BOOT_KERNELS)
		return 0;
	res = read_config(r->fs, kind, config, &m);
	if (res == -ENOMEM)
		return res;
	if (res < 0) {
		/* An empty directory and a disk without kernels are nothing wrong. */
		if (kind != BOOT_BLS && kind != BOOT_KERNELS)
			keep_failure(r, config,
				     res == -ENODATA ? "no entries" : strerror(-res));
		return 0;
	}
	settle(r->fs, &m);
	if (m.chosen < m.count)
		take(r, &m, ret);
	else
		keep_unbootable(r, config, &m);
	return 0;
}

/* ---- places ---- */

/* GRUB leaves links to directories out of its lists.  These are often such links, and
 * whoever lists ahead has asked for them. */
static bool is_link(struct reading *r, const struct boot_path *path)
{
	static const char *const names[] = { "boot", "loader", "grub", "grub2" };
	const char *name = strrchr(path->path, '/') + 1;
	autonames struct boot_names unused = { 0 };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strcmp(name, names[i]) == 0)
			return r->fs->ops->list(r->fs, path, &unused) == 0;
	return false;
}

/* Is @path below @dir there?  Its directories are looked for one by one, so that for what
 * is not there hardly anything is listed. */
static bool is_there(struct reading *r, const struct boot_path *dir, const char *path,
		     struct boot_path *ret)
{
	*ret = *dir;
	while (*path) {
		size_t len = strcspn(path, "/");
		autofree char *name = strndup(path, len);
		enum boot_kind kind;
		uint64_t size;
		int res = name ? boot_path_join(ret, name, ret) : -ENOMEM;

		if (res == 0)
			res = boot_look(r->fs, ret, &kind, &size);
		if (res < 0 && res != -ENOENT)
			keep_failure(r, ret, strerror(-res));
		if (res < 0 && (res != -ENOENT || !is_link(r, ret)))
			return false;
		path += len + (path[len] == '/');
	}
	return true;
}

/* One below each directory of @dir; the last is BOOT, a copy of another's. */
static int try_each(struct reading *r, enum boot_config kind, const struct boot_path *dir,
		    const char *rest, struct boot_menu *ret)
{
	autonames struct boot_names names = { 0 };
	int res = 0;

	if (r->fs->ops->list(r->fs, dir, &names) < 0)
		return 0;
	for (int last = 0; last < 2; last++)
		for (size_t i = 0; i < names.count && !r->found && res == 0; i++) {
			const char *name = names.item[i].name;
			struct boot_path path;

			if ((strcasecmp(name, "BOOT") == 0) != last ||
			    names.item[i].kind != BOOT_DIR ||
			    boot_path_join(dir, name, &path) < 0 ||
			    !is_there(r, &path, rest, &path))
				continue;
			res = try_config(r, kind, &path, ret);
		}
	return res;
}

static int try_place(struct reading *r, const struct place *p,
		     const struct boot_path *root, struct boot_menu *ret)
{
	autofree char *above = NULL;
	const char *star = strchr(p->path, '*');
	struct boot_path path;

	if (!star)
		return is_there(r, root, p->path, &path)
			       ? try_config(r, p->kind, &path, ret)
			       : 0;
	above = strndup(p->path, (size_t)(star - p->path - 1));
	if (!above)
		return -ENOMEM;
	return is_there(r, root, above, &path)
		       ? try_each(r, p->kind, &path, star + 2, ret)
		       : 0;
}

static int try_places(struct reading *r, enum boot_config kind, bool late,
		      struct boot_menu *ret)
{
	/* Kernels are looked for on all roots at once. */
	size_t roots = kind == BOOT_KERNELS && r->roots.count ? 1 : r->roots.count;
	int res = 0;

	for (size_t i = 0; i < roots; i++)
		for (size_t j = 0; j < sizeof(places) / sizeof(*places); j++)
			if (places[j].kind == kind && places[j].late == late &&
			    !r->found && res == 0)
				res = try_place(r, &places[j], &r->roots.item[i], ret);
	return res;
}

/* What boot_roots_find() left out. */
static void keep_bad_root(struct reading *r)
{
	int error = r->roots.error;

	if (error)
		keep_failure(r, &(struct boot_path){ r->roots.bad, "/" },
			     error == -EOVERFLOW ? "more subvolumes than are looked into"
						 : strerror(-error));
}

int boot_menu_read(struct boot_fs *fs, struct boot_menu *ret)
{
	autoreading struct reading r = { .fs = fs };
	int res = boot_roots_find(fs, &r.roots);

	boot_menu_init(&r.best);
	if (r.roots.error != -EOVERFLOW)
		keep_bad_root(&r);
	for (int kind = 0; kind < BOOT_CONFIGS; kind++) {
		/* that there is more is nothing against a configuration that was found */
		if (kind == BOOT_KERNELS)
			keep_bad_root(&r);
		for (int late = 0; late < 2 && res == 0 && !r.found; late++)
			res = try_places(&r, (enum boot_config)kind, late, ret);
	}
	if (res < 0 || r.found)
		return res;
	boot_menu_init(ret);
	res = r.best.count ? 0 : r.failure ? -ENODATA : -ENOENT;
	take(&r, &r.best, ret);
	return res;
}
