/* SPDX-License-Identifier: BSD-2-Clause */
#include "eliloader/disk_report.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/io.h"

#define KEY_MAX	    64
#define TIMEOUT_MAX 86400 /* seconds: a day */
#define DEPTH_MAX   BOOT_ENTRIES_MAX

struct reader {
	const struct tree *tree;
	char at[KEY_MAX]; /* what the next keys begin with */
	size_t used;	  /* keys that were asked for, and were there */
	int r;
};

/* ---- one value ---- */

/* NULL: it is absent, or the report is no good. */
static const char *get_any(struct reader *rd, const char *name, size_t size)
{
	char key[2 * KEY_MAX];
	const struct tree_entry *e;

	(void)snprintf(key, sizeof(key), "%s%s", rd->at, name); /* fits */
	e = rd->r < 0 ? NULL : tree_find(rd->tree, key);
	if (!e)
		return NULL;
	rd->used++;
	if (e->value_len < size && strlen(e->value) == e->value_len &&
	    !strpbrk(e->value, "\n\r"))
		return e->value;
	rd->r = -EBADMSG;
	return NULL;
}

/* "": the report is no good. */
static const char *get(struct reader *rd, const char *name, size_t size)
{
	const char *text = get_any(rd, name, size);

	if (!text)
		rd->r = -EBADMSG;
	return text ? text : "";
}

static uint64_t get_number(struct reader *rd, const char *name, uint64_t max)
{
	const char *text = get(rd, name, 32);
	uint64_t value = 0;

	if (rd->r == 0 && io_parse_u64(text, max, &value) < 0)
		rd->r = -EBADMSG;
	return value;
}

static void get_array(struct reader *rd, const char *name, char *to, size_t size)
{
	(void)snprintf(to, size, "%s", get(rd, name, size)); /* fits */
}

/* A text of a configuration; @must: it cannot be absent.  Owned by the caller. */
static char *get_text(struct reader *rd, const char *name, bool must)
{
	const char *text = get_any(rd, name, DISK_TEXT_MAX);
	char *copy;

	if (!text && must)
		rd->r = -EBADMSG;
	if (!text)
		return NULL;
	copy = strdup(text);
	if (!copy)
		rd->r = -ENOMEM;
	return copy;
}

/* "" or absolute, without "." and "..": it is passed to nothing of dom0's, but printed. */
static bool is_plain(const char *path)
{
	if (!*path)
		return true;
	if (*path != '/')
		return false;
	if (!path[1])
		return true;
	while (*path == '/') {
		size_t len = strcspn(++path, "/");

		if (len == 0 || (len == 1 && *path == '.') ||
		    (len == 2 && memcmp(path, "..", 2) == 0))
			return false;
		path += len;
	}
	return true;
}

static void get_path(struct reader *rd, const char *device, const char *name,
		     size_t devices, struct boot_path *ret)
{
	get_array(rd, name, ret->path, sizeof(ret->path));
	ret->device = (unsigned)get_number(rd, device, BOOT_DEVICES_MAX);
	/* an entry without a kernel may not have a device, either */
	if (rd->r == 0 &&
	    (!is_plain(ret->path) || (ret->device >= devices && ret->path[0])))
		rd->r = -EBADMSG;
}

/* Is there something below what the keys begin with now? */
static bool is_there(const struct reader *rd)
{
	char dir[KEY_MAX];

	(void)snprintf(dir, sizeof(dir), "%s", rd->at); /* fits */
	dir[strlen(dir) - 1] = '\0';			/* the slash */
	return rd->r == 0 && tree_has_below(rd->tree, dir);
}

/* ---- the structs ---- */

/* What GRUB's names are made of, so that one can stand in parentheses and be printed. */
static bool is_name(const char *text)
{
	for (const char *c = text; *c; c++)
		if (*c <= 0x20 || *c > 0x7e || *c == '(' || *c == ')')
			return false;
	return *text;
}

static void read_device(struct reader *rd, struct boot_device *d)
{
	get_array(rd, "name", d->name, sizeof(d->name));
	get_array(rd, "fs", d->fs, sizeof(d->fs));
	get_array(rd, "label", d->label, sizeof(d->label));
	get_array(rd, "uuid", d->uuid, sizeof(d->uuid));
	d->size = get_number(rd, "size", UINT64_MAX);
	d->active = get_number(rd, "active", 1);
	d->blank = get_number(rd, "blank", 1);
	d->swap = get_number(rd, "swap", 1);
	if (rd->r == 0 && (!is_name(d->name) || (*d->fs && !is_name(d->fs))))
		rd->r = -EBADMSG;
}

