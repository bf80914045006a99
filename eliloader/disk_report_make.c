/* SPDX-License-Identifier: BSD-2-Clause */
/* disk_report_make - the worker's side: what was found becomes a tree. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "eliloader/disk_report.h"
#include "lib/cleanup.h"

#define KEY_MAX 64

struct writer {
	struct tree *tree;
	char at[KEY_MAX]; /* "entry/003/": what the next keys begin with */
	int r;
};

/* NULL is left out.  What cannot stand in one line of a configuration comes from elsewhere
 * on the disk, and is of no use. */
static void put(struct writer *w, const char *name, const char *text)
{
	autofree char *copy = text ? strndup(text, DISK_TEXT_MAX - 1) : NULL;
	char key[2 * KEY_MAX];

	if (w->r < 0 || !text)
		return;
	(void)snprintf(key, sizeof(key), "%s%s", w->at, name); /* fits */
	for (char *c = copy; c && *c; c++)
		if (*c == '\n' || *c == '\r')
			*c = '?';
	w->r = copy ? tree_set(w->tree, key, copy, strlen(copy)) : -ENOMEM;
}

static void put_number(struct writer *w, const char *name, uint64_t value)
{
	char text[32];

	(void)snprintf(text, sizeof(text), "%llu", (unsigned long long)value); /* fits */
	put(w, name, text);
}

static void put_device(struct writer *w, const struct boot_device *d)
{
	put(w, "name", d->name);
	put(w, "fs", d->fs);
	put(w, "label", d->label);
	put(w, "uuid", d->uuid);
	put_number(w, "size", d->size);
	put_number(w, "active", d->active);
	put_number(w, "blank", d->blank);
	put_number(w, "swap", d->swap);
}

static void put_menu(struct writer *w, const struct boot_menu *m)
{
	char timeout[16];

	(void)snprintf(timeout, sizeof(timeout), "%d", m->timeout_s); /* fits */
	put(w, "kind", boot_config_names[m->kind]);
	put_number(w, "device", m->config.device);
	put(w, "config", m->config.path);
	put(w, "timeout", timeout);
	put_number(w, "hidden", m->hidden);
	put_number(w, "passed", m->passed);
	put_number(w, "chosen", m->chosen);
}

static void put_entry(struct writer *w, const struct boot_entry *e, size_t number)
{
	(void)snprintf(w->at, sizeof(w->at), "entry/%03zu/", number);
	put(w, "title", e->title);
	put(w, "id", e->id);
	put_number(w, "device", e->kernel.device);
	put(w, "kernel", e->kernel.path);
	put(w, "args", e->args);
	put(w, "why", e->why);
	put_number(w, "depth", e->depth);
	for (size_t i = 0; i < e->ramdisk_count; i++) {
		(void)snprintf(w->at, sizeof(w->at), "entry/%03zu/ramdisk/%02zu/", number,
			       i);
		put_number(w, "device", e->ramdisk[i].device);
		put(w, "path", e->ramdisk[i].path);
	}
}

static void put_submenu(struct writer *w, const struct boot_submenu *s, size_t number)
{
	(void)snprintf(w->at, sizeof(w->at), "submenu/%03zu/", number);
	put(w, "title", s->title);
	put(w, "id", s->id);
	put_number(w, "first", s->first);
	put_number(w, "end", s->end);
	put_number(w, "depth", s->depth);
}

int disk_report_make(const char *table, const struct boot_fs *fs,
		     const struct boot_menu *menu, bool have_menu, struct tree *ret)
{
	struct writer w = { .tree = ret };

	put(&w, "table", table);
	for (size_t i = 0; i < fs->device_count; i++) {
		(void)snprintf(w.at, sizeof(w.at), "device/%03zu/", i);
		put_device(&w, &fs->device[i]);
	}
	(void)snprintf(w.at, sizeof(w.at), "menu/");
	put(&w, "note", menu->note);
	if (!have_menu)
		return w.r;
	put_menu(&w, menu);
	for (size_t i = 0; i < menu->count; i++)
		put_entry(&w, &menu->entry[i], i);
	for (size_t i = 0; i < menu->submenu_count; i++)
		put_submenu(&w, &menu->submenu[i], i);
	return w.r;
}
