/* SPDX-License-Identifier: BSD-2-Clause */
/* No configuration: kernels by their names, each with the ramdisk made for it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "eliloader/boot_place.h"
#include "eliloader/boot_roots.h"
#include "eliloader/boot_version.h"
#include "lib/cleanup.h"

/* Where in a root they lie; SUSE's domUloader looked in this order. */
static const char *const directories[] = { "", "boot" };

/* "vmlinuz" and what may follow it. */
static const char *const kernel_prefixes[] = { "vmlinuz", "kernel-" };

/* How a kernel "vmlinuz" or "vmlinuz-V" has its ramdisk called: %s is "" or "-V". */
static const char *const ramdisk_names[] = {
	"initrd.img%s", "initramfs%s.img", "initrd%s",
	"initrd%s.img", "initramfs%s",	   "initrd%s.gz",
};

/* Names before others, in this order, whatever their version. */
static const char *const first_names[] = { "vmlinuz", "vmlinuz-xen", "vmlinuz-xenpae" };
#define FIRST_NAMES (sizeof(first_names) / sizeof(*first_names))

struct found {
	struct boot_path kernel, ramdisk; /* path "": none */
	size_t root;
	unsigned place; /* index into directories[] */
	unsigned rank;	/* index into first_names[], or behind them */
	bool spare;	/* for when others fail */
};
struct search {
	struct boot_fs *fs;
	struct found *item; /* owned */
	size_t count;
	bool full;
};

static void search_done(struct search *s)
{
	free(s->item);
}
#define autosearch __attribute__((cleanup(search_done)))

static unsigned rank_of(const char *name)
{
	unsigned i = 0;

	while (i < FIRST_NAMES && strcmp(name, first_names[i]) != 0)
		i++;
	return i;
}

/* What follows "vmlinuz": "", "-6.1.0", ".old"; NULL: it is no kernel. */
static const char *suffix_of(const char *name)
{
	const char *suffix = NULL;

	for (size_t i = 0; i < sizeof(kernel_prefixes) / sizeof(*kernel_prefixes); i++) {
		size_t len = strlen(kernel_prefixes[i]);

		if (strncmp(name, kernel_prefixes[i], len) == 0)
			suffix = name + len - (name[len - 1] == '-');
	}
	if (!suffix || (*suffix && *suffix != '-' && strcmp(suffix, ".old") != 0))
		return NULL;
	return suffix;
}

static bool is_in(const struct boot_names *names, const char *name)
{
	for (size_t i = 0; i < names->count; i++)
		if (names->item[i].kind == BOOT_FILE &&
		    strcmp(names->item[i].name, name) == 0)
			return true;
	return false;
}

static int find_ramdisk(const struct boot_names *names, const struct boot_path *dir,
			const char *suffix, struct boot_path *ret)
{
	*ret = (struct boot_path){ .device = dir->device };
	for (size_t i = 0; i < sizeof(ramdisk_names) / sizeof(*ramdisk_names); i++) {
		const char *mark = strstr(ramdisk_names[i], "%s");
		/* "vmlinuz.old" has "initrd.img.old" */
		bool old = *suffix == '.';
		autofree char *name = NULL;

		if (asprintf(&name, "%.*s%s%s%s", (int)(mark - ramdisk_names[i]),
			     ramdisk_names[i], old ? "" : suffix, mark + 2,
			     old ? suffix : "") < 0) {
			name = NULL;
			return -ENOMEM;
		}
		if (is_in(names, name))
			return boot_path_join(dir, name, ret);
	}
	return 0;
}

static int add_kernel(struct search *s, const struct found *in,
		      const struct boot_path *dir, const struct boot_names *names,
		      const char *name)
{
	const char *suffix = suffix_of(name);
	struct found *all;
	int r;

	if (!suffix || span_has_control(span_text(name)))
		return 0;
	if (s->count == BOOT_ENTRIES_MAX) {
		s->full = true;
		return 0;
	}
	all = realloc(s->item, (s->count + 1) * sizeof(*all));
	if (!all)
		return -ENOMEM;
	s->item = all;
	all += s->count;
	*all = *in;
	all->rank = rank_of(name);
	all->spare = *suffix == '.' || strstr(name, "rescue") || strstr(name, "fallback");
	r = boot_path_join(dir, name, &all->kernel);
	if (r == 0)
		r = find_ramdisk(names, dir, suffix, &all->ramdisk);
	if (r == 0)
		s->count++;
	return r == -ENAMETOOLONG ? 0 : r;
}