static void read_devices(struct reader *rd, struct disk_report *report)
{
	report->device = calloc(BOOT_DEVICES_MAX, sizeof(*report->device));
	if (!report->device) {
		rd->r = -ENOMEM;
		return;
	}
	for (; report->device_count < BOOT_DEVICES_MAX; report->device_count++) {
		(void)snprintf(rd->at, sizeof(rd->at), "device/%03zu/",
			       report->device_count);
		if (!is_there(rd))
			break;
		read_device(rd, &report->device[report->device_count]);
	}
}

static void read_ramdisks(struct reader *rd, size_t number, size_t devices,
			  struct boot_entry *e)
{
	for (; e->ramdisk_count < BOOT_RAMDISKS_MAX; e->ramdisk_count++) {
		(void)snprintf(rd->at, sizeof(rd->at), "entry/%03zu/ramdisk/%02zu/",
			       number, e->ramdisk_count);
		if (!is_there(rd))
			break;
		if (!e->ramdisk)
			e->ramdisk = calloc(BOOT_RAMDISKS_MAX, sizeof(*e->ramdisk));
		if (e->ramdisk)
			get_path(rd, "device", "path", devices,
				 &e->ramdisk[e->ramdisk_count]);
		else
			rd->r = -ENOMEM;
	}
}

static void read_entry(struct reader *rd, size_t number, size_t devices,
		       struct boot_entry *e)
{
	e->title = get_text(rd, "title", true);
	e->id = get_text(rd, "id", false);
	e->args = get_text(rd, "args", true);
	e->why = get_text(rd, "why", false);
	e->depth = (unsigned)get_number(rd, "depth", DEPTH_MAX);
	get_path(rd, "device", "kernel", devices, &e->kernel);
	read_ramdisks(rd, number, devices, e);
	if (rd->r == 0 && !e->why && !e->kernel.path[0])
		rd->r = -EBADMSG; /* nothing to boot, and no reason */
}

static void read_entries(struct reader *rd, struct disk_report *report)
{
	struct boot_menu *m = &report->menu;

	m->entry = calloc(BOOT_ENTRIES_MAX, sizeof(*m->entry));
	if (!m->entry) {
		rd->r = -ENOMEM;
		return;
	}
	while (m->count < BOOT_ENTRIES_MAX) {
		(void)snprintf(rd->at, sizeof(rd->at), "entry/%03zu/", m->count);
		if (!is_there(rd))
			break;
		m->count++; /* what it holds so far is freed with it */
		read_entry(rd, m->count - 1, report->device_count,
			   &m->entry[m->count - 1]);
	}
}

static void read_submenus(struct reader *rd, struct boot_menu *m)
{
	m->submenu = calloc(BOOT_ENTRIES_MAX, sizeof(*m->submenu));
	if (!m->submenu) {
		rd->r = -ENOMEM;
		return;
	}
	while (m->submenu_count < BOOT_ENTRIES_MAX) {
		struct boot_submenu *s = &m->submenu[m->submenu_count];

		(void)snprintf(rd->at, sizeof(rd->at), "submenu/%03zu/",
			       m->submenu_count);
		if (!is_there(rd))
			break;
		m->submenu_count++;
		s->title = get_text(rd, "title", true);
		s->id = get_text(rd, "id", false);
		s->end = get_number(rd, "end", m->count);
		s->first = get_number(rd, "first", s->end);
		s->depth = (unsigned)get_number(rd, "depth", DEPTH_MAX);
	}
}

static int parse_kind(const char *text, enum boot_config *ret)
{
	for (unsigned i = 0; i < BOOT_CONFIGS; i++)
		if (strcmp(boot_config_names[i], text) == 0) {
			*ret = (enum boot_config)i;
			return 0;
		}
	return -EBADMSG;
}

/* -1 or a number. */
static int get_timeout(struct reader *rd)
{
	const char *text = get(rd, "timeout", 16);
	uint64_t value = 0;

	if (strcmp(text, "-1") == 0)
		return -1;
	if (rd->r == 0 && io_parse_u64(text, INT32_MAX, &value) < 0)
		rd->r = -EBADMSG;
	return value < TIMEOUT_MAX ? (int)value : TIMEOUT_MAX;
}

static void read_menu(struct reader *rd, struct disk_report *report)
{
	struct boot_menu *m = &report->menu;
	const char *kind;

	(void)snprintf(rd->at, sizeof(rd->at), "menu/");
	m->note = get_text(rd, "note", false);
	kind = get_any(rd, "kind", 32);
	if (!kind || rd->r < 0)
		return;
	report->have_menu = true;
	rd->r = parse_kind(kind, &m->kind);
	get_path(rd, "device", "config", report->device_count, &m->config);
	m->timeout_s = get_timeout(rd);
	m->hidden = get_number(rd, "hidden", 1);
	m->passed = get_number(rd, "passed", 1);
	m->chosen = get_number(rd, "chosen", BOOT_ENTRIES_MAX);
	read_entries(rd, report);
	read_submenus(rd, m);
}

