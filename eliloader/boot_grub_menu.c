/* SPDX-License-Identifier: BSD-2-Clause */
/* The menu: its entries are run, and the default is found. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "eliloader/boot_grub_run.h"
#include "lib/cleanup.h"

/* What a level of the menu comes to: the entry of g->menu that each of its own stands for,
 * of a submenu its default. */
struct picks {
	size_t pick[BOOT_ENTRIES_MAX];
	size_t count;
};
#define NO_PICK ((size_t)-1)

static int run_menu(struct grub *g, struct grub_menu *menu, unsigned depth, bool precious,
		    struct picks *ret);

/* Does @name, a title or an id, stand at the beginning of @spec?  There '>' parts it from
 * what is meant of a submenu, and ">>" is a '>' of a name. */
static bool names(const char *name, const char *spec)
{
	for (;; name++, spec++) {
		if (*spec == '>' && spec[1] != '>')
			return !*name;
		if (*spec == '>')
			spec++;
		if (*name != *spec)
			return false;
		if (!*name)
			return true;
	}
}

/* The number that @spec begins with, when all up to the end or a '>' belongs to it or
 * @lenient; @menu->count: none. */
static size_t find_number(const struct grub_menu *menu, const char *spec, bool lenient)
{
	unsigned long n;
	char *end;

	if (!isdigit((unsigned char)*spec))
		return menu->count;
	n = strtoul(spec, &end, 0);
	return n < menu->count && (!*end || *end == '>' || lenient) ? n : menu->count;
}

/* The entry that @spec says: a number, a title or an id; @menu->count: none.  GRUB takes
 * what begins with a digit for a number; Red Hat's, which has blscfg, first looks for names,
 * since the ids of its entries begin so. */
static size_t find_entry(const struct grub *g, const struct grub_menu *menu,
			 const char *spec)
{
	size_t i = find_number(menu, spec, false);

	if (i < menu->count)
		return i;
	i = 0;
	for (const struct grub_entry *e = menu->first; e; e = e->next, i++)
		if (names(e->title, spec) || (e->id && names(e->id, spec)))
			return i;
	return find_number(menu, spec, g->bls.count == 0);
}

/* What of @spec is meant of a submenu; NULL: nothing. */
static const char *submenu_part(const char *spec)
{
	for (; *spec; spec++) {
		if (spec[0] == '>' && spec[1] == '>')
			spec++;
		else if (spec[0] == '>')
			return spec[1] ? spec + 1 : NULL;
	}
	return NULL;
}

/* The default of a level; what GRUB does not find is the first. */
static size_t find_default(const struct grub *g, const struct grub_menu *menu)
{
	const char *spec = grub_get(g, "default");
	size_t i = spec ? find_entry(g, menu, spec) : 0;

	return i < menu->count ? i : 0;
}

/* A copy fit to be shown. */
static char *copy_text(const char *text)
{
	char *copy = strndup(text, BOOT_TEXT_MAX - 1);

	if (copy)
		grub_make_printable(copy);
	return copy;
}

/* What the commands loaded, into the menu; @load is used up. */
static int put_entry(struct grub *g, const struct grub_entry *e, unsigned depth,
		     struct grub_load *load)
{
	struct boot_entry *b = boot_menu_add(g->menu);

	if (!b)
		return -E2BIG;
	if (!load->args)
		grub_load_why(load, "it loads nothing");
	b->title = copy_text(e->title);
	b->id = e->id ? copy_text(e->id) : NULL;
	b->depth = depth;
	b->kernel = load->kernel;
	b->why = load->why;
	load->why = NULL;
	if (load->args) {
		free(b->args);
		b->args = load->args;
		load->args = NULL;
	}
	if (load->ramdisk_count) {
		b->ramdisk = calloc(load->ramdisk_count, sizeof(*b->ramdisk));
		if (!b->ramdisk)
			return -ENOMEM;
		memcpy(b->ramdisk, load->ramdisk,
		       load->ramdisk_count * sizeof(*b->ramdisk));
		b->ramdisk_count = load->ramdisk_count;
	}
	return b->title && (b->id || !e->id) ? 0 : -ENOMEM;
}

