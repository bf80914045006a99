/* SPDX-License-Identifier: BSD-2-Clause */
/* What is on a disk, for people.  Every text of the disk's is escaped. */
#include <string.h>

#include "eliloader/inspect.h"
#include "lib/log.h"

#define TEXT_MAX (4 * BOOT_TEXT_MAX) /* a byte may become four */

/* @text, escaped, behind @before. */
static void put(FILE *out, const char *before, const char *text)
{
	char safe[TEXT_MAX];

	(void)log_escape_line(safe, sizeof(safe), text,
			      strlen(text)); /* fits, or is cut */
	(void)fprintf(out, "%s%s", before, safe);
}

static void put_size(FILE *out, uint64_t size)
{
	static const char *const units[] = { "KiB", "MiB", "GiB", "TiB" };
	double value = (double)size / 1024;
	unsigned unit = 0;

	while (value >= 1024 && unit < 3) {
		value /= 1024;
		unit++;
	}
	if (size > 0)
		(void)fprintf(out, ", %.1f %s", value, units[unit]);
}

static void print_device(FILE *out, const struct boot_device *d)
{
	put(out, "  ", d->name);
	if (*d->fs)
		put(out, ": ", d->fs);
	else
		(void)fputs(d->swap    ? ": swap space"
			    : d->blank ? ": blank"
				       : ": no file system that is known",
			    out);
	put_size(out, d->size);
	if (*d->label)
		put(out, ", label ", d->label);
	if (*d->uuid)
		put(out, ", UUID ", d->uuid);
	(void)fputs(d->active ? ", active\n" : "\n", out);
}

static void print_devices(FILE *out, const struct inspect *in)
{
	const struct disk_report *r = in->report;

	put(out, "", in->image);
	(void)fprintf(out, ": %s, %zu device%s\n",
		      strcmp(r->table, "gpt") == 0   ? "GPT"
		      : strcmp(r->table, "mbr") == 0 ? "MBR"
						     : "no partition table",
		      r->device_count, r->device_count == 1 ? "" : "s");
	for (size_t i = 0; i < r->device_count; i++)
		print_device(out, &r->device[i]);
}

static void put_path(FILE *out, const struct disk_report *r, const struct boot_path *path)
{
	put(out, "(", r->device[path->device].name);
	put(out, ")", path->path);
}

static void print_facts(FILE *out, const struct inspect_kernel *k)
{
	const struct wire_kernel *f = &k->facts;

	(void)fprintf(out, "      (%s%s%s", f->pv ? "PV" : "",
		      f->pv && f->pvh ? ", " : "", f->pvh ? "PVH" : "");
	if (!f->pv && !f->pvh)
		(void)fputs("neither PV nor PVH", out);
	if (f->bits)
		(void)fprintf(out, ", %u bits", f->bits);
	(void)fprintf(out, ", packed: %s", inspect_payload(f));
	put_size(out, k->len);
	if (*f->release)
		put(out, ", ", f->release);
	(void)fputs(")\n", out);
}

static void print_entry(FILE *out, const struct inspect *in, size_t i)
{
	const struct disk_report *r = in->report;
	const struct boot_entry *e = &r->menu.entry[i];
	const struct inspect_kernel *k = inspect_kernel_of(in, i);
	const char *why = inspect_why(in, i);

	(void)fprintf(out, "%4zu %c ", i, i == r->menu.chosen ? '*' : ' ');
	put(out, "", e->title ? e->title : "(no title)");
	(void)fputc('\n', out);
	if (*e->kernel.path) {
		(void)fputs("      kernel  ", out);
		put_path(out, r, &e->kernel);
		(void)fputc('\n', out);
	}
	if (k)
		print_facts(out, k);
	for (size_t n = 0; n < e->ramdisk_count; n++) {
		(void)fputs("      ramdisk ", out);
		put_path(out, r, &e->ramdisk[n]);
		(void)fputc('\n', out);
	}
	if (*e->args) {
		put(out, "      args    ", e->args);
		(void)fputc('\n', out);
	}
	if (why) {
		put(out, "      cannot be booted: ", why);
		(void)fputc('\n', out);
	}
}

