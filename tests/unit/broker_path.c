/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dom0-tools/broker_path.h"
#include "lib/cleanup.h"
#include "tests/tap.h"

#define BOTH(r)                                                                          \
	{                                                                                \
		r, r                                                                     \
	}

/* What both daemons (4.17) said to a guest; [STORE_C], [STORE_O]. */
static const struct {
	const char *name;
	const char *text; /* filled up with 'a' to @len bytes when that is not 0 */
	size_t len;
	int node[2];
	int watch[2];
	const char *path; /* NULL: as it is */
} resolved[] = {
	{ "absolute", "/a/b", 0, BOTH(0), BOTH(0), NULL },
	{ "relative", "data/x", 0, BOTH(0), BOTH(0), "/local/domain/5/data/x" },
	{ "the root", "/", 0, BOTH(0), BOTH(0), NULL },
	{ "every legal byte", "/AZaz09-_@", 0, BOTH(0), BOTH(0), NULL },
	{ "'@' within", "/@x/y@z", 0, BOTH(0), BOTH(0), NULL },
	{ "another's", "/local/domain/6/data", 0, BOTH(0), BOTH(0), NULL },
	{ "empty", "", 0, BOTH(-EINVAL), BOTH(-EINVAL), NULL },
	{ "two slashes", "//", 0, BOTH(-EINVAL), BOTH(-EINVAL), NULL },
	{ "two within", "a//b", 0, BOTH(-EINVAL), BOTH(-EINVAL), NULL },
	{ "a slash at the end", "/a/", 0, BOTH(-EINVAL), BOTH(-EINVAL), NULL },
	{ "the same, relative", "a/", 0, BOTH(-EINVAL), BOTH(-EINVAL), NULL },
	{ "a dot", "a.b", 0, BOTH(-EINVAL), BOTH(-EINVAL), NULL },
	{ "dots", "/a/../b", 0, BOTH(-EINVAL), BOTH(-EINVAL), NULL },
	{ "a blank", "/a b", 0, BOTH(-EINVAL), BOTH(-EINVAL), NULL },
	{ "a high byte", "/a\xc3\xa9", 0, BOTH(-EINVAL), BOTH(-EINVAL), NULL },
	{ "an event", "@releaseDomain", 0, { -EINVAL, 0 }, BOTH(0), NULL },
	{ "an event alone", "@", 0, { -EINVAL, 0 }, BOTH(0), NULL },
	{ "an event of any bytes", "@a b//.", 0, { -EINVAL, 0 }, BOTH(0), NULL },
	{ "2048 bytes", "/", 2048, BOTH(0), BOTH(0), NULL },
	{ "2049", "/", 2049, BOTH(-EINVAL), { -EINVAL, 0 }, NULL },
	{ "4095", "/", 4095, BOTH(-EINVAL), { -EINVAL, 0 }, NULL },
	{ "an event of 2048", "@", 2048, { -EINVAL, 0 }, BOTH(0), NULL },
	{ "an event of 2049", "@", 2049, BOTH(-EINVAL), { -EINVAL, 0 }, NULL },
	{ "2048 behind a home", "/local/domain/99999/", 2068, BOTH(0), BOTH(0), NULL },
	{ "2049", "/local/domain/99999/", 2069, BOTH(-EINVAL), { -EINVAL, 0 }, NULL },
	{ "zeros in front", "/local/domain/00005/", 2068, BOTH(0), BOTH(0), NULL },
	{ "a number below 0", "/local/domain/-1/", 2065, BOTH(0), BOTH(0), NULL },
	{ "one more", "/local/domain/-1/", 2066, BOTH(-EINVAL), { -EINVAL, 0 }, NULL },
	{ "six with the sign",
	  "/local/domain/-12345/",
	  2049,
	  { -EINVAL, 0 },
	  { -EINVAL, 0 },
	  NULL },
	{ "six digits",
	  "/local/domain/123456/",
	  2049,
	  { -EINVAL, 0 },
	  { -EINVAL, 0 },
	  NULL },
	{ "'_' in a number",
	  "/local/domain/1_0/",
	  2049,
	  { -EINVAL, 0 },
	  { -EINVAL, 0 },
	  NULL },
	{ "no number", "/local/domain/_1/", 2049, BOTH(-EINVAL), { -EINVAL, 0 }, NULL },
	{ "only a sign", "/local/domain/-/", 2049, BOTH(-EINVAL), { -EINVAL, 0 }, NULL },
};

