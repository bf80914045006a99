/* SPDX-License-Identifier: BSD-2-Clause */
/* answers into facts, facts into nodes of the store, copies of facts */
#include <stdlib.h>

#include "guest-agent/schema_volumes.h"
#include "guest-agent/volumes_plan.h"
#include "lib/cleanup.h"
#include "tests/tap.h"

static void test_answers(void)
{
	struct volume_fact v[4] = {
		{ .size = 1000 }, { .size = 0 }, { .size = 7 }, { 0 }
	};
	struct volume_facts facts = { v, 4 };
	const struct volume_answer answer[] = {
		{ 0, true, true, 900, 500, 400 },
		/* datasets of a pool: what is free they share */
		{ 1, true, true, 100, 60, 60 },
		{ 1, true, true, 80, 60, 60 },
		{ 1, true, false, 5000, 5000, 5000 },
		{ 2, true, true, 10, 20, 20 }, /* more free than there is */
		{ 3, true, false, 0, 0, 0 },
	};

	volume_answers_apply(&facts, answer, sizeof(answer) / sizeof(*answer));
	ok(v[0].size == 900 && v[0].has_free && v[0].free == 400,
	   "size and free of the file system, without what is root's");
	ok(v[1].size == 120 && v[1].free == 60, "a pool: used by all, and free once");
	ok(v[2].size == 7 && !v[2].has_free, "an impossible answer is none");
	ok(v[3].size == 0 && !v[3].has_free, "nor is one that was not given");
}

static void test_overflow(void)
{
	struct volume_fact v = { 0 };
	struct volume_facts facts = { &v, 1 };
	const struct volume_answer answer[] = {
		{ 0, true, true, UINT64_MAX, 1, 1 },
		{ 0, true, true, UINT64_MAX, 1, 1 },
	};

	volume_answers_apply(&facts, answer, 2);
	ok(v.free <= v.size, "sums that overflow stay a size");
}

/* The value that a text becomes, or NULL. */
static char *told(const char *text)
{
	autofree char *copy = strdup(text);
	struct volume_fact v = { .name = copy };
	struct volume_facts facts = { &v, 1 };
	autotree struct tree t = { 0 };
	const char *value;

	if (schema_want_volumes(&facts, &t) < 0)
		return NULL;
	value = tree_text(&t, "data/volumes/0/name");
	return value ? strdup(value) : NULL;
}

static void test_texts(void)
{
	static const struct {
		const char *name, *text, *want;
	} cases[] = {
		{ "plain", "/dev/xvda1", "/dev/xvda1" },
		{ "a space and a quote", "/mnt/a \"b\"", "/mnt/a \"b\"" },
		{ "UTF-8", "/mnt/\xc3\xa9\xe2\x82\xac\xf0\x9f\x90\xa7",
		  "/mnt/\xc3\xa9\xe2\x82\xac\xf0\x9f\x90\xa7" },
		{ "Latin-1", "/mnt/caf\xe9", "/mnt/caf\\xe9" },
		{ "control characters", "a\nb\tc\x7f", "a\\x0ab\\x09c\\x7f" },
		{ "control characters in UTF-8", "a\xc2\x85", "a\\xc2\\x85" },
		{ "a longer form of a slash", "a\xc0\xaf\xe0\x80\xaf",
		  "a\\xc0\\xaf\\xe0\\x80\\xaf" },
		{ "a surrogate", "\xed\xa0\x80", "\\xed\\xa0\\x80" },
		{ "past the last one", "\xf4\x90\x80\x80\xf5",
		  "\\xf4\\x90\\x80\\x80\\xf5" },
		{ "the last one", "\xf4\x8f\xbf\xbf", "\xf4\x8f\xbf\xbf" },
		{ "cut", "a\xe2\x82", "a\\xe2\\x82" },
		{ "empty", "", NULL },
	};
	char text[SCHEMA_VOLUME_TEXT_MAX + 2];

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		autofree char *got = told(cases[i].text);

		is_str(got, cases[i].want, cases[i].name);
	}
	memset(text, 'x', sizeof(text));
	text[SCHEMA_VOLUME_TEXT_MAX] = '\0';
	{
		autofree char *got = told(text);

		is_str(got, text, "the longest");
	}
	text[SCHEMA_VOLUME_TEXT_MAX] = 'x';
	text[SCHEMA_VOLUME_TEXT_MAX + 1] = '\0';
	{
		autofree char *got = told(text);

		is_str(got, NULL, "a longer one is left out, not cut");
	}
	text[SCHEMA_VOLUME_TEXT_MAX] = '\0';
	text[SCHEMA_VOLUME_TEXT_MAX - 1] = '\xe9';
	{
		autofree char *got = told(text);

		is_str(got, NULL, "so is one that gets longer");
	}
}

