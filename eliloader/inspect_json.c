/* SPDX-License-Identifier: BSD-2-Clause */
/* What is on a disk, for programs. */
#include <errno.h>
#include <jansson.h>

#include "eliloader/inspect.h"
#include "eliloader/json_text.h"

/* "o" takes the reference of what the calls above return, and fails with their NULL. */
static json_t *device(const struct boot_device *d)
{
	return json_pack("{s:o, s:o, s:o, s:o, s:I, s:b, s:b, s:b}", "name",
			 json_text(d->name), "filesystem", json_text_or_null(d->fs),
			 "label", json_text_or_null(d->label), "uuid",
			 json_text_or_null(d->uuid), "size", (json_int_t)d->size,
			 "active", d->active, "blank", d->blank, "swap", d->swap);
}

static json_t *file(const struct disk_report *r, const struct boot_path *path)
{
	return json_pack("{s:o, s:o}", "device", json_text(r->device[path->device].name),
			 "path", json_text(path->path));
}

static json_t *kernel(const struct disk_report *r, const struct inspect_kernel *k,
		      const struct boot_path *path)
{
	json_t *j = file(r, path), *facts = NULL;
	const struct wire_kernel *f;

	if (!k || !j)
		return j;
	f = &k->facts;
	facts = json_pack("{s:b, s:b, s:i, s:s, s:I, s:o}", "pv", f->pv, "pvh", f->pvh,
			  "bits", (int)f->bits, "payload", inspect_payload(f), "size",
			  (json_int_t)k->len, "release", json_text_or_null(f->release));
	if (facts && json_object_update(j, facts) == 0) {
		json_decref(facts);
		return j;
	}
	json_decref(facts);
	json_decref(j);
	return NULL;
}

static json_t *ramdisks(const struct disk_report *r, const struct boot_entry *e)
{
	json_t *list = json_array();

	for (size_t i = 0; list && i < e->ramdisk_count; i++)
		if (json_array_append_new(list, file(r, &e->ramdisk[i])) < 0) {
			json_decref(list);
			list = NULL;
		}
	return list;
}

static json_t *entry(const struct inspect *in, size_t i)
{
	const struct disk_report *r = in->report;
	const struct boot_entry *e = &r->menu.entry[i];
	const char *why = inspect_why(in, i);

	return json_pack("{s:i, s:o, s:o, s:i, s:o, s:o, s:o, s:b, s:o}", "number",
			 (int)i, "title", json_text(e->title ? e->title : ""), "id",
			 json_text_or_null(e->id), "depth", (int)e->depth, "kernel",
			 *e->kernel.path ? kernel(r, inspect_kernel_of(in, i), &e->kernel)
					 : json_null(),
			 "ramdisks", ramdisks(r, e), "args", json_text(e->args),
			 "bootable", !why, "why", json_text_or_null(why));
}

/* @count of what @make makes. */
static json_t *list(const struct inspect *in, size_t count,
		    json_t *(*make)(const struct inspect *in, size_t i))
{
	json_t *j = json_array();

	for (size_t i = 0; j && i < count; i++)
		if (json_array_append_new(j, make(in, i)) < 0) {
			json_decref(j);
			j = NULL;
		}
	return j;
}

static json_t *device_at(const struct inspect *in, size_t i)
{
	return device(&in->report->device[i]);
}

static json_t *submenu(const struct inspect *in, size_t i)
{
	const struct boot_submenu *s = &in->report->menu.submenu[i];

	return json_pack("{s:o, s:i, s:i, s:i}", "title",
			 json_text(s->title ? s->title : ""), "first", (int)s->first,
			 "end", (int)s->end, "depth", (int)s->depth);
}

static json_t *menu(const struct inspect *in)
{
	const struct boot_menu *m = &in->report->menu;

	if (!in->report->have_menu)
		return json_null();
	return json_pack(
		"{s:s, s:o, s:i, s:b, s:o, s:o, s:o}", "kind", boot_config_names[m->kind],
		"config", file(in->report, &m->config), "timeout", m->timeout_s, "hidden",
		m->hidden, "default",
		m->chosen < m->count ? json_integer((json_int_t)m->chosen) : json_null(),
		"entries", list(in, m->count, entry), "submenus",
		list(in, m->submenu_count, submenu));
}

int inspect_print_json(FILE *out, const struct inspect *in)
{
	const struct disk_report *r = in->report;
	char why[512] = "";
	bool empty = disk_report_is_empty(r, why, sizeof(why));
	json_t *j = json_pack("{s:o, s:o, s:o, s:o, s:o, s:b, s:b}", "image",
			      json_text(in->image), "table", json_text_or_null(r->table),
			      "devices", list(in, r->device_count, device_at), "menu",
			      menu(in), "note", json_text_or_null(r->menu.note), "empty",
			      empty, "bootable", inspect_bootable(in) > 0);
	int ret = 0;

	if (!j)
		return -ENOMEM;
	if (json_dumpf(j, out, JSON_INDENT(2)) < 0 || fputc('\n', out) == EOF)
		ret = -EIO;
	json_decref(j);
	return ret;
}
