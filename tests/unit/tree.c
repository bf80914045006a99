/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

#include "lib/cleanup.h"
#include "lib/tree.h"
#include "tests/tap.h"

/* "a=1 b/c=2": a tree in one string. */
static void fill(struct tree *t, const char *spec)
{
	autofree char *copy = strdup(spec);
	char *save = NULL;

	for (char *w = strtok_r(copy, " ", &save); w; w = strtok_r(NULL, " ", &save)) {
		char *eq = strchr(w, '=');

		*eq = '\0';
		(void)tree_set(t, w, eq + 1, strlen(eq + 1));
	}
}

static char *paths(const struct tree *t)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	for (size_t i = 0; i < t->count; i++)
		fprintf(f, "%s%s", i ? " " : "", t->entry[i].path);
	fclose(f);
	return text;
}

static void test_order(void)
{
	autotree struct tree t = { 0 };
	autofree char *got = NULL;

	fill(&t, "a/b=1 a-b=1 a=1 a/b/c=1 a/b-c=1 a0=1 B=1 a/10=1 a/9=1");
	got = paths(&t);
	is_str(got, "B a a/10 a/9 a/b a/b/c a/b-c a-b a0", "a node before its children");
	fill(&t, "a=two");
	is_str(tree_text(&t, "a"), "two", "a second value replaces the first");
	is_int((long long)t.count, 9, "and adds no entry");
	is_str(tree_text(&t, "a/c"), NULL, "absent");
}