static int look_in(struct search *s, const struct found *in, const struct boot_path *dir)
{
	autonames struct boot_names names = { 0 };
	int r = 0;

	if (!boot_place_is_directory(s->fs, dir) ||
	    s->fs->ops->list(s->fs, dir, &names) < 0)
		return 0; /* not there, or the next device may do */
	for (size_t i = 0; i < names.count && r == 0; i++)
		/* A link into another file system has no size. */
		if (names.item[i].kind == BOOT_FILE && names.item[i].size)
			r = add_kernel(s, in, dir, &names, names.item[i].name);
	return r;
}

static const char *version_of(const struct found *f)
{
	const char *suffix = suffix_of(strrchr(f->kernel.path, '/') + 1);

	return suffix ? suffix : ""; /* it was one when it was found */
}

static int in_order(const void *x, const void *y)
{
	const struct found *a = x, *b = y;
	int r = a->spare - b->spare;

	if (r == 0)
		r = (a->root > b->root) - (a->root < b->root);
	if (r == 0)
		r = !*a->ramdisk.path - !*b->ramdisk.path;
	if (r == 0)
		r = (a->rank > b->rank) - (a->rank < b->rank);
	if (r == 0)
		r = boot_version_compare(version_of(b), version_of(a));
	if (r == 0)
		r = (a->place > b->place) - (a->place < b->place);
	return r ? r : strcmp(a->kernel.path, b->kernel.path);
}

static int add_entry(const struct search *s, const struct found *f, struct boot_menu *m)
{
	const char *device = s->fs->device[f->kernel.device].name;
	struct boot_entry *e = boot_menu_add(m);
	autofree char *title = NULL;
	int r;

	if (!e || asprintf(&title, "%s (%s)", f->kernel.path, device) < 0) {
		title = NULL;
		return -ENOMEM;
	}
	e->kernel = f->kernel;
	r = boot_entry_text(&e->title, span_text(title));
	if (r == 0)
		r = boot_entry_text(&e->id, span_text(f->kernel.path));
	if (r == 0 && *f->ramdisk.path)
		r = boot_entry_ramdisk(e, &f->ramdisk);
	return r;
}

static int search(struct search *s)
{
	autobootroots struct boot_roots roots = { 0 };
	int r = boot_roots_find(s->fs, &roots);

	for (size_t i = 0; i < roots.count; i++)
		for (unsigned j = 0; j < sizeof(directories) / sizeof(*directories);
		     j++) {
			const struct found in = { .root = i, .place = j };
			struct boot_path dir;

			if (r == 0)
				r = boot_path_join(&roots.item[i], directories[j], &dir);
			if (r == 0)
				r = look_in(s, &in, &dir);
		}
	if (r == 0 && s->count)
		qsort(s->item, s->count, sizeof(*s->item), in_order);
	return r;
}

int boot_kernels_read(struct boot_fs *fs, struct boot_menu *ret)
{
	autosearch struct search s = { .fs = fs };
	autobootmenu struct boot_menu m;
	int r = search(&s);

	boot_menu_init(&m);
	m.kind = BOOT_KERNELS;
	if (r == 0 && !s.count)
		r = -ENOENT;
	for (size_t i = 0; r == 0 && i < s.count; i++)
		r = add_entry(&s, &s.item[i], &m);
	if (r < 0)
		return r;
	boot_path_parent(&s.item[0].kernel, &m.config);
	boot_menu_note(&m, "no boot configuration: the kernel is not told its root%s",
		       s.full ? "; there are more kernels than are shown" : "");
	boot_menu_prefer(&m, 0);
	*ret = m;
	boot_menu_init(&m);
	return 0;
}
