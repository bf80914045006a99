/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * boot_menu_check - what must be true of every boot menu, whatever it was read from: ends
 * within its bounds, names no file but of the disk, and no text has a byte that ends a line.
 * For fuzz targets; what is not true ends the program.
 */
#pragma once
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "eliloader/boot_menu.h"
#include "tests/eliloader/boot_dir.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_text(const char *text)
{
	if (text && strlen(text) >= BOOT_TEXT_MAX)
		abort();
	for (; text && *text; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			abort();
}

static void check_path(const struct boot_fs *fs, const struct boot_path *path)
{
	const char *p = path->path;
	size_t len = strnlen(p, BOOT_PATH_MAX);

	if (path->device >= fs->device_count || *p != '/' || len >= BOOT_PATH_MAX ||
	    strstr(p, "/../") || strstr(p, "/./") || strstr(p, "//") ||
	    (len > 2 && strcmp(p + len - 3, "/..") == 0))
		abort();
	check_text(p);
}

static void check_entry(const struct boot_fs *fs, const struct boot_entry *e)
{
	if (!e->title || !e->args || e->ramdisk_count > BOOT_RAMDISKS_MAX)
		abort();
	check_text(e->title);
	check_text(e->id);
	check_text(e->args);
	check_text(e->why);
	if (e->why)
		return; /* nobody asks for its files */
	check_path(fs, &e->kernel);
	for (size_t i = 0; i < e->ramdisk_count; i++)
		check_path(fs, &e->ramdisk[i]);
}

/* Every way to name an entry finds one that is there, or none. */
static void check_names(const struct boot_menu *m)
{
	for (size_t i = 0; i < m->count; i++) {
		size_t found = 0;

		if (boot_menu_resolve(m, m->entry[i].title, &found) == 0 &&
		    found >= m->count)
			abort();
		if (boot_menu_find(m, m->entry[i].title, &found) == 0 &&
		    found >= m->count)
			abort();
	}
}

static void check_menu(const struct boot_fs *fs, const struct boot_menu *m)
{
	if (m->count == 0 || m->count > BOOT_ENTRIES_MAX || m->chosen > m->count ||
	    m->timeout_s < -1 || (m->chosen < m->count && m->entry[m->chosen].why))
		abort();
	check_text(m->note);
	for (size_t i = 0; i < m->count; i++)
		check_entry(fs, &m->entry[i]);
	check_names(m);
}

/* What @reader makes of @path; the disk is done with then. */
__attribute__((unused)) static void check_reader(struct boot_dir *d,
						 int (*reader)(struct boot_fs *,
							       const struct boot_path *,
							       struct boot_menu *),
						 const char *path)
{
	struct boot_path config = { .device = 0 };
	autobootmenu struct boot_menu m;

	boot_menu_init(&m);
	(void)snprintf(config.path, sizeof(config.path), "%s", path);
	if (reader(&d->fs, &config, &m) == 0)
		check_menu(&d->fs, &m);
	boot_dir_done(d);
}

/* The next file of the input, up to a line of "%%%". */
static const uint8_t *next_file(const uint8_t **data, size_t *size, size_t *ret_len)
{
	const uint8_t *file = *data, *end = memmem(file, *size, "\n%%%\n", 5);
	size_t len = end ? (size_t)(end - file) : *size, used = end ? len + 5 : len;

	*data += used;
	*size -= used;
	*ret_len = len;
	return file;
}

/* The same, into @d. */
__attribute__((unused)) static void take_file(struct boot_dir *d, const char *name,
					      const uint8_t **data, size_t *size)
{
	size_t len;
	const uint8_t *file = next_file(data, size, &len);

	boot_dir_put(d, 0, name, file, len);
}
