/* SPDX-License-Identifier: BSD-2-Clause */
/* Which label syslinux boots by itself, and after how long. */
#include "eliloader/boot_extlinux.h"

#include <errno.h>
#include <string.h>

#define ALIASES_MAX 8 /* that lead to one another */

static const struct ext_name *find_name(const struct ext_scope *s, struct span name)
{
	for (size_t i = 0; i < s->names; i++)
		if (span_is(name, s->name[i].name))
			return &s->name[i];
	return NULL;
}

static bool find_target(const struct ext_scope *s, struct span name,
			struct ext_target *ret)
{
	const struct ext_name *n = find_name(s, name);

	for (int i = 0; n && n->alias && i < ALIASES_MAX; i++)
		n = find_name(s, span_text(n->alias));
	if (!n || n->alias)
		return false;
	*ret = n->target;
	return true;
}

/* What a command line boots: a label with more options, or a file.  -ENOENT: nothing. */
static int find_line(struct ext_scope *s, struct span line, struct ext_target *ret)
{
	struct span rest = line, word = span_word(&rest);

	if (!word.len || span_ends_nocase(word, ".c32"))
		return -ENOENT;
	if (!find_target(s, word, ret)) {
		*ret = (struct ext_target){ 0 };
		return s->no_implicit ? -ENOENT
				      : ext_label_implicit(s, line, &ret->entry);
	}
	if (ret->is_menu)
		return 0;
	return boot_entry_args(&s->all->menu->entry[ret->entry], rest);
}

/* How long it waits before: -1 for a key, 0 not at all. */
static int timeout_of(const struct ext_scope *s)
{
	if (!s->ui && !s->prompt && s->dflt)
		return 0;
	if (s->timeout <= 0)
		return -1;
	return s->timeout / 10 + (s->timeout % 10 > 0);
}

/* DEFAULT may name the menu's program instead of a label. */
static bool names_program(const char *line)
{
	struct span rest = span_text(line ? line : "");

	return span_ends_nocase(span_word(&rest), ".c32");
}

int ext_default(struct ext_scope *s, size_t first_entry, struct ext_target *ret_target)
{
	struct ext_target target = { .entry = first_entry };
	const char *line = s->dflt;
	bool plain = true; /* no label is named */
	int timeout, r = 0;

	if (names_program(s->dflt) && !find_name(s, span_text(s->dflt)))
		s->ui = true;
	timeout = timeout_of(s);
	if (s->ontimeout && timeout > 0)
		line = s->ontimeout;
	if (line) {
		r = find_line(s, span_text(line), &target);
		plain = r == -ENOENT;
	} else {
		plain = !find_target(s, span_text("linux"), &target) || s->ui;
	}
	if (r < 0 && r != -ENOENT)
		return r;
	if (plain)
		target = (struct ext_target){ .entry = s->have_default ? s->first_default
								       : first_entry };
	if (first_entry >= s->all->menu->count)
		return -ENODATA;
	if (!target.is_menu || timeout != 0) {
		target.timeout_s = timeout;
		target.hidden = s->ui && s->hidden;
	}
	*ret_target = target;
	return 0;
}
