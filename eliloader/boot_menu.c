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
	free(m->entry);
	free(m->note);
	boot_menu_init(m);
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
	*e = (struct boot_entry){ .args = strdup("") };
	if (!e->args)
		return NULL;
	m->count++;
	return e;
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
}
