/* SPDX-License-Identifier: BSD-2-Clause */
/* The entry files of a directory, and one as an entry of the menu. */
#include "eliloader/boot_bls.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "eliloader/boot_place.h"
#include "eliloader/boot_version.h"
#include "lib/cleanup.h"

void bls_list_done(struct bls_list *l)
{
	for (size_t i = 0; i < l->count; i++)
		bls_done(&l->item[i]);
	free(l->item);
	*l = (struct bls_list){ 0 };
}

/* ---- the files ---- */

/* Keep of @names those of entries, without their ".conf"; the others are freed. */
static void keep_entries(struct boot_names *names)
{
	size_t kept = 0;

	for (size_t i = 0; i < names->count; i++) {
		struct boot_name *n = &names->item[i];
		size_t len = strlen(n->name);

		if (n->kind == BOOT_FILE && len > 5 && *n->name != '.' &&
		    strcasecmp(n->name + len - 5, ".conf") == 0) {
			n->name[len - 5] = '\0';
			names->item[kept++] = *n;
		} else {
			free(n->name);
		}
	}
	names->count = kept;
}

typedef int compare_fn(const char *a, const char *b);

static int by_name(const void *a, const void *b, void *flavour)
{
	const struct boot_name *x = a, *y = b;
	compare_fn *compare = *(const enum bls_flavour *)flavour == BLS_GRUB
				      ? boot_version_compare_package
				      : boot_version_compare_uapi;
	int r = compare(y->name, x->name);

	return r ? r : strcmp(y->name, x->name);
}

static int read_entry(struct boot_fs *fs, const struct bls_list *l, const char *name,
		      enum bls_flavour flavour, struct bls *ret)
{
	autofree char *text = NULL, *file = NULL;
	struct boot_path path;
	size_t len = 0;
	int r;

	if (asprintf(&file, "%s.conf", name) < 0) {
		file = NULL;
		return -ENOMEM;
	}
	r = boot_path_join(&l->dir, file, &path);
	if (r == 0)
		r = fs->ops->read(fs, &path, BLS_FILE_MAX, &text, &len);
	return r < 0 ? r : bls_parse(name, text, len, flavour, ret);
}

static bool ends_all(int r)
{
	return r == -ENOMEM || r == -E2BIG;
}

static int read_entries(struct boot_fs *fs, const struct boot_names *names,
			enum bls_flavour flavour, struct boot_menu *m, struct bls_list *l)
{
	size_t count = names->count;

	if (count > BLS_FILES_MAX) {
		boot_menu_note(m, "only %d of %zu entry files are read", BLS_FILES_MAX,
			       count);
		count = BLS_FILES_MAX;
	}
	if (!count)
		return 0;
	l->item = calloc(count, sizeof(*l->item));
	if (!l->item)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		const char *name = names->item[i].name;
		int r = read_entry(fs, l, name, flavour, &l->item[l->count]);

		if (ends_all(r))
			return r;
		if (r < 0)
			boot_menu_note(m, "%s: %s", name,
				       r == -EBADMSG ? "no entry" : strerror(-r));
		else
			l->count++;
	}
	return 0;
}

int bls_list_read(struct boot_fs *fs, const struct boot_path *dir,
		  enum bls_flavour flavour, struct boot_menu *m, struct bls_list *ret)
{
	autonames struct boot_names names = { 0 };
	autoblslist struct bls_list l = { .dir = *dir };
	int r = fs->ops->list(fs, dir, &names);

	if (r < 0)
		return r;
	keep_entries(&names);
	if (names.count)
		qsort_r(names.item, names.count, sizeof(*names.item), by_name, &flavour);
	r = read_entries(fs, &names, flavour, m, &l);
	if (r < 0)
		return r;
	*ret = l;
	l = (struct bls_list){ 0 };
	return 0;
}

/* ---- as an entry ---- */

struct variables {
	const char *(*get)(void *arg, const char *name);
	void *arg;
};

