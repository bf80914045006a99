/* SPDX-License-Identifier: BSD-2-Clause */
/* What systemd-boot would offer. */
#include "eliloader/boot_bls.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "eliloader/boot_place.h"
#include "eliloader/boot_version.h"
#include "lib/cleanup.h"

/* An entry with the directory its paths begin in. */
struct found {
	const struct bls *bls;
	const struct boot_path *root;
};

struct reading {
	struct boot_fs *fs;
	struct boot_menu *menu;
	struct bls_loader loader;
	struct found *all; /* owned; borrows from @list */
	size_t count;
	struct bls_list list[BOOT_DEVICES_MAX]; /* owned */
	struct boot_path root[BOOT_DEVICES_MAX];
	unsigned lists;
};

static void reading_free(struct reading **r)
{
	if (!*r)
		return;
	for (unsigned i = 0; i < (*r)->lists; i++)
		bls_list_done(&(*r)->list[i]);
	free((*r)->all);
	free((*r)->loader.pattern);
	free(*r);
}
#define autoreading __attribute__((cleanup(reading_free)))

/* ---- order ---- */

static int compare_texts(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "");
}

static int in_menu_order(const void *x, const void *y)
{
	const struct bls *a = ((const struct found *)x)->bls;
	const struct bls *b = ((const struct found *)y)->bls;
	int r = (a->tries_left == 0) - (b->tries_left == 0);

	if (r == 0)
		r = !a->sort_key - !b->sort_key;
	if (r == 0 && a->sort_key) {
		r = compare_texts(a->sort_key, b->sort_key);
		if (r == 0)
			r = compare_texts(a->machine_id, b->machine_id);
		if (r == 0)
			r = boot_version_compare_uapi(b->version ? b->version : "",
						      a->version ? a->version : "");
	}
	if (r == 0)
		r = boot_version_compare_uapi(b->name, a->name);
	if (r == 0)
		r = b->tries_left - a->tries_left;
	return r ? r : a->tries_done - b->tries_done;
}

/* ---- files ---- */

static int add_list(struct reading *r, const struct boot_path *root)
{
	struct boot_path dir;
	struct bls_list *l = &r->list[r->lists];
	struct found *all;
	int res = boot_path_join(root, "loader/entries", &dir);

	if (res == 0)
		res = bls_list_read(r->fs, &dir, BLS_SYSTEMD, r->menu, l);
	if (res < 0)
		return res;
	r->root[r->lists++] = *root;
	if (!l->count)
		return 0;
	all = realloc(r->all, (r->count + l->count) * sizeof(*all));
	if (!all)
		return -ENOMEM;
	r->all = all;
	for (size_t i = 0; i < l->count; i++)
		r->all[r->count++] =
			(struct found){ &l->item[i], &r->root[r->lists - 1] };
	return 0;
}

static int read_loader(struct reading *r, const struct boot_path *root)
{
	autofree char *text = NULL;
	struct boot_path path;
	size_t len = 0;
	int res = boot_path_join(root, "loader/loader.conf", &path);

	if (res == 0)
		res = boot_place_is_file(r->fs, &path) ? 0 : -ENOENT;
	if (res == 0)
		res = r->fs->ops->read(r->fs, &path, BLS_FILE_MAX, &text, &len);
	return res < 0 ? res : bls_loader_parse(text, len, &r->loader);
}

/* The ESP and XBOOTLDR are one menu: on whichever of them the entries lie, the other's
 * count, too. */
static int add_others(struct reading *r, const struct boot_path *root, bool *have_loader)
{
	const struct boot_fs *fs = r->fs;
	int res = 0;

	for (unsigned i = 0; i < fs->device_count && res != -E2BIG && res != -ENOMEM;
	     i++) {
		struct boot_path other = { i, "/" }, dir = { i, "/loader" };

		if (i == root->device || strcmp(fs->device[i].fs, "fat") != 0 ||
		    !boot_place_is_directory(r->fs, &dir))
			continue;
		if (!*have_loader)
			*have_loader = read_loader(r, &other) == 0;
		res = add_list(r, &other);
	}
	return res == -E2BIG || res == -ENOMEM ? res : 0;
}

/* ---- the menu ---- */

/* Entries of one title are told apart by their version, or else by their id. */
static int tell_apart(struct boot_entry *e, const struct bls *b)
{
	autofree char *title = NULL;

	if (asprintf(&title, "%.*s (%s)", BOOT_TEXT_MAX / 2, e->title,
		     b->version ? b->version : b->id) < 0) {
		title = NULL;
		return -ENOMEM;
	}
	return boot_entry_text(&e->title, span_text(title));
}

