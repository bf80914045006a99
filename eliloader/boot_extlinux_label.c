/* SPDX-License-Identifier: BSD-2-Clause */
/* A LABEL section of syslinux's, as an entry of the menu. */
#include "eliloader/boot_extlinux.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lib/cleanup.h"

void ext_label_done(struct ext_label *l)
{
	free(l->name);
	free(l->title);
	free(l->file);
	free(l->append);
	free(l->initrd);
	free(l->other);
	*l = (struct ext_label){ 0 };
}

int ext_name_add(struct ext_scope *s, const char *name, const char *alias,
		 const struct ext_target *target)
{
	struct ext_name *all;

	if (s->names == 2 * BOOT_ENTRIES_MAX)
		return 0; /* there are no entries for more */
	all = realloc(s->name, (s->names + 1) * sizeof(*all));
	if (!all)
		return -ENOMEM;
	s->name = all;
	all[s->names] = (struct ext_name){ .name = strdup(name),
					   .alias = alias ? strdup(alias) : NULL,
					   .target = *target };
	s->names++;
	return all[s->names - 1].name && (!alias || all[s->names - 1].alias) ? 0
									     : -ENOMEM;
}

/* ---- files ---- */

/* What KERNEL runs by its ending instead of booting it as Linux. */
static bool is_program(struct span file)
{
	static const char *const endings[] = { ".c32", ".com", ".cbt", ".0",
					       ".bin", ".bs",  ".bss", ".img" };

	for (size_t i = 0; i < sizeof(endings) / sizeof(*endings); i++)
		if (span_ends_nocase(file, endings[i]))
			return true;
	return false;
}

static struct span base_name(struct span file)
{
	for (size_t i = file.len; i-- > 0;)
		if (file.p[i] == '/')
			return (struct span){ file.p + i + 1, file.len - i - 1 };
	return file;
}

/* The last initrd= of a command line; empty: none. */
static struct span initrd_of(struct span args)
{
	struct span found = { args.p, 0 }, word;

	while ((word = span_word(&args)).len)
		if (span_begins(word, "initrd="))
			found = (struct span){ word.p + 7, word.len - 7 };
	return found;
}

static int add_ramdisks(struct ext_scope *s, struct span list, struct boot_entry *e)
{
	int r = 0;

	while (r == 0 && list.len) {
		struct span name = span_trim(span_part(&list, ','));

		if (name.len)
			r = boot_place_ramdisk(s->all->fs, &s->dir, name, e);
	}
	return r;
}

/* @line: a kernel and options; @append: what follows them. */
static int fill(struct ext_scope *s, struct span line, const char *append,
		const char *initrd, struct boot_entry *e)
{
	struct span file = span_word(&line);
	int r = boot_place_kernel(s->all->fs, &s->dir, file, e);

	if (r == 0)
		r = boot_entry_args(e, line);
	if (r == 0 && append && strcmp(append, "-") != 0)
		r = boot_entry_args(e, span_text(append));
	if (r < 0)
		return r;
	return add_ramdisks(s, initrd ? span_text(initrd) : initrd_of(span_text(e->args)),
			    e);
}

/* ---- what a section is ---- */

static const char *append_of(const struct ext_scope *s)
{
	return s->label.append ? s->label.append : s->append;
}

/* Without KERNEL the label is the kernel's name; a line of a menu need not be one. */
static int fill_unnamed(struct ext_scope *s, struct boot_entry *e)
{
	int r = fill(s, span_text(s->label.name), append_of(s), s->label.initrd, e);

	if (r == 0 && !boot_place_is_file(s->all->fs, &e->kernel))
		boot_entry_refuse(e, "it names no kernel");
	return r;
}

/* The entry itself.  linux.c32 boots what its options name. */
static int fill_label(struct ext_scope *s, struct boot_entry *e)
{
	const struct ext_label *l = &s->label;
	struct span line = span_text(l->file ? l->file : ""), rest = line;
	struct span file = span_word(&rest);

	if (l->is_disabled)
		boot_entry_refuse(e, "disabled");
	if (l->other) {
		boot_entry_refuse(e, "%s", l->other);
		return 0;
	}
	if (!line.len)
		return fill_unnamed(s, e);
	if (l->is_linux || !is_program(file))
		return fill(s, line, append_of(s), l->initrd, e);
	if (span_is_nocase(base_name(file), "linux.c32"))
		return fill(s, span_text(append_of(s) ? append_of(s) : ""), NULL,
			    l->initrd, e);
	if (span_is_nocase(base_name(file), "mboot.c32"))
		boot_entry_refuse(e, "a Xen host's entry (mboot.c32)");
	boot_entry_refuse(e, "a program of syslinux's (%.*s)", (int)file.len, file.p);
	return 0;
}

