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
/* A test: is that the menu?  @r: what reading it said. */
static inline bool boot_menu_is(int r, const struct boot_menu *m, const char *wanted,
				const char *name)
{
	autofree char *text = boot_menu_text(r, m);

	return is_str(text, wanted, name);
}
