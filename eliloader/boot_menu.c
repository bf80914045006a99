/* SPDX-License-Identifier: BSD-2-Clause */
#include "eliloader/boot_menu.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"

const char *const boot_config_names[BOOT_CONFIGS] = {
	[BOOT_GRUB] = "grub",
	[BOOT_BLS] = "bls",
	[BOOT_GRUB_LEGACY] = "grub-legacy",
	[BOOT_EXTLINUX] = "extlinux",
	[BOOT_KERNELS] = "kernels",
};

void boot_menu_init(struct boot_menu *m)
{
	*m = (struct boot_menu){ .timeout_s = 0 };
}

static void entry_done(struct boot_entry *e)
{
	free(e->title);
	free(e->id);
	free(e->ramdisk);
	free(e->args);
	free(e->why);
}

void boot_menu_done(struct boot_menu *m)
{
	for (size_t i = 0; i < m->count; i++)
		entry_done(&m->entry[i]);
	for (size_t i = 0; i < m->submenu_count; i++) {
		free(m->submenu[i].title);
		free(m->submenu[i].id);
	}
	free(m->entry);
	free(m->submenu);
	free(m->note);
	boot_menu_init(m);
}

static unsigned depth_of(const struct boot_menu *m)
{
	unsigned depth = 0;

	for (size_t i = 0; i < m->submenu_count; i++)
		depth += m->submenu[i].open;
	return depth;
}

struct boot_entry *boot_menu_add(struct boot_menu *m)
{
	struct boot_entry *e;

	if (m->count == BOOT_ENTRIES_MAX) {
		boot_menu_note(m, "only the first %d entries are shown",
			       BOOT_ENTRIES_MAX);
		return NULL;
	}
	e = realloc(m->entry, (m->count + 1) * sizeof(*e));
	if (!e)
		return NULL;
	m->entry = e;
	e = &m->entry[m->count];
	*e = (struct boot_entry){ .args = strdup(""), .depth = depth_of(m) };
	if (!e->args)
		return NULL;
	m->count++;
	return e;
}

int boot_menu_enter(struct boot_menu *m, const char *title, const char *id)
{
	struct boot_submenu *s;

	if (m->submenu_count == BOOT_ENTRIES_MAX) {
		boot_menu_note(m, "more than %d submenus", BOOT_ENTRIES_MAX);
		return -E2BIG;
	}
	s = realloc(m->submenu, (m->submenu_count + 1) * sizeof(*s));
	if (!s)
		return -ENOMEM;
	m->submenu = s;
	s = &m->submenu[m->submenu_count];
	*s = (struct boot_submenu){ .title = strdup(title),
				    .id = id ? strdup(id) : NULL,
				    .first = m->count,
				    .end = m->count,
				    .depth = depth_of(m),
				    .open = true };
	m->submenu_count++;
	return s->title && (s->id || !id) ? 0 : -ENOMEM;
}

void boot_menu_leave(struct boot_menu *m)
{
	for (size_t i = m->submenu_count; i-- > 0;)
		if (m->submenu[i].open) {
			m->submenu[i].open = false;
			m->submenu[i].end = m->count;
			return;
		}
}

/* A sentence of ours may quote the configuration, at whatever length. */
static void make_line(char *text)
{
	if (text && strlen(text) >= BOOT_TEXT_MAX)
		text[BOOT_TEXT_MAX - 1] = '\0';
	for (; text && *text; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			*text = ' ';
}

void boot_entry_refuse(struct boot_entry *e, const char *fmt, ...)
{
	va_list ap;

	if (e->why)
		return;
	va_start(ap, fmt);
	if (vasprintf(&e->why, fmt, ap) < 0)
		e->why = NULL;
	va_end(ap);
	make_line(e->why);
}

void boot_menu_note(struct boot_menu *m, const char *fmt, ...)
{
	va_list ap;

	if (m->note)
		return;
	va_start(ap, fmt);
	if (vasprintf(&m->note, fmt, ap) < 0)
		m->note = NULL; /* only a remark */
	va_end(ap);
	make_line(m->note);
}