/* The variables that Fedora's kernel-install writes, without GRUB to know them. */
static bool is_grubs(struct span name)
{
	static const char *const names[] = { "kernelopts", "tuned_params",
					     "tuned_initrd" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (span_is(name, names[i]))
			return true;
	return false;
}

/* "$name" or "${name}" at the begin of @s: its length; 0: it is none. */
static size_t variable_at(struct span s, struct span *ret_name)
{
	bool braces = s.len > 1 && s.p[1] == '{';
	size_t from = braces ? 2 : 1, to = from;

	while (to < s.len && (s.p[to] == '_' || (s.p[to] >= '0' && s.p[to] <= '9') ||
			      ((s.p[to] | 32) >= 'a' && (s.p[to] | 32) <= 'z')))
		to++;
	*ret_name = (struct span){ s.p + from, to - from };
	if (to == from || (braces && (to == s.len || s.p[to] != '}')))
		return 0;
	return to + braces;
}

/* What a variable stands for; NULL: it is no variable, and stays as it is. */
static const char *lookup(const struct variables *v, struct span name)
{
	autofree char *text = NULL;
	const char *value;

	if (!v->get)
		return is_grubs(name) ? "" : NULL;
	text = span_dup(name);
	value = text ? v->get(v->arg, text) : NULL;
	return value ? value : "";
}

/* @text with its variables; NULL: it is too long, and @e says so. */
static int expand(const struct variables *v, const char *text, struct boot_entry *e,
		  char **ret)
{
	struct span rest = span_text(text), name;
	char out[2 * BOOT_TEXT_MAX];
	size_t len = 0;

	while (rest.len) {
		size_t taken = *rest.p == '$' ? variable_at(rest, &name) : 0;
		const char *value = taken ? lookup(v, name) : NULL;
		struct span add = { rest.p, taken ? taken : 1 };

		rest.p += add.len;
		rest.len -= add.len;
		if (value)
			add = span_text(value);
		if (add.len > sizeof(out) - len) {
			boot_entry_refuse(e, "a value is too long with its variables");
			return 0;
		}
		memcpy(out + len, add.p, add.len);
		len += add.len;
	}
	*ret = strndup(out, len);
	return *ret ? 0 : -ENOMEM;
}

/* @text expanded, word by word, to @each. */
static int each_file(struct boot_fs *fs, const struct boot_path *root,
		     const struct variables *v, const char *text,
		     int (*each)(struct boot_fs *fs, const struct boot_path *root,
				 struct span word, struct boot_entry *e),
		     struct boot_entry *e)
{
	autofree char *all = NULL;
	struct span rest, word;
	int r = text ? expand(v, text, e, &all) : 0;

	rest = span_text(all ? all : "");
	while (r == 0 && (word = span_word(&rest)).len)
		r = each(fs, root, word, e);
	return r;
}

static int add_options(const struct variables *v, const char *text, struct boot_entry *e)
{
	autofree char *all = NULL;
	int r = text ? expand(v, text, e, &all) : 0;

	return all ? boot_entry_args(e, span_text(all)) : r;
}

/* What this host's machines are; systemd-boot passes over entries for others. */
static bool is_x86(const char *architecture)
{
	return !architecture || strcasecmp(architecture, "x64") == 0 ||
	       strcasecmp(architecture, "ia32") == 0;
}

static void refuse(const struct bls *b, struct boot_entry *e)
{
	if (b->uki)
		boot_entry_refuse(e, "a unified kernel image");
	else if (!b->kernel)
		boot_entry_refuse(e, "an EFI program");
	else if (!is_x86(b->architecture))
		boot_entry_refuse(e, "for another architecture");
	else if (b->is_long)
		boot_entry_refuse(e, "a value of more than %d bytes", BOOT_TEXT_MAX - 1);
}

int bls_add(struct boot_fs *fs, const struct bls *b, const struct boot_path *root,
	    const char *(*get)(void *arg, const char *name), void *arg,
	    struct boot_menu *m)
{
	const struct variables v = { get, arg };
	struct boot_entry *e = boot_menu_add(m);
	const char *options = b->options;
	int r;

	if (!e)
		return m->count == BOOT_ENTRIES_MAX ? 0 : -ENOMEM;
	refuse(b, e);
	if (!options && get)
		options = get(arg, "default_kernelopts");
	r = boot_entry_text(&e->title, span_text(b->title ? b->title : b->id));
	if (r == 0)
		r = boot_entry_text(&e->id, span_text(b->id));
	if (r == 0 && b->kernel)
		r = each_file(fs, root, &v, b->kernel, boot_place_kernel, e);
	if (r == 0 && !*e->kernel.path)
		boot_entry_refuse(e, "it names no kernel"); /* an empty variable */
	if (r == 0)
		r = each_file(fs, root, &v, b->initrd, boot_place_ramdisk, e);
	return r < 0 ? r : add_options(&v, options, e);
}
