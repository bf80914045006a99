/* SPDX-License-Identifier: BSD-2-Clause */
/* Which directories may be the root of a system, and whether that is all of them. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "eliloader/boot_roots.h"
#include "tests/eliloader/boot_dir.h"
#include "tests/tap.h"

/* A btrfs with @count subvolumes of names that say nothing. */
static void check(unsigned count, int error, size_t roots, const char *name)
{
	autobootroots struct boot_roots r = { 0 };
	struct boot_dir d;

	boot_dir_with(&d, "loop0,gpt1", NULL);
	(void)strcpy(d.device[0].fs, "btrfs");
	for (unsigned i = 0; i < count; i++) {
		char path[64];

		(void)snprintf(path, sizeof(path), "/volume%u/file", i);
		boot_dir_text(&d, 0, path, "x");
	}
	is_int(boot_roots_find(&d.fs, &r), 0, name);
	is_int(r.error, error, "  is that all?");
	is_int((long long)r.count, (long long)roots, "  so many roots");
	boot_dir_done(&d);
}

/* What is named in the place of a file system is nothing to be listed. */
static void test_no_systems(void)
{
	static const char *const types[] = { "lvm",  "lvm-other", "mdraid",
					     "luks", "table",	  "" };

	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++) {
		autobootroots struct boot_roots r = { 0 };
		struct boot_dir d;

		boot_dir_with(&d, "loop0,gpt1", NULL);
		(void)snprintf(d.device[0].fs, sizeof(d.device[0].fs), "%s", types[i]);
		is_int(boot_roots_find(&d.fs, &r), 0, types[i]);
		ok(r.count == 0 && r.error == 0 && d.lists == 0, "  is not asked for");
		boot_dir_done(&d);
	}
}

int main(void)
{
	check(SUBVOLUMES_MAX, 0, SUBVOLUMES_MAX + 1, "as many as are looked at");
	check(SUBVOLUMES_MAX + 1, -EOVERFLOW, SUBVOLUMES_MAX + 1, "one more");
	test_no_systems();
	return tap_done();
}
