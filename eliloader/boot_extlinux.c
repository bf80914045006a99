/* SPDX-License-Identifier: BSD-2-Clause */
/* syslinux's configurations: files, directives, menus. */
#include "eliloader/boot_extlinux.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"

void ext_scope_done(struct ext_scope *s)
{
	for (size_t i = 0; i < s->names; i++) {
		free(s->name[i].name);
		free(s->name[i].alias);
	}
	free(s->name);
	free(s->append);
	free(s->dflt);
	free(s->ontimeout);
	ext_label_done(&s->label);
}

static int read_file(struct ext_scope *s, const struct boot_path *file);

static int include(struct ext_scope *s, struct span name)
{
	struct boot_path file;
	int r = name.len ? boot_place_find(s->all->fs, &s->dir, name, &file) : -EINVAL;

	if (r == 0)
		r = read_file(s, &file);
	if (r == -ENOMEM || r == -E2BIG)
		return r;
	if (r < 0)
		boot_menu_note(s->all->menu, "an included file is left out: %s",
			       strerror(-r));
	return 0;
}

/* ---- MENU ... ---- */

static int menu_begin(struct ext_scope *s, struct span tag)
{
	autofree char *name = span_dup(tag);
	int r = name ? ext_label_end(s) : -ENOMEM;

	if (r == 0)
		r = boot_menu_enter(s->all->menu, name, *name ? name : NULL);
	if (r == 0)
		s->submenus++;
	return r;
}

static int menu_end(struct ext_scope *s)
{
	int r = ext_label_end(s);

	if (s->submenus) {
		boot_menu_leave(s->all->menu);
		s->submenus--;
	}
	return r;
}

/* MENU LABEL: a '^' before the letter that is its key is not shown. */
static int set_title(char **title, struct span value)
{
	char *hat;
	int r = boot_entry_text(title, value);

	hat = r == 0 ? strchr(*title, '^') : NULL;
	if (hat)
		memmove(hat, hat + 1, strlen(hat));
	return r;
}

/* The title of the innermost open submenu. */
static int title_submenu(struct ext_scope *s, struct span value)
{
	struct boot_menu *m = s->all->menu;

	for (size_t i = m->submenu_count; s->submenus && i-- > 0;)
		if (m->submenu[i].open)
			return set_title(&m->submenu[i].title, value);
	return 0;
}

/* MENU INCLUDE FILE [TAG]: with a tag in a submenu of that name. */
static int menu_include(struct ext_scope *s, struct span value)
{
	struct span name = span_word(&value);
	int r = value.len ? menu_begin(s, value) : 0;

	if (r == 0)
		r = include(s, name);
	if (r == 0 && value.len)
		r = menu_end(s);
	return r;
}

static int menu_directive(struct ext_scope *s, struct span value)
{
	struct ext_label *l = &s->label;
	struct span key = span_word(&value);

	if (span_is_nocase(key, "begin"))
		return menu_begin(s, value);
	if (span_is_nocase(key, "end"))
		return menu_end(s);
	if (span_is_nocase(key, "include"))
		return menu_include(s, value);
	if (span_is_nocase(key, "hidden"))
		s->hidden = true;
	if (span_is_nocase(key, "title") && !l->name)
		return title_submenu(s, value);
	if (span_is_nocase(key, "label"))
		return l->name ? set_title(&l->title, value) : title_submenu(s, value);
	if (span_is_nocase(key, "default"))
		l->is_default = true;
	if (span_is_nocase(key, "disabled") || span_is_nocase(key, "disable"))
		l->is_disabled = true;
	if (span_is_nocase(key, "goto") || span_is_nocase(key, "exit") ||
	    span_is_nocase(key, "quit"))
		l->is_move = true;
	return 0;
}

/* ---- other directives ---- */

static int begin_label(struct ext_scope *s, struct span value)
{
	struct span name = span_word(&value);
	int r = ext_label_end(s);

	return r < 0 || !name.len ? r : boot_entry_text(&s->label.name, name);
}

