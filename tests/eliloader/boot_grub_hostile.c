/* SPDX-License-Identifier: BSD-2-Clause */
/* grub.cfg that has no end, or is made to cost much: each bound ends it, the menu says so,
 * and what was good of it is there. */
#include <errno.h>

#include "eliloader/boot_grub_run.h"
#include "tests/eliloader/boot_menu_text.h"

#define GOOD "\nmenuentry good { linux /k; }\n"

static void repeat(FILE *out, size_t times, const char *what)
{
	while (times--)
		fputs(what, out);
}

/* A disk whose grub.cfg is written next. */
static FILE *begin(struct boot_dir *d)
{
	boot_dir_with(d, "loop0", NULL);
	boot_dir_text(d, 0, "/k", "kernel");
	boot_dir_text(d, 0, "/self.cfg", "x=$x-\nsource /self.cfg\n");
	return boot_dir_open(d, 0, "/grub.cfg");
}

static int read_menu(struct boot_dir *d, struct boot_menu *m)
{
	boot_dir_close(d);
	return boot_menu_make(d, boot_grub_read, 0, "/grub.cfg", m);
}

static bool has_note(const struct boot_menu *m, const char *note)
{
	if (!note)
		return !m->note;
	return m->note && strstr(m->note, note);
}

/* The good entry is found, and is the default, with a note of what was wrong. */
static void check(struct boot_dir *d, const char *note, const char *name)
{
	autobootmenu struct boot_menu m;
	int r = read_menu(d, &m);
	bool found = r == 0 && m.chosen < m.count &&
		     strcmp(m.entry[m.chosen].title, "good") == 0;

	if (!ok(found && has_note(&m, note), "%s", name))
		printf("# %d, %zu entries, default %zu, note %s\n", r, m.count, m.chosen,
		       m.note ? m.note : "none");
	boot_dir_done(d);
}

static void check_text(const char *text, size_t len, const char *note, const char *name)
{
	struct boot_dir d;

	fwrite(text, 1, len, begin(&d));
	check(&d, note, name);
}

static const struct {
	const char *name, *text, *note;
} cases[] = {
	{ "a loop without an end", "while true; do x=1; done" GOOD, "goes round" },
	{ "until never", "until false; do x=1; done" GOOD, "goes round" },
	{ "loops in loops after it",
	  GOOD "while true; do while true; do true; done; done", "goes round" },
	{ "a function that calls itself", "function f { f; }\nf" GOOD, "one another" },
	{ "two that call one another after it",
	  GOOD "function f { g; }\nfunction g { f; f; }\nf", "one another" },
	{ "eval that evals itself", "x='eval $x'\neval $x" GOOD, NULL },
	{ "a file that reads itself", "source /self.cfg" GOOD, "in one another" },
	{ "a value that doubles",
	  "x=xxxxxxxx\nfor i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19; do "
	  "x=$x$x; done" GOOD,
	  "too long" },
	{ "words that double",
	  "x='a b'\nfor i in 1 2 3 4 5 6 7 8 9 10 11 12 13; do x=\"$x $x\"; done\nset "
	  "$x" GOOD,
	  "too long" },
	{ "an entry without an end",
	  "menuentry bad { while true; do while true; do true; done; done; }" GOOD,
	  "goes round" },
	{ "entries in a loop", GOOD "while true; do menuentry x { linux /k; }; done",
	  "first 256" },
	{ "submenus without an end", "function m { submenu s { m; }; }\nm\n" GOOD,
	  "cannot be booted" },
	{ "a pattern for ever",
	  "regexp '(a*)*(a*)*(a*)*(a*)*b' aaaaaaaaaaaaaaaaaaaa" GOOD, NULL },
	{ "a pattern with counts", "regexp '((a{99}){99}){99}' a" GOOD, "regexp" },
	{ "a pattern that refers back", "regexp '(a*)\\1\\1\\1\\1' aaaa" GOOD, "regexp" },
	{ "no regular expression", "regexp '(((' a" GOOD, NULL },
	{ "a break out of nothing", "break 99999999999999999999\ncontinue 0" GOOD, NULL },
	{ "numbers that are too large",
	  "if [ 99999999999999999999999 -gt 1 ]; then true; fi\nset default=99999999999\n"
	  "set timeout=99999999999999999999" GOOD,
	  NULL },
	{ "brackets without an end", "[ ( ( ( ( ( ( ! ( ! -f" GOOD, NULL },
	{ "only wildcards",
	  "for f in /*/*/*/*/*/*/*/* /****************a; do true; done" GOOD, NULL },
	{ "names that are none",
	  "set =x; unset; export ''; ''=1; load_env --file; search "
	  "--set; probe; setparams; shift -1; return 5" GOOD,
	  NULL },
	{ "no words at all", "$x\n\"\"\n''\n$@\n! \n! ''" GOOD, "not understood: ''" },
};