/* The submenus that begin before entry @i; their entries stand in the one list. */
static void print_submenus(FILE *out, const struct boot_menu *m, size_t i)
{
	for (size_t n = 0; n < m->submenu_count; n++) {
		const struct boot_submenu *s = &m->submenu[n];

		if (s->first != i)
			continue;
		if (s->first < s->end)
			(void)fprintf(out, "       submenu, entries %zu to %zu", s->first,
				      s->end - 1);
		else
			(void)fputs("       submenu, empty", out);
		put(out, ": ", s->title ? s->title : "");
		(void)fputc('\n', out);
	}
}

static void print_menu(FILE *out, const struct inspect *in)
{
	const struct boot_menu *m = &in->report->menu;

	(void)fprintf(out, "boot menu (%s): ", boot_config_names[m->kind]);
	put_path(out, in->report, &m->config);
	if (m->timeout_s < 0)
		(void)fputs(", waits for a key", out);
	else if (m->timeout_s > 0)
		(void)fprintf(out, ", time-out %d s", m->timeout_s);
	(void)fputs(m->hidden ? ", hidden\n" : "\n", out);
	for (size_t i = 0; i < m->count; i++) {
		print_submenus(out, m, i);
		print_entry(out, in, i);
	}
	print_submenus(out, m, m->count);
}

/* What is at the end: can it be booted, and if not, is it empty? */
static void print_end(FILE *out, const struct inspect *in)
{
	const struct disk_report *r = in->report;
	size_t count = inspect_bootable(in);
	char why[512];

	if (r->menu.note) {
		put(out, "note: ", r->menu.note);
		(void)fputc('\n', out);
	}
	if (r->have_menu)
		(void)fprintf(out, "%zu of %zu entries can be booted%s\n", count,
			      r->menu.count,
			      count && r->menu.chosen == r->menu.count
				      ? "; none of them is the default"
				      : "");
	else if (disk_report_is_empty(r, why, sizeof(why)))
		(void)fputs("nothing is installed on it\n", out);
	else
		put(out, "no boot configuration and no kernel was found: ", why);
	if (!r->have_menu && !disk_report_is_empty(r, why, sizeof(why)))
		(void)fputc('\n', out);
}

void inspect_print(FILE *out, const struct inspect *in)
{
	print_devices(out, in);
	if (in->report->have_menu)
		print_menu(out, in);
	print_end(out, in);
}

static void put_line(FILE *out, const char *key, const char *text)
{
	put(out, key, text);
	(void)fputc('\n', out);
}

/* Those that entry @i lies in, the outermost first. */
static void put_submenus(FILE *out, const struct boot_menu *m, size_t i)
{
	for (size_t n = 0; n < m->submenu_count; n++)
		if (m->submenu[n].first <= i && i < m->submenu[n].end)
			put_line(out, "  submenu: ",
				 m->submenu[n].title ? m->submenu[n].title : "");
}

void inspect_print_entries(FILE *out, const struct disk_report *r)
{
	for (size_t i = 0; i < r->menu.count; i++) {
		const struct boot_entry *e = &r->menu.entry[i];
		bool kernel = *e->kernel.path;

		put_line(out, "title: ", e->title ? e->title : "");
		put_line(out,
			 "  root: ", kernel ? r->device[e->kernel.device].name : "None");
		put_line(out, "  kernel: ", kernel ? e->kernel.path : "None");
		put_line(out, "  args: ", e->args);
		if (e->ramdisk_count == 0)
			put_line(out, "  initrd: ", "None");
		for (size_t n = 0; n < e->ramdisk_count; n++)
			put_line(out, "  initrd: ", e->ramdisk[n].path);
		put_submenus(out, &r->menu, i);
		if (e->why)
			put_line(out, "  cannot be booted: ", e->why);
	}
}
