/* SPDX-License-Identifier: BSD-2-Clause */
/* Entries and submenus, and which of them is meant. */
#include "eliloader/boot_menu.h"

#include <errno.h>
#include <stdlib.h>

#include "tests/tap.h"

/* An entry; a title that begins with '!' cannot be booted, one with '>' opens a submenu,
 * "<" closes it.  A title is also its id, with a '#' before. */
static void build(struct boot_menu *m, const char *const *titles)
{
	boot_menu_init(m);
	for (; *titles; titles++) {
		struct boot_entry *e;

		if (**titles == '<') {
			boot_menu_leave(m);
			continue;
		}
		if (**titles == '>') {
			if (boot_menu_enter(m, *titles + 1, "sub") < 0)
				abort();
			continue;
		}
		e = boot_menu_add(m);
		if (!e || asprintf(&e->id, "#%s", *titles) < 0)
			abort();
		e->title = strdup(*titles);
		if (**titles == '!')
			boot_entry_refuse(e, "no");
	}
}

/* As grub-mkconfig makes them, with os-prober's and SUSE's. */
static const char *const grub[] = { "Debian", ">Advanced", "6.1", "6.1 rescue",
				    "<",      ">Empty",	   "<",	  ">Snapshots",
				    ">Old",   "a>b",	   "<",	  "5.10",
				    "<",      "!Windows",  NULL };

static void test_resolve(void)
{
	static const struct {
		const char *text, *title;
	} cases[] = {
		{ "0", "Debian" },
		{ "Debian", "Debian" },
		{ "#Debian", "Debian" },
		{ "1", "6.1" },
		{ "Advanced", "6.1" },
		{ "1>0", "6.1" },
		{ "1>1", "6.1 rescue" },
		{ "Advanced>6.1 rescue", "6.1 rescue" },
		{ "Advanced>1", "6.1 rescue" },
		{ "sub>#6.1 rescue", "6.1 rescue" },
		{ "1>7", "6.1" },
		{ "1>nothing", "6.1" },
		{ "1>", "6.1" },
		{ "2", NULL },
		{ "2>0", NULL },
		{ "3>0", "a>b" },
		{ "3>0>0", "a>b" },
		{ "3>1", "5.10" },
		{ "Snapshots>Old>a>>b", "a>b" },
		{ "Snapshots>5.10", "5.10" },
		{ "4", "!Windows" },
		{ "5", NULL },
		{ "6.1", NULL },
		{ "0>0", "Debian" },
		{ "99999999999999999999", NULL },
		{ "-1", NULL },
		{ "", NULL },
		{ ">", NULL },
		{ ">>", NULL },
	};
	autobootmenu struct boot_menu m;

	build(&m, grub);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		size_t index = m.count;
		int r = boot_menu_resolve(&m, cases[i].text, &index);

		ok(cases[i].title
			   ? r == 0 && index < m.count &&
				     strcmp(m.entry[index].title, cases[i].title) == 0
			   : r == -ENOENT && index == m.count,
		   "'%s' is %s", cases[i].text,
		   cases[i].title ? cases[i].title : "nothing");
	}
	is_int(m.entry[3].depth, 2, "a submenu in a submenu");
}

static void check_choose(enum boot_config kind, const char *const *titles,
			 const char *text, const char *title)
{
	autobootmenu struct boot_menu m;

	build(&m, titles);
	m.kind = kind;
	boot_menu_choose(&m, text);
	is_str(m.chosen < m.count ? m.entry[m.chosen].title : NULL, title,
	       text ? text : "(no default)");
}

static void test_choose(void)
{
	static const char *const none[] = { "!a", ">s", "!b", "<", NULL };
	static const char *const some[] = { "!a", "b", "c>d", NULL };

	check_choose(BOOT_GRUB, grub, NULL, "Debian");
	check_choose(BOOT_GRUB, grub, "1>1", "6.1 rescue");
	check_choose(BOOT_GRUB, grub, "no such", "Debian");
	check_choose(BOOT_GRUB, grub, "Windows", "Debian");
	check_choose(BOOT_GRUB, none, "0", NULL);
	check_choose(BOOT_GRUB, some, "0", "b");
	check_choose(BOOT_GRUB, some, "c>d", "b");
	check_choose(BOOT_EXTLINUX, some, "c>d", "c>d");
}

static void test_find(void)
{
	static const struct {
		const char *text, *title;
		int r;
	} cases[] = {
		{ "0", "Debian", 0 },
		{ "2", "6.1 rescue", 0 },
		{ "5", "!Windows", 0 },
		{ "6", NULL, -ENOENT },
		{ "6.1", "6.1", 0 },
		{ "6.1 ", "6.1 rescue", 0 },
		{ "6.", NULL, -ENOTUNIQ },
		{ "Deb", "Debian", 0 },
		{ "#5.10", "5.10", 0 },
		{ "debian", NULL, -ENOENT },
		{ "", NULL, -ENOENT },
		{ "Advanced", NULL, -ENOENT },
		{ "1>1", "6.1 rescue", 0 },
		{ "Advanced>6.1 rescue", "6.1 rescue", 0 },
		{ "sub>#6.1 rescue", "6.1 rescue", 0 },
		{ "Snapshots>Old>a>>b", "a>b", 0 },
		{ "a>b", "a>b", 0 },
		{ "3>0>0", "a>b", 0 },
		{ "3>1", "5.10", 0 },
		{ "4>", NULL, -ENOENT },
		{ "1>2", NULL, -ENOENT },
		{ "1>", NULL, -ENOENT },
		{ "2>0", NULL, -ENOENT },
		{ "3>0", NULL, -ENOENT },
		{ "Advanced>6.1 res", NULL, -ENOENT },
		{ "Advanced>nothing", NULL, -ENOENT },
		{ "Debian>0", NULL, -ENOENT },
		{ "1>1>0", NULL, -ENOENT },
		{ ">", NULL, -ENOENT },
		{ ">1", NULL, -ENOENT },
	};
	autobootmenu struct boot_menu m;

	build(&m, grub);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		size_t index = m.count;
		int r = boot_menu_find(&m, cases[i].text, &index);

		ok(r == cases[i].r &&
			   (r < 0 || strcmp(m.entry[index].title, cases[i].title) == 0),
		   "--entry '%s'", cases[i].text);
	}
}

static void test_bounds(void)
{
	autobootmenu struct boot_menu m;
	int r = 0, entered = 0;
	size_t index;

	boot_menu_init(&m);
	boot_menu_leave(&m); /* of nothing */
	while ((r = boot_menu_enter(&m, "deep", NULL)) == 0)
		entered++;
	ok(r == -E2BIG && entered == BOOT_ENTRIES_MAX, "submenus end somewhere");
	for (int i = 0; i < 2 * BOOT_ENTRIES_MAX; i++)
		(void)boot_menu_add(&m);
	is_int((long long)m.count, BOOT_ENTRIES_MAX, "so do entries");
	for (int i = 0; i < 2 * BOOT_ENTRIES_MAX; i++)
		boot_menu_leave(&m);
	ok(boot_menu_resolve(&m, "0>0>0>0", &index) == 0 && index == 0,
	   "an entry deep below is found");
	boot_menu_note(&m, "%s", "a later note");
	is_str(m.note, "more than 256 submenus", "the first note is kept");
	boot_entry_refuse(&m.entry[0], "%s", "one");
	boot_entry_refuse(&m.entry[0], "%s", "two");
	is_str(m.entry[0].why, "one", "the first reason is kept");
}

int main(void)
{
	test_resolve();
	test_choose();
	test_find();
	test_bounds();
	return tap_done();
}