/* Directives that set a text; those of a section count only inside of one. */
static int set_text(struct ext_scope *s, struct span key, struct span value)
{
	struct ext_label *l = &s->label;
	const struct {
		const char *key;
		char **to;
		bool section;
	} texts[] = {
		{ "default", &s->dflt, false },
		{ "ontimeout", &s->ontimeout, false },
		{ "append", l->name ? &l->append : &s->append, false },
		{ "initrd", &l->initrd, true },
		{ "kernel", &l->file, true },
		{ "linux", &l->file, true },
		{ "com32", &l->file, true },
		{ "config", &l->file, true },
		{ "localboot", &l->other, true },
		{ "boot", &l->other, true },
		{ "bss", &l->other, true },
		{ "pxe", &l->other, true },
		{ "fdimage", &l->other, true },
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		if (span_is_nocase(key, texts[i].key)) {
			if (texts[i].section && !l->name)
				return 0;
			return boot_entry_text(texts[i].to,
					       texts[i].to == &l->other ? key : value);
		}
	return 0; /* SAY, F1, FONT, IPAPPEND...: of no use here */
}

static void set_number(struct span value, int *to)
{
	(void)span_number(span_word(&value), INT_MAX, to); /* else as it was */
}

static int directive(struct ext_scope *s, struct span key, struct span value)
{
	int number = -1;

	set_number(value, &number);
	if (span_is_nocase(key, "label"))
		return begin_label(s, value);
	if (span_is_nocase(key, "menu"))
		return menu_directive(s, value);
	if (span_is_nocase(key, "include"))
		return include(s, span_word(&value));
	if (span_is_nocase(key, "ui"))
		s->ui = true;
	else if (span_is_nocase(key, "prompt"))
		s->prompt = number > 0;
	else if (span_is_nocase(key, "implicit"))
		s->no_implicit = number == 0;
	else if (span_is_nocase(key, "timeout"))
		set_number(value, &s->timeout);
	if (span_is_nocase(key, "linux"))
		s->label.is_linux = true;
	else if (span_is_nocase(key, "config"))
		s->label.is_config = true;
	return set_text(s, key, value);
}

/* TEXT HELP ... ENDTEXT is prose. */
static void skip_text(struct span *rest)
{
	struct span line;

	while (span_line(rest, &line))
		if (span_is_nocase(span_word(&line), "endtext"))
			return;
}

static int read_lines(struct ext_scope *s, struct span rest)
{
	struct span line;
	int r = 0;

	while (r == 0 && span_line(&rest, &line)) {
		struct span key = span_word(&line);

		if (!key.len || *key.p == '#')
			continue;
		if (span_is_nocase(key, "text"))
			skip_text(&rest);
		else
			r = directive(s, key, line);
	}
	return r;
}

static int read_file(struct ext_scope *s, const struct boot_path *file)
{
	struct ext_reading *all = s->all;
	autofree char *text = NULL;
	size_t len;
	int r;

	if (all->files == EXT_FILES_MAX || all->depth == EXT_DEPTH_MAX) {
		boot_menu_note(all->menu, "more files include one another than is read");
		return 0;
	}
	r = all->fs->ops->read(all->fs, file, BOOT_CONFIG_MAX, &text, &len);
	if (r < 0)
		return r;
	all->files++;
	all->depth++;
	r = read_lines(s, span_of(text, len));
	all->depth--;
	return r;
}

int ext_read_config(struct ext_reading *all, const struct boot_path *config,
		    const struct boot_path *dir, struct ext_target *ret_target)
{
	autoextscope struct ext_scope s = { .all = all, .dir = *dir };
	size_t first = all->menu->count;
	int r = read_file(&s, config);

	if (r == 0)
		r = ext_label_end(&s);
	while (r == 0 && s.submenus)
		r = menu_end(&s);
	return r < 0 ? r : ext_default(&s, first, ret_target);
}

int boot_extlinux_read(struct boot_fs *fs, const struct boot_path *config,
		       struct boot_menu *ret)
{
	autobootmenu struct boot_menu m;
	struct ext_reading all = { .fs = fs, .menu = &m };
	struct ext_target target;
	struct boot_path dir;
	int r;

	boot_menu_init(&m);
	m.kind = BOOT_EXTLINUX;
	m.config = *config;
	boot_path_parent(config, &dir);
	all.is_iso = span_ends_nocase(span_text(config->path), "isolinux.cfg");
	r = ext_read_config(&all, config, &dir, &target);
	if (r < 0)
		return r;
	m.timeout_s = target.timeout_s;
	m.hidden = target.hidden;
	boot_menu_prefer(&m, target.entry);
	*ret = m;
	boot_menu_init(&m);
	return 0;
}