static void check(struct reader *rd, const struct boot_menu *m)
{
	if (rd->r < 0)
		return;
	if (m->chosen > m->count || (m->chosen < m->count && m->entry[m->chosen].why))
		rd->r = -EBADMSG; /* the default is none that could be booted */
	if (rd->used != rd->tree->count)
		rd->r = -EBADMSG; /* a key that nobody knows */
}

int disk_report_parse(const struct tree *tree, struct disk_report *ret)
{
	autodiskreport struct disk_report report = { .have_menu = false };
	struct reader rd = { .tree = tree };

	boot_menu_init(&report.menu);
	get_array(&rd, "table", report.table, sizeof(report.table));
	read_devices(&rd, &report);
	read_menu(&rd, &report);
	check(&rd, &report.menu);
	if (rd.r < 0)
		return rd.r;
	*ret = report;
	report = (struct disk_report){ .have_menu = false }; /* it is the caller's now */
	return 0;
}

void disk_report_done(struct disk_report *r)
{
	boot_menu_done(&r->menu);
	free(r->device);
	r->device = NULL;
	r->device_count = 0;
}

/* ---- what it means ---- */

static size_t count_names(const struct disk_report *r, const char *begin)
{
	size_t count = 0;

	for (size_t i = 0; i < r->device_count; i++)
		count += strncmp(r->device[i].name, begin, strlen(begin)) == 0;
	return count;
}

static size_t count_fs(const struct disk_report *r, const char *fs)
{
	size_t count = 0;

	for (size_t i = 0; i < r->device_count; i++)
		count += strcmp(r->device[i].fs, fs) == 0;
	return count;
}

/* One part, and volumes are seen: it is judged by these.  Of several parts some may be of
 * another group or array, of which nothing is seen. */
static bool is_seen(const struct disk_report *r, const char *fs, const char *volumes)
{
	return count_fs(r, fs) == 1 && count_names(r, volumes) > 0;
}

/* One in which a system would have been found.  Others (ZFS with its datasets, those of
 * systems that are not Linux) GRUB may read, too. */
static bool is_looked_through(const char *fs)
{
	static const char *const kinds[] = { "ext*", "ext2",	 "xfs",	   "btrfs",
					     "fat",  "reiserfs", "iso9660" };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (strcmp(fs, kinds[i]) == 0)
			return true;
	return false;
}

/* What is on a device that keeps it from being overwritten; NULL: nothing. */
static const char *keeps(const struct disk_report *r, const struct boot_device *d)
{
	if (d->blank || d->swap)
		return NULL;
	if (strcmp(d->fs, "lvm") == 0)
		return is_seen(r, d->fs, "lvm/") ? NULL : "a part of an LVM volume group";
	if (strcmp(d->fs, "lvm-other") == 0)
		return "a part of an LVM volume group that is not all seen";
	if (strcmp(d->fs, "mdraid") == 0)
		return is_seen(r, d->fs, "md/") ? NULL : "a part of a RAID array";
	if (strcmp(d->fs, "luks") == 0)
		return "encrypted data";
	if (strcmp(d->fs, "table") == 0)
		return "a partition table that is damaged or not known here";
	if (strcmp(d->fs, "damaged") == 0)
		return "a file system that cannot be read";
	if (is_looked_through(d->fs))
		return NULL;
	return *d->fs ? "a file system of another kind"
		      : "something that is not known here";
}

/* The worker goes no further than so many; the whole disk was one of them. */
static bool is_more(const struct disk_report *r)
{
	return r->device_count >= BOOT_DEVICES_MAX - 1;
}

bool disk_report_is_empty(const struct disk_report *r, char *ret_why, size_t size)
{
	if (r->have_menu && r->menu.count > 0) {
		(void)snprintf(ret_why, size, "it has boot entries");
		return false;
	}
	if (r->device_count == 0 || is_more(r)) {
		(void)snprintf(ret_why, size, "%s",
			       is_more(r) ? "it has more partitions than are looked at"
					  : "nothing of it is seen");
		return false;
	}
	for (size_t i = 0; i < r->device_count; i++) {
		const char *what = keeps(r, &r->device[i]);

		if (!what)
			continue;
		(void)snprintf(ret_why, size, "(%s) has %s", r->device[i].name, what);
		return false;
	}
	return true;
}