static void test_remove(void)
{
	static const struct {
		const char *name, *tree, *remove, *left;
	} cases[] = {
		{ "a leaf", "a=1 a/b=1 a/c=1", "a/b", "a a/c" },
		{ "a subtree", "a=1 a/b=1 a/b/c=1 a-b=1", "a", "a-b" },
		{ "a parent that is no entry", "a/b/c=1 a/b/d=1 x=1", "a/b", "x" },
		{ "nothing there", "a=1 b=1", "aa", "a b" },
		{ "the last", "a=1", "a", "" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		autotree struct tree t = { 0 };
		autofree char *got = NULL;

		fill(&t, cases[i].tree);
		tree_remove(&t, cases[i].remove);
		got = paths(&t);
		is_str(got, cases[i].left, cases[i].name);
	}
}

static int note_remove(void *arg, const char *path)
{
	fprintf(arg, "-%s ", path);
	return 0;
}

static int note_set(void *arg, const struct tree_entry *e)
{
	fprintf(arg, "+%s=%s ", e->path, e->value);
	return 0;
}

static void test_diff(void)
{
	static const struct tree_diff_ops ops = { note_remove, note_set };
	static const struct {
		const char *name, *have, *want, *steps;
	} cases[] = {
		{ "nothing to do", "a=1 b=2", "a=1 b=2", "" },
		{ "from nothing", "", "b=2 a=1", "+a=1 +b=2 " },
		{ "a changed value", "a=1 b=2", "a=1 b=3", "+b=3 " },
		{ "a longer value", "a=1", "a=11", "+a=11 " },
		{ "removals first", "z=1 b=1", "a=1 b=1", "-z +a=1 " },
		{ "the topmost of a subtree", "v= v/1= v/1/x=1 v/0= v/0/x=1", "v/0/x=1",
		  "-v/1 " },
		{ "a parent stays", "v= v/0=", "v/0/x=1", "+v/0/x=1 " },
		{ "a parent's value is left alone", "v=old v/0=1", "v/0=1", "" },
		{ "an emptied directory", "v= v/0= v/0/x=1", "w=1", "-v +w=1 " },
		{ "alike names", "a=1 a-b=1 a/b=1", "a-b=1", "-a " },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		autotree struct tree have = { 0 }, want = { 0 };
		autofree char *got = NULL;
		size_t size;
		FILE *f = open_memstream(&got, &size);
		int r;

		fill(&have, cases[i].have);
		fill(&want, cases[i].want);
		r = tree_diff(&have, &want, &ops, f);
		fclose(f);
		ok(r == 0 && strcmp(got, cases[i].steps) == 0, "diff: %s", cases[i].name);
		if (strcmp(got, cases[i].steps) != 0)
			printf("# got %s\n", got);
	}
}

static int fail_remove(void *arg, const char *path)
{
	(void)path;
	++*(int *)arg;
	return -EIO;
}

static void test_diff_stops(void)
{
	static const struct tree_diff_ops ops = { fail_remove, note_set };
	autotree struct tree have = { 0 }, want = { 0 };
	int calls = 0;

	fill(&have, "a=1 b=1");
	is_int(tree_diff(&have, &want, &ops, &calls), -EIO,
	       "a failing callback ends the diff");
	is_int(calls, 1, "at once");
}

static void test_path_check(void)
{
	static const struct {
		const char *path;
		int r;
	} cases[] = {
		{ "a", 0 },	     { "/local/domain/0", 0 }, { "/", 0 },
		{ "a/b-c_d@e", 0 },  { "", -EINVAL },	       { "a/", -EINVAL },
		{ "a//b", -EINVAL }, { "a b", -EINVAL },       { "a.b", -EINVAL },
		{ "a:b", -EINVAL },  { "a\xc3\xa9", -EINVAL }, { "a\n", -EINVAL },
	};
	char big[TREE_PATH_MAX + 2];

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		ok(tree_path_check(cases[i].path) == cases[i].r, "path %zu", i);
	memset(big, 'a', sizeof(big));
	big[TREE_PATH_MAX + 1] = '\0';
	is_int(tree_path_check(big), -ENAMETOOLONG, "a path over the limit");
	big[TREE_PATH_MAX] = '\0';
	is_int(tree_path_check(big), 0, "a path at the limit");
	ok(tree_path_is_in("a/b", "a") && tree_path_is_in("a", "a"), "inside");
	ok(!tree_path_is_in("ab", "a") && !tree_path_is_in("a", "a/b"), "outside");
}

static void test_copy_and_equal(void)
{
	autotree struct tree a = { 0 }, b = { 0 };

	fill(&a, "x=1 y=2");
	is_int(tree_copy(&b, &a), 0, "copy");
	ok(tree_equal(&a, &b), "equal");
	(void)tree_set(&b, "y", "2\0", 2);
	ok(!tree_equal(&a, &b), "a NUL more is another value");
	is_str(tree_text(&b, "y"), NULL, "and no text");
}

static int scan(const char *text, struct tree *t, size_t *line)
{
	autofree char *copy = strdup(text);

	if (!copy)
		abort();
	return tree_scan(copy, strlen(copy), t, line);
}

static void test_text(void)
{
	static const char bytes[] = "tab\t nl\n cr\r quote\" back\\ nul\0 hi\xff";
	autotree struct tree t = { 0 }, back = { 0 };
	autofree char *text = NULL;
	size_t size, line;
	FILE *f = open_memstream(&text, &size);

	(void)tree_set(&t, "a/b", bytes, sizeof(bytes) - 1);
	(void)tree_set(&t, "empty", "", 0);
	tree_print(f, &t);
	fclose(f);
	is_int(scan(text, &back, &line), 0, "what is printed can be read");
	ok(tree_equal(&t, &back), "and gives the same tree");
}

static void test_scan_errors(void)
{
	static const struct {
		const char *name, *text;
		size_t line;
	} cases[] = {
		{ "no value", "a = \"1\"\nb\n", 2 },
		{ "no closing quote", "a = \"1\n", 1 },
		{ "no path", " = \"1\"\n", 1 },
		{ "a bad path", "a b = \"1\"\n", 1 },
		{ "a broken escape", "a = \"\\9\"\n", 1 },
		{ "an escape cut off", "a = \"\\x1\"\n", 1 },
		{ "a lone quote", "\n\na = \"\n", 3 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		autotree struct tree t = { 0 };
		size_t line = 0;
		int r = scan(cases[i].text, &t, &line);

		ok(r == -EBADMSG && line == cases[i].line, "scan: %s", cases[i].name);
	}
}

int main(void)
{
	test_order();
	test_remove();
	test_diff();
	test_diff_stops();
	test_path_check();
	test_copy_and_equal();
	test_text();
	test_scan_errors();
	return tap_done();
}