static void test_many(void)
{
	struct boot_dir d;
	FILE *out = begin(&d);

	fputs(GOOD, out);
	for (int i = 0; i < 10000; i++)
		fprintf(out, "menuentry 'e %d' { linux /k; }\n", i);
	check(&d, "first 256", "10 000 entries");

	out = begin(&d);
	for (int i = 0; i < 1000; i++)
		fprintf(out, "function f%d { true; }\n", i);
	fputs(GOOD, out);
	check(&d, "functions", "1000 functions");

	out = begin(&d);
	for (int i = 0; i < 6000; i++)
		fprintf(out, "variable%d=%080d\n", i, i);
	fputs(GOOD, out);
	check(&d, NULL, "6000 variables");

	out = begin(&d);
	fputs(GOOD "linux", out);
	repeat(out, 100000, " a");
	check(&d, "too long", "100 000 words");
}

static void test_deep(void)
{
	struct boot_dir d;
	FILE *out = begin(&d);

	repeat(out, 1000, "if true; then\n");
	fputs("x=1\n", out);
	repeat(out, 1000, "fi\n");
	fputs(GOOD, out);
	check(&d, "syntax error", "1000 ifs in one another");

	out = begin(&d);
	repeat(out, 100000, "{ ");
	fputs(GOOD, out);
	check(&d, "syntax error", "100 000 brackets");

	out = begin(&d);
	fputs("if false; then a; ", out);
	repeat(out, 20000, "elif false; then a\n");
	fputs("fi\n" GOOD, out);
	check(&d, NULL, "20 000 times elif");

	out = begin(&d);
	for (int i = 0; i < 60; i++)
		fprintf(out, "submenu s%d {\n", i);
	fputs("menuentry x { linux /k; }\n", out);
	repeat(out, 60, "}\n");
	fputs(GOOD "set default=good", out);
	check(&d, NULL, "60 submenus in one another");

	out = begin(&d);
	fputs("test", out);
	repeat(out, 3000, " (");
	fputs(GOOD, out);
	check(&d, NULL, "3000 parentheses");
}

static void test_long(void)
{
	struct boot_dir d;
	FILE *out = begin(&d);

	fputs(GOOD "menuentry '", out);
	repeat(out, 20000, "t");
	fputs("' { linux /k; }\nmenuentry l { linux /k ", out);
	repeat(out, 20000, "a");
	fputs("; }\nmenuentry p { linux /", out);
	repeat(out, 20000, "p");
	fputs("; }\nmenuentry r { linux /k; initrd", out);
	repeat(out, 1000, " /k");
	fputs("; }\n", out);
	check(&d, NULL, "texts of 20 000 bytes");

	out = begin(&d);
	repeat(out, 900000, "a");
	fputs(GOOD, out);
	check(&d, "too long", "a word of 900 000 bytes");

	out = begin(&d);
	fputs(GOOD "echo '", out);
	repeat(out, 400000, "'\"");
	check(&d, "syntax error", "quotes without an end");

	out = begin(&d);
	repeat(out, 50000, "\n;");
	fputs(GOOD, out);
	check(&d, "syntax error", "50 000 lines with errors");

	out = begin(&d);
	repeat(out, 15000,
	       "# a comment of some length, and nothing else is in the line\n");
	fputs(GOOD, out);
	check(&d, NULL, "15 000 lines of comment");
}

static void test_bytes(void)
{
	static const char nul[] = "x=1\0}\nmenuentry good { linux /k; }\0 fi\n";
	static const char all[] = "\x01\x7f\xff\xfe\n\x1b[2J\n" GOOD "\xef\xbb\xbf";
	autobootmenu struct boot_menu m;
	struct boot_dir d;

	check_text(nul, sizeof(nul) - 1, NULL, "NUL ends a line");
	check_text(all, sizeof(all) - 1, "not understood", "any bytes");
	repeat(begin(&d), BOOT_CONFIG_MAX + 1, "\n");
	is_int(read_menu(&d, &m), -E2BIG, "over a megabyte");
	boot_dir_done(&d);
}