static bool is_title_of_other(const struct reading *r, size_t i)
{
	const char *title = r->all[i].bls->title;

	for (size_t j = 0; title && j < r->count; j++)
		if (j != i && compare_texts(r->all[j].bls->title, title) == 0)
			return true;
	return false;
}

static int add_entries(struct reading *r)
{
	for (size_t i = 0; i < r->count; i++) {
		size_t before = r->menu->count;
		int res = bls_add(r->fs, r->all[i].bls, r->all[i].root, NULL, NULL,
				  r->menu);

		if (res == 0 && r->menu->count > before && is_title_of_other(r, i))
			res = tell_apart(&r->menu->entry[before], r->all[i].bls);
		if (res < 0)
			return res;
	}
	return 0;
}

static int add_unified(struct boot_menu *m, const char *name)
{
	struct boot_entry *e = boot_menu_add(m);
	int r;

	if (!e)
		return m->count == BOOT_ENTRIES_MAX ? 0 : -ENOMEM;
	boot_entry_refuse(e, "a unified kernel image");
	r = boot_entry_text(&e->title, span_text(name));
	return r < 0 ? r : boot_entry_text(&e->id, span_text(name));
}

/* The images below EFI/Linux, which need no entry file. */
static int add_unifieds(struct reading *r, const struct boot_path *root)
{
	autonames struct boot_names names = { 0 };
	struct boot_path efi, dir;
	int res = boot_path_join(root, "EFI", &efi);

	if (res == 0)
		res = boot_path_join(root, "EFI/Linux", &dir);
	if (res < 0 || !boot_place_is_directory(r->fs, &efi) ||
	    !boot_place_is_directory(r->fs, &dir))
		return res;
	res = r->fs->ops->list(r->fs, &dir, &names);
	for (size_t i = 0; res == 0 && i < names.count; i++)
		if (span_ends_nocase(span_text(names.item[i].name), ".efi"))
			res = add_unified(r->menu, names.item[i].name);
	return res;
}

/* Is it the entry that loader.conf names?  Its patterns are for file names; older ones
 * are without the ending. */
static bool is_default(const char *pattern, const char *id)
{
	autofree char *file = NULL;

	if (asprintf(&file, "%s.conf", id) < 0) {
		file = NULL;
		return false;
	}
	return bls_pattern_matches(pattern, file) || bls_pattern_matches(pattern, id);
}

static void choose(struct boot_menu *m, const struct bls_loader *l)
{
	size_t i = 0;

	m->timeout_s = l->timeout_s;
	m->hidden = l->hidden;
	if (l->pattern && *l->pattern == '@')
		boot_menu_note(m, "default %s: only the firmware knows which that is",
			       l->pattern);
	else if (l->pattern)
		while (i < m->count && !is_default(l->pattern, m->entry[i].id))
			i++;
	boot_menu_prefer(m, i < m->count ? i : 0);
}

static int fill(struct reading *r, const struct boot_path *root)
{
	bool have_loader = read_loader(r, root) == 0;
	int res = add_list(r, root);

	if (res == 0)
		res = add_others(r, root, &have_loader);
	else if (res == -ENOENT)
		res = 0; /* there may be unified images alone */
	if (res == 0 && r->count)
		qsort(r->all, r->count, sizeof(*r->all), in_menu_order);
	if (res == 0)
		res = add_entries(r);
	return res < 0 ? res : add_unifieds(r, root);
}

int boot_bls_read(struct boot_fs *fs, const struct boot_path *root, struct boot_menu *ret)
{
	autobootmenu struct boot_menu m;
	autoreading struct reading *r = calloc(1, sizeof(*r));
	int res;

	boot_menu_init(&m);
	if (!r)
		return -ENOMEM;
	r->fs = fs;
	r->menu = &m;
	r->loader.hidden = true; /* without a word it shows no menu */
	m.kind = BOOT_BLS;
	res = boot_path_join(root, "loader/entries", &m.config);
	if (res == 0)
		res = fill(r, root);
	if (res == 0 && !m.count)
		res = r->lists ? -ENODATA : -ENOENT;
	if (res < 0)
		return res;
	choose(&m, &r->loader);
	*ret = m;
	boot_menu_init(&m);
	return 0;
}