/* An entry that blscfg made is whole already. */
static int put_bls(struct grub *g, const struct grub_entry *e, unsigned depth)
{
	struct boot_entry *from = &g->bls.entry[e->bls], *b = boot_menu_add(g->menu);

	if (!b)
		return -E2BIG;
	free(b->args);
	*b = *from;
	b->depth = depth;
	*from = (struct boot_entry){ 0 }; /* they are the menu's now */
	return 0;
}

/* $chosen: the names on the way to the entry. */
static void set_chosen(struct grub *g, const char *name)
{
	const char *outer = grub_get(g, "chosen");
	size_t room = (outer ? strlen(outer) : 0) + 2 * strlen(name) + 2;
	char *text = grub_alloc(&g->keep, room), *p = text;

	if (!text)
		return;
	if (outer) {
		p = stpcpy(p, outer);
		*p++ = '>';
	}
	for (; *name; name++) {
		if (*name == '>')
			*p++ = '>';
		*p++ = *name;
	}
	if (grub_set(g, "chosen", text) == 0) /* too long, it is noted */
		(void)grub_export(g, "chosen");
}

/* Run an entry's commands in a frame of its own: what they loaded is in @load, and a menu
 * that they made is returned. */
static struct grub_menu *run_entry(struct grub *g, const struct grub_entry *e,
				   bool is_default, struct grub_menu *own)
{
	const char *spec = grub_get(g, "default");
	const char *rest = spec && is_default ? submenu_part(spec) : NULL;

	*own = (struct grub_menu){ .last = &own->first };
	rest = rest ? grub_copy(&g->keep, rest, strlen(rest)) : NULL;
	if (grub_env_push(g, e->submenu) < 0)
		return NULL;
	(void)grub_set(g, "default", rest); /* noted */
	set_chosen(g, e->id ? e->id : e->title);
	g->now = own;
	g->chained = NULL;
	g->exiting = g->booted = false;
	(void)grub_call(g, e->body, e->args.word,
			e->args.count); /* what it loads counts */
	g->exiting = g->booted = false;
	if (g->chained)
		return g->chained;
	return e->submenu ? own : NULL;
}

/* The same with steps of its own, so that one without an end costs no other. */
static struct grub_menu *run_bounded(struct grub *g, const struct grub_entry *e,
				     bool is_default, struct grub_menu *own)
{
	unsigned long left = g->steps;
	unsigned long share = left < GRUB_ENTRY_STEPS ? left : GRUB_ENTRY_STEPS;
	struct grub_menu *below;

	g->steps = share;
	below = run_entry(g, e, is_default, own);
	if (g->stop && left > share) {
		g->stop = 0;
		grub_load_why(g->load, "its commands have no end");
	}
	g->steps += left - share;
	return below;
}

/* The menu @below, which @e is or loads.  Where there are too many, which is noted, its
 * entries stand among those above it. */
static int run_below(struct grub *g, const struct grub_entry *e, struct grub_menu *below,
		     bool precious, unsigned depth, struct picks *ret)
{
	autofree char *title = copy_text(e->title), *id = e->id ? copy_text(e->id) : NULL;
	bool entered;
	int r = -ENOMEM;

	if (title && (id || !e->id))
		r = boot_menu_enter(g->menu, title, id);
	if (r == -ENOMEM)
		return r;
	entered = r == 0;
	r = run_menu(g, below, depth + 1, precious, ret);
	if (entered)
		boot_menu_leave(g->menu);
	return r;
}

static int add_entry(struct grub *g, const struct grub_entry *e, bool is_default,
		     bool precious, unsigned depth, size_t *ret_pick)
{
	struct grub_frame *env = g->env;
	size_t chain = g->chain_count;
	struct grub_load load = { 0 };
	struct grub_menu own, *below;
	struct picks picks = { .count = 0 };
	int r = 0;

	g->load = &load;
	g->precious = precious;
	below = run_bounded(g, e, is_default, &own);
	*ret_pick = g->menu->count;
	if (!below) {
		r = put_entry(g, e, depth, &load);
	} else {
		size_t chosen = find_default(g, below);

		if (depth < GRUB_MENUS_MAX)
			r = run_below(g, e, below, precious, depth, &picks);
		*ret_pick = chosen < picks.count ? picks.pick[chosen] : NO_PICK;
	}
	while (g->env != env)
		grub_env_pop(g);
	g->chain_count = chain;
	grub_load_done(&load);
	return r;
}

