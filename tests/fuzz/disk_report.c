/* SPDX-License-Identifier: BSD-2-Clause */
/* A disk's report as a worker may send it; one that is taken is what it says to be. */
#include <stdlib.h>
#include <string.h>

#include "eliloader/disk_report.h"
#include "lib/cleanup.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_path(const struct disk_report *r, const struct boot_path *path)
{
	size_t len = strlen(path->path);

	if (len == 0)
		return;
	if (path->device >= r->device_count || path->path[0] != '/' ||
	    strstr(path->path, "/../") || strchr(path->path, '\n') ||
	    (len >= 3 && strcmp(path->path + len - 3, "/..") == 0))
		abort();
}

static void check(const struct disk_report *r)
{
	const struct boot_menu *m = &r->menu;

	if (m->chosen > m->count || m->count > BOOT_ENTRIES_MAX ||
	    r->device_count > BOOT_DEVICES_MAX)
		abort();
	check_path(r, &m->config);
	for (size_t i = 0; i < m->count; i++) {
		const struct boot_entry *e = &m->entry[i];

		if (strchr(e->title, '\n') || strchr(e->args, '\n'))
			abort();
		check_path(r, &e->kernel);
		for (size_t k = 0; k < e->ramdisk_count; k++)
			check_path(r, &e->ramdisk[k]);
	}
}

/* Written again, it is read as the same. */
static void again(const struct disk_report *r)
{
	const struct boot_fs fs = { .device = r->device,
				    .device_count = r->device_count };
	autodiskreport struct disk_report copy = { .have_menu = false };
	autotree struct tree tree = { 0 };

	if (disk_report_make(r->table, &fs, &r->menu, r->have_menu, &tree) < 0)
		abort();
	if (disk_report_parse(&tree, &copy) < 0 || copy.menu.count != r->menu.count)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	autodiskreport struct disk_report r = { .have_menu = false };
	autofree char *text = malloc(size + 1);
	autotree struct tree tree = { 0 };
	char why[128];
	size_t line;

	if (!text)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	if (tree_scan(text, size, &tree, &line) < 0 || disk_report_parse(&tree, &r) < 0)
		return 0;
	check(&r);
	again(&r);
	(void)disk_report_is_empty(&r, why, sizeof(why));
	return 0;
}