static int add_entry(struct ext_scope *s, struct boot_entry **ret)
{
	const struct ext_label *l = &s->label;
	struct boot_entry *e = boot_menu_add(s->all->menu);
	int r;

	*ret = e;
	if (!e)
		return s->all->menu->count == BOOT_ENTRIES_MAX ? 0 : -ENOMEM;
	r = boot_entry_text(&e->title, span_text(l->title ? l->title : l->name));
	return r < 0 ? r : boot_entry_text(&e->id, span_text(l->name));
}

static int end_entry(struct ext_scope *s)
{
	struct ext_target target = { .entry = s->all->menu->count };
	struct boot_entry *e;
	int r = add_entry(s, &e);

	if (r < 0 || !e)
		return r;
	r = fill_label(s, e);
	if (s->label.is_default && !s->have_default && !s->submenus) {
		s->have_default = true;
		s->first_default = target.entry;
	}
	return r < 0 ? r : ext_name_add(s, s->label.name, NULL, &target);
}

/* CONFIG FILE [DIRECTORY]: what it offers is a submenu here. */
static int end_config(struct ext_scope *s)
{
	const struct ext_label *l = &s->label;
	struct span rest = span_text(l->file ? l->file : ""), name = span_word(&rest);
	struct ext_target target;
	struct boot_path file, dir = s->dir;
	struct ext_reading *all = s->all;
	int r = boot_place_find(all->fs, &s->dir, name, &file);

	if (r == 0 && rest.len)
		r = boot_place_find(all->fs, &s->dir, rest, &dir);
	if (r == 0)
		r = boot_menu_enter(all->menu, l->title ? l->title : l->name, l->name);
	if (r < 0)
		return r == -ENAMETOOLONG ? 0 : r;
	r = ext_read_config(all, &file, &dir, &target);
	boot_menu_leave(all->menu);
	if (r == -ENOMEM || r == -E2BIG)
		return r;
	if (r < 0) {
		boot_menu_note(all->menu, "CONFIG %.*s: %s", (int)name.len, name.p,
			       strerror(-r));
		return 0;
	}
	target.is_menu = true;
	return ext_name_add(s, l->name, NULL, &target);
}

/* whichsys.c32 runs the label after "-iso-" or "-sys-", by who loaded it; ifcpu64.c32 the
 * first on 64 bits.  Empty: it is neither. */
static struct span alias_of(const struct ext_scope *s)
{
	const char *append = append_of(s);
	struct span rest = span_text(append ? append : ""), word, none = { "", 0 };
	struct span file = span_text(s->label.file ? s->label.file : "");

	file = base_name(span_word(&file));
	if (span_is_nocase(file, "ifcpu64.c32"))
		return span_word(&rest);
	if (!span_is_nocase(file, "whichsys.c32"))
		return none;
	while ((word = span_word(&rest)).len)
		if (span_is(word, s->all->is_iso ? "-iso-" : "-sys-"))
			return span_word(&rest);
	return none;
}

int ext_label_end(struct ext_scope *s)
{
	struct ext_target none = { 0 };
	struct span to = alias_of(s);
	autofree char *alias = to.len ? span_dup(to) : NULL;
	int r = 0;

	if (to.len && !alias)
		r = -ENOMEM;
	else if (s->label.name && alias)
		r = ext_name_add(s, s->label.name, alias, &none);
	else if (s->label.name && s->label.is_config)
		r = end_config(s);
	else if (s->label.name && !s->label.is_move)
		r = end_entry(s);
	ext_label_done(&s->label);
	return r;
}

int ext_label_implicit(struct ext_scope *s, struct span line, size_t *ret_entry)
{
	struct boot_entry *e = boot_menu_add(s->all->menu);
	struct span rest = line, file = span_word(&rest);
	int r;

	if (!e)
		return s->all->menu->count == BOOT_ENTRIES_MAX ? -ENOENT : -ENOMEM;
	*ret_entry = s->all->menu->count - 1;
	r = boot_entry_text(&e->title, line);
	/* The global options come before those of the line. */
	if (r == 0 && s->append && strcmp(s->append, "-") != 0)
		r = boot_entry_args(e, span_text(s->append));
	if (r == 0)
		r = boot_place_kernel(s->all->fs, &s->dir, file, e);
	if (r == 0)
		r = boot_entry_args(e, rest);
	return r < 0 ? r : add_ramdisks(s, initrd_of(span_text(e->args)), e);
}