/* Nothing of it is read to its end, and there is no entry before. */
static void test_endless(void)
{
	static const char *const texts[] = {
		"while true; do while true; do true; done; done" GOOD,
		"function f { g; }\nfunction g { f; f; }\nf" GOOD,
		"for f in /*/* /*/*; do true; done\nwhile [ ! -f /x ]; do while true; do "
		"source /grub.cfg; done; done" GOOD,
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		autobootmenu struct boot_menu m;
		struct boot_dir d;

		fputs(texts[i], begin(&d));
		is_int(read_menu(&d, &m), -E2BIG, "no end before the first entry");
		ok(m.count == 0 && d.lists + d.reads < GRUB_STEPS_MAX / GRUB_LOOK_STEPS,
		   "with few questions to the disk");
		boot_dir_done(&d);
	}
}

/* As many configurations as a disk may have cost no more than some of them. */
static void test_all_endless(void)
{
	autobootmenu struct boot_menu m;
	struct boot_dir d;

	fputs("while true; do while true; do true; done; done\n", begin(&d));
	is_int(read_menu(&d, &m), -E2BIG, "one configuration without an end");
	ok(d.fs.steps <= GRUB_STEPS_MAX && d.fs.steps > GRUB_STEPS_MAX / 2,
	   "takes its steps (%lu)", d.fs.steps);
	for (unsigned i = 0; i < 63; i++)
		(void)boot_menu_make(&d, boot_grub_read, 0, "/grub.cfg", &m);
	ok(d.fs.steps <= GRUB_STEPS_DISK && d.fs.steps > GRUB_STEPS_DISK / 2,
	   "64 do not take 64 times as many (%lu)", d.fs.steps);
	boot_dir_text(&d, 0, "/good.cfg", GOOD);
	is_int(boot_menu_make(&d, boot_grub_read, 0, "/good.cfg", &m), -E2BIG,
	       "of one more nothing is read");
	boot_dir_done(&d);
}

/* A match costs by what is matched: a millisecond of some. */
static void test_match(void)
{
	autobootmenu struct boot_menu m;
	struct boot_dir d;
	FILE *out = begin(&d);

	fputs("regexp '(a|a)*b' ", out);
	repeat(out, GRUB_MATCH_MAX, "a");
	fputs(GOOD, out);
	is_int(read_menu(&d, &m), 0, "a long text is matched");
	ok(d.fs.steps > GRUB_MATCH_MAX * GRUB_MATCH_STEPS, "and paid for (%lu)",
	   d.fs.steps);
	boot_dir_done(&d);
}

/* The disk is asked no more than it must be, and what it answers is believed. */
static void test_disk(void)
{
	struct boot_path config = { 0, "/grub.cfg" };
	autobootmenu struct boot_menu m;
	struct boot_dir d;
	FILE *out = begin(&d);

	fputs("while true; do if [ -f /x/y ]; then true; fi; done\n", out);
	for (int i = 0; i < 200; i++)
		fprintf(out, "menuentry e { linux /snapshots/%d/k; }\n", i);
	ok(read_menu(&d, &m) == 0 && m.count == 200, "200 snapshots");
	ok(d.lists <= GRUB_ROUNDS_MAX + 3 * GRUB_LOOKED_MAX,
	   "are not all looked into (%u lists)", d.lists);
	d.broken = -EIO;
	boot_menu_done(&m);
	is_int(boot_grub_read(&d.fs, &config, &m), -EIO, "a disk that cannot be read");
	d.broken = -E2BIG;
	is_int(boot_grub_read(&d.fs, &config, &m), -E2BIG, "one that was asked too much");
	d.broken = 0;
	config.device = 1;
	is_int(boot_grub_read(&d.fs, &config, &m), -EINVAL, "no such device");
	config = (struct boot_path){ 0, "/no.cfg" };
	is_int(boot_grub_read(&d.fs, &config, &m), -ENOENT, "no such file");
	boot_dir_done(&d);
}

int main(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		check_text(cases[i].text, strlen(cases[i].text), cases[i].note,
			   cases[i].name);
	test_many();
	test_deep();
	test_long();
	test_bytes();
	test_endless();
	test_all_endless();
	test_match();
	test_disk();
	return tap_done();
}