/* All nodes of the store that a tree makes: the parents, too. */
static size_t count_nodes(const struct tree *t, const char *below)
{
	size_t count = 0;

	for (size_t i = 0; i < t->count; i++) {
		const char *before = i > 0 ? t->entry[i - 1].path : "";
		size_t common = 0;

		while (before[common] && before[common] == t->entry[i].path[common])
			common++;
		for (const char *p = t->entry[i].path + strlen(below); *p; p++)
			if ((p[1] == '/' || !p[1]) &&
			    (size_t)(p - t->entry[i].path) >= common)
				count++;
	}
	return count;
}

static char text_a[] = "a", text_ext4[] = "ext4", text_root[] = "/";
static struct volume_extent extents[] = {
	{ "xvda", true, 0, true, 512, 1024 },
	{ "nvme0n1", false, 0, false, 0, 0 },
};
static char *mounts[] = { text_root, text_a, NULL };

static void test_nodes(void)
{
	struct volume_fact v = { .name = text_a,
				 .filesystem = text_ext4,
				 .label = text_a,
				 .size = 1,
				 .has_free = true,
				 .extent = extents,
				 .extents = 2,
				 .mounts = { mounts, 2 } };
	struct volume_facts facts = { &v, 1 };
	autotree struct tree t = { 0 };

	is_int(schema_want_volumes(&facts, &t), 0, "a volume with everything");
	is_int((long long)schema_volume_nodes(&v),
	       (long long)count_nodes(&t, "data/volumes/"), "its nodes are counted");
	is_str(tree_text(&t, "data/volumes/0/extents/1"), "nvme0n1", "a disk of no Xen");
	ok(!tree_find(&t, "data/volumes/0/extents/1/target") &&
		   !tree_find(&t, "data/volumes/0/extents/1/length"),
	   "has no number, and a mapped volume no place");
}

static void test_copies(void)
{
	struct volume_fact v = {
		.name = text_a, .extent = extents, .extents = 2, .mounts = { mounts, 2 }
	};
	struct volume_facts facts = { &v, 1 }, copy = { 0 };

	is_int(volume_facts_copy(&copy, &facts), 0, "a copy");
	ok(volume_facts_equal(&copy, &facts), "is equal");
	ok(copy.volume[0].name != v.name && copy.volume[0].mounts.item != v.mounts.item,
	   "and its own");
	copy.volume[0].extent[1].offset = 1;
	ok(!volume_facts_equal(&copy, &facts), "another place is another volume");
	copy.volume[0].extent[1].offset = 0;
	copy.volume[0].has_free = true;
	ok(!volume_facts_equal(&copy, &facts), "and 0 free is not unknown");
	copy.volume[0].has_free = false;
	copy.volume[0].label = strdup("");
	ok(!volume_facts_equal(&copy, &facts), "nor an empty label none");
	is_int(volume_facts_copy(&copy, &copy), 0, "a copy of itself");
	is_int((long long)copy.count, 1, "is whole");
	volume_facts_done(&copy);
}

int main(void)
{
	test_answers();
	test_overflow();
	test_texts();
	test_nodes();
	test_copies();
	return tap_done();
}
