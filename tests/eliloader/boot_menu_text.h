/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * boot_menu_text - a boot menu as text, to be compared with what a test expects:
 *
 *	timeout 5 hidden
 *	* title {id} (0)/kernel +(0)/ramdisk | args
 *	-   title of depth 1 {id} ! why it cannot be booted
 *	note: ...
 *
 * '*' is the default.  What there is not (id, files, args, note) is left out; a failure is
 * its name alone ("ENOENT").
 *
 * Owns:   the text is the caller's.
 * Errors: none; no memory ends the test.
 */
#pragma once
#include "eliloader/boot_menu.h"
#include "lib/cleanup.h"
#include "tests/eliloader/boot_dir.h"
#include "tests/tap.h"

char *boot_menu_text(int r, const struct boot_menu *m);
/* Put the fixture tests/fixtures/boot/@name at @path. */
void boot_menu_fixture(struct boot_dir *d, unsigned device, const char *path,
		       const char *name);

/* "/path" of a device. */
static inline struct boot_path boot_path_of(unsigned device, const char *path)
{
	struct boot_path p = { .device = device };

	(void)snprintf(p.path, sizeof(p.path), "%s", path);
	return p;
}
/* A reader of @config; it fills a menu that boot_menu_init() made. */
typedef int boot_reader(struct boot_fs *fs, const struct boot_path *config,
			struct boot_menu *m);
/* What @reader makes of @path, in a new menu. */
int boot_menu_make(struct boot_dir *d, boot_reader *reader, unsigned device,
		   const char *path, struct boot_menu *m);
/* The same of a new disk that has only this file: @head, then what @entry writes of each
 * number below @count. */
int boot_menu_long(struct boot_dir *d, boot_reader *reader, const char *path,
		   const char *head, int count, void (*entry)(FILE *out, int i),
		   struct boot_menu *m);

/* A configuration's text, and the menu it makes. */
struct boot_text_case {
	const char *name, *text, *wanted;
};
/* A disk as a distribution leaves it, and the menu it makes. */
struct boot_layout {
	const char *name, *wanted;
	const char *device[2]; /* names; none: loop0 */
	const char *fs;	       /* of all devices, NULL: ext* */
	const char *uuid;      /* of the last device, may be NULL */
	struct {
		unsigned device;
		const char *path, *fixture; /* @fixture NULL: it is there */
	} file[8];			    /* the first is what is read */
};
void boot_layout_put(struct boot_dir *d, const struct boot_layout *l);

/* A test: is that the menu?  @r: what reading it said. */
static inline bool boot_menu_is(int r, const struct boot_menu *m, const char *wanted,
				const char *name)
{
	autofree char *text = boot_menu_text(r, m);

	return is_str(text, wanted, name);
}
/* A test: does @reader make that menu of @path? */
static inline bool boot_menu_check(struct boot_dir *d, boot_reader *reader,
				   unsigned device, const char *path, const char *wanted,
				   const char *name)
{
	autobootmenu struct boot_menu m;
	int r = boot_menu_make(d, reader, device, path, &m);

	return boot_menu_is(r, &m, wanted, name);
}
/* A test: does @reader make of each disk the menu that goes with it? */
static inline void boot_layouts_check(boot_reader *reader, const struct boot_layout *l,
				      size_t count)
{
	for (; count > 0; count--, l++) {
		struct boot_dir d;

		boot_layout_put(&d, l);
		boot_menu_check(&d, reader, l->file[0].device, l->file[0].path, l->wanted,
				l->name);
		boot_dir_done(&d);
	}
}