static const struct {
	const char *path;
	const char *dir;
	bool below;
} below[] = {
	{ "/a/b", "/a", true },	    { "/a", "/a", true },    { "/ab", "/a", false },
	{ "/a", "/a/b", false },    { "/", "/", true },	     { "/a", "/", true },
	{ "/", "/a", false },	    { "/b/a", "/a", false }, { "/a/b/c", "/a/b", true },
	{ "/a/bc", "/a/b", false }, { "@x", "/", true },     { "@x", "/x", false },
	{ "@x", "@x", true },	    { "/a@", "/a", false },
};

static const struct {
	const char *path;
	const char *parent;
} parents[] = {
	{ "/a/b", "/a" }, { "/a", "/" },  { "/", "" },		{ "@x", "/" },
	{ "@a/b", "/" },  { "/@x", "/" }, { "/a/b/c", "/a/b" },
};

/* @text, with 'a's up to @len; the caller frees. */
static char *filled(const char *text, size_t len)
{
	size_t n = strlen(text);
	char *out = malloc((len > n ? len : n) + 1);

	if (!out)
		abort();
	memcpy(out, text, n);
	for (; n < len; n++)
		out[n] = 'a';
	out[n] = '\0';
	return out;
}

static void test_relative_limit(void)
{
	static const size_t lens[] = { 2048, 2049 };
	char path[PATH_ROOM];

	for (size_t i = 0; i < 2; i++) {
		autofree char *text = filled("a", lens[i]);
		int want = i == 0 ? 0 : -EINVAL;

		ok(path_resolve(STORE_C, 32751, text, path) == want &&
			   path_resolve(STORE_O, 32751, text, path) == want,
		   "relative of %zu bytes: %d", lens[i], want);
	}
}

int main(void)
{
	for (size_t i = 0; i < sizeof(resolved) / sizeof(resolved[0]); i++) {
		autofree char *text = filled(resolved[i].text, resolved[i].len);
		const char *want = resolved[i].path ? resolved[i].path : text;

		for (int kind = STORE_C; kind <= STORE_O; kind++) {
			char path[PATH_ROOM] = "unset", watch[PATH_ROOM] = "unset";
			int r = path_resolve(kind, 5, text, path);
			int w = path_resolve_watch(kind, 5, text, watch);

			ok(r == resolved[i].node[kind] &&
				   strcmp(path, r == 0 ? want : "unset") == 0,
			   "%c, a node: %s: %d", "CO"[kind], resolved[i].name, r);
			ok(w == resolved[i].watch[kind] &&
				   strcmp(watch, w == 0 ? want : "unset") == 0,
			   "%c, a watch: %s: %d", "CO"[kind], resolved[i].name, w);
		}
	}
	test_relative_limit();
	for (size_t i = 0; i < sizeof(below) / sizeof(below[0]); i++)
		ok(path_is_below(below[i].path, below[i].dir) == below[i].below,
		   "%s below %s", below[i].path, below[i].dir);
	for (size_t i = 0; i < sizeof(parents) / sizeof(parents[0]); i++) {
		char parent[PATH_ROOM] = "unset";
		size_t len = path_parent(parents[i].path, parent);

		ok(strcmp(parent, parents[i].parent) == 0 && len == strlen(parent),
		   "parent of %s", parents[i].path);
	}
	return tap_done();
}