static int run_menu(struct grub *g, struct grub_menu *menu, unsigned depth, bool precious,
		    struct picks *ret)
{
	size_t chosen = find_default(g, menu);
	int r = 0;

	for (const struct grub_entry *e = menu->first; e && r == 0 && !g->stop;
	     e = e->next) {
		size_t i = ret->count++;

		ret->pick[i] = g->menu->count;
		r = e->body ? add_entry(g, e, i == chosen, precious && i == chosen, depth,
					&ret->pick[i])
			    : put_bls(g, e, depth);
	}
	return r;
}

static bool can_boot(const struct boot_menu *m, size_t i)
{
	return i < m->count && !m->entry[i].why;
}

/* The first entry of the list "fallback" that can be booted. */
static size_t find_fallback(const struct grub *g, const struct grub_menu *menu,
			    const struct picks *picks)
{
	const char *list = grub_get(g, "fallback");
	size_t i;

	if (!list)
		return NO_PICK;
	i = find_entry(g, menu, list); /* one title may hold spaces */
	if (i < picks->count && can_boot(g->menu, picks->pick[i]))
		return picks->pick[i];
	while (isdigit((unsigned char)*list)) {
		char *end;

		i = strtoul(list, &end, 10);
		if (i < picks->count && can_boot(g->menu, picks->pick[i]))
			return picks->pick[i];
		list = end + strspn(end, " ");
	}
	return NO_PICK;
}

static void choose(struct grub *g, const struct grub_menu *menu,
		   const struct picks *picks)
{
	struct boot_menu *m = g->menu;
	size_t wanted = find_default(g, menu), i = NO_PICK;

	if (wanted < picks->count)
		i = picks->pick[wanted];
	if (!can_boot(m, i)) {
		grub_note(g, "the default entry cannot be booted: %s",
			  i < m->count ? m->entry[i].why : "there is none");
		i = find_fallback(g, menu, picks);
	}
	for (size_t n = 0; n < m->count && !can_boot(m, i); n++)
		i = n;
	m->chosen = can_boot(m, i) ? i : m->count;
}

/* How long the menu waits. */
static void take_timeout(const struct grub *g, struct boot_menu *m)
{
	const char *timeout = grub_get(g, "timeout");
	const char *style = grub_get(g, "timeout_style");
	long n = -1;

	if (timeout && isdigit((unsigned char)*timeout))
		n = strtol(timeout, NULL, 0);
	m->timeout_s = n < 0 ? -1 : n > GRUB_TIMEOUT_MAX ? GRUB_TIMEOUT_MAX : (int)n;
	m->hidden = m->timeout_s >= 0 && style &&
		    (strcmp(style, "hidden") == 0 || strcmp(style, "countdown") == 0);
}

/* A configuration that boots by itself, without a menu. */
static int put_loaded(struct grub *g, const struct grub_entry *e, struct grub_load *load)
{
	int r = put_entry(g, e, 0, load);

	if (r < 0)
		return r;
	g->menu->chosen = g->menu->count - 1;
	if (g->menu->entry[g->menu->chosen].why)
		g->menu->chosen = g->menu->count;
	return 0;
}

int grub_menu_finish(struct grub *g, struct grub_menu *menu)
{
	const struct grub_entry alone = { .title = "grub.cfg" };
	struct grub_load *load = g->load;
	struct picks picks = { .count = 0 };
	int r;

	if (load->args && (g->booted || menu->count == 0))
		return put_loaded(g, &alone, load);
	take_timeout(g, g->menu);
	g->stop = 0;
	g->exiting = g->returning = false;
	g->breaks = g->loops = 0;
	g->steps = GRUB_STEPS_MAX;
	r = run_menu(g, menu, 0, true, &picks);
	g->load = load;
	choose(g, menu, &picks);
	if (g->bls.note)
		boot_menu_note(g->menu, "%s", g->bls.note);
	return r;
}

void grub_done(struct grub *g)
{
	while (g->env)
		grub_env_pop(g);
	boot_menu_done(&g->bls);
	grub_arena_done(&g->keep);
	grub_arena_done(&g->work);
}
