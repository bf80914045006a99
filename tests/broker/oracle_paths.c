/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/broker/oracle_paths.h"

#include <stdio.h>
#include <string.h>

#define COUNT(a)   (sizeof(a) / sizeof((a)[0]))
#define BIG_NAMES  90 /* children of a directory whose listing passes 4096 bytes */
#define SETUP_TOPS 5

/* The nodes in each of dom0's directories, one for each list; strings end with "" (the
 * literal's own NUL is the second). */
static const char *const lists[] = {
	"n0\0",		"r0\0",	    "w0\0",	    "b0\0",	    "n0\0r5\0",
	"n0\0w5\0",	"n0\0b5\0", "r0\0n5\0",	    "b0\0n5\0",	    "b0\0r5\0",
	"n5\0",		"r5\0",	    "n0\0n5\0b5\0", "n0\0r5\0n5\0", "n7\0",
	"r7\0",		"b7\0",	    "n7\0r5\0",	    "n7\0b5\0",	    "b7\0r5\0",
	"n0\0r7\0",	"n5\0r7\0", "r7\0n0\0w5\0", "n0\0b7\0r5\0", "w7\0r0\0",
	"n5\0b0\0n7\0", "b0\0r9\0", "n0\0b9\0r5\0"
};
static const struct {
	const char *name, *perms;
} dirs[] = {
	{ "open", "r0\0" },   { "shut", "n0\0" },     { "list", "n0\0r5\0" },
	{ "mine", "n5\0" },   { "both", "b0\0" },     { "put", "n0\0w5\0" },
	{ "their", "n7\0" },  { "none", "r0\0n5\0" }, { "deep", "n0\0b5\0" },
	{ "theirs", "r7\0" },
};
static const char *const tops[SETUP_TOPS] = { "/oracle", "/local/domain/5/data",
					      "/local/domain/7/data",
					      "/local/domain/0/oracle",
					      "/local/domain/5/vm-data" };

/* ---- permissions ---- */

static const char *const guest_lists[] = {
	"n5\0",
	"r5\0",
	"w5\0",
	"b5\0",
	"n5\0",
	"b5\0",
	"n5\0r0\0",
	"n5\0r7\0",
	"n5\0w7\0",
	"n5\0b7\0r0\0",
	"n5\0r5\0",
	"b5\0n7\0",
	"n5\0r9\0",
	"n5\0r99\0",
	"n7\0",
	"n0\0",
	"b0\0",
	"n7\0b5\0",
	"n9\0",
	"n99\0",
	"n5\0r0\0r7\0r1\0r2\0",
	"n5\0r0\0r7\0r1\0r2\0r3\0",
	"x5\0",
	"r\0",
	"n5x\0",
	"5\0",
	"n70000\0",
	"n-1\0",
	"n5\0q7\0",
	"N5\0",
	"n6\0",
	"n32751\0",
};

const char *perms_random(struct gen *gen, bool dom0)
{
	if (dom0)
		return lists[gen_random(gen, COUNT(lists))];
	/* half of the time one of the first, which work */
	return guest_lists[gen_random(gen, gen_random(gen, 2) ? 14 : COUNT(guest_lists))];
}

/* ---- paths ---- */

static void path_own(struct gen *gen, char *out, size_t size)
{
	static const char *const tails[] = {
		"", "", "", "/y0", "/y1", "/y0/z", "/u/v/w"
	};
	const char *dir = gen_random(gen, 2) ? "/local/domain/5/" : "";

	(void)snprintf(out, size, "%sdata/x%u%s", dir, (unsigned)gen_random(gen, 6),
		       tails[gen_random(gen, COUNT(tails))]);
}

static void path_acl(struct gen *gen, char *out, size_t size)
{
	static const char *const tails[] = { "",    "",	     "",     "/c0",
					     "/c1", "/c0/d", "/new", "/new/a/b" };

	(void)snprintf(out, size, "/oracle/%s/a%u%s",
		       dirs[gen_random(gen, COUNT(dirs))].name,
		       (unsigned)gen_random(gen, COUNT(lists) + 2),
		       tails[gen_random(gen, COUNT(tails))]);
}

static void path_fixed(struct gen *gen, char *out, size_t size)
{
	static const char *const paths[] = {
		"/",
		"/local",
		"/local/domain",
		"/local/domain/0",
		"/local/domain/0/oracle",
		"/local/domain/0/oracle/x",
		"/local/domain/0/name",
		"/local/domain/5",
		"/local/domain/5/name",
		"/local/domain/5/device",
		"/local/domain/5/device/vif",
		"/local/domain/5/memory/target",
		"/local/domain/5/attr/a",
		"/local/domain/5/vm-data",
		"/local/domain/5/vm-data/k",
		"/local/domain/5/data",
		"name",
		"vm",
		"data",
		"memory",
		"memory/target",
		"vm-data/k",
		"attr/os/name",
		"missing",
		"missing/x",
		"control/shutdown",
		"/local/domain/7",
		"/local/domain/7/name",
		"/local/domain/7/data",
		"/local/domain/7/data/secret",
		"/local/domain/7/data/free",
		"/local/domain/7/data/free/x",
		"/local/domain/7/device/vif/0",
		"/local/domain/99",
		"/local/domain/99/x",
		"/local/domain/9/x",
		"/tool",
		"/tool/xenstored",
		"/vm",
		"/missing",
		"/missing/x/y",
		"/oracle",
		"/oracle/big",
		"/oracle/big/none",
		"/oracle/open",
		"/oracle/shut",
		"/oracle/mine",
		"/oracle/deep",
		"/oracle/put",
		"/local/domain/5x",
		"/local/domain/",
		"local/domain/5/name",
	};

	(void)snprintf(out, size, "%s", paths[gen_random(gen, COUNT(paths))]);
}

static void path_special(struct gen *gen, char *out, size_t size)
{
	static const char *const paths[] = {
		"@releaseDomain", "@introduceDomain", "@x", "@", "/@x", "a@b",
		"data/@z",	  "/oracle/open/@y"
	};

	(void)snprintf(out, size, "%s", paths[gen_random(gen, COUNT(paths))]);
}

static void path_illegal(struct gen *gen, char *out, size_t size)
{
	static const char *const paths[] = {
		"",
		"//",
		"/a//b",
		"/oracle/",
		"data/",
		"a.b",
		"data/a b",
		"/\x80",
		"/oracle/a:b",
		".",
		"..",
		"/oracle/..",
		"data/+",
		"/oracle/open/",
		"data//x0",
		"data/x0\n",
		"data/\xc3\xa4",
	};

	(void)snprintf(out, size, "%s", paths[gen_random(gen, COUNT(paths))]);
}

/* About one of the lengths at which a daemon says no. */
static void path_long(struct gen *gen, char *out, size_t size)
{
	static const unsigned lengths[] = { 256, 1024, 2048, 2064, 3072, 3500, 3990 };
	static const char *const starts[] = { "/oracle/open/",	  "data/",
					      "/local/domain/5/", "/local/domain/5/data/",
					      "/local/domain/7/", "/" };
	size_t len = lengths[gen_random(gen, COUNT(lengths))] + gen_random(gen, 5) - 2;
	size_t n =
		(size_t)snprintf(out, size, "%s", starts[gen_random(gen, COUNT(starts))]);

	if (gen_random(gen, 2))
		len += n; /* limits go by all of it or by what follows the home */
	if (len > size - 1)
		len = size - 1;
	while (n < len)
		out[n++] = 'l';
	out[n] = '\0';
}

void path_random(struct gen *gen, char *out)
{
	unsigned r = (unsigned)gen_random(gen, 100);

	if (r < 30)
		path_own(gen, out, PATH_TEXT_MAX + 1);
	else if (r < 70)
		path_acl(gen, out, PATH_TEXT_MAX + 1);
	else if (r < 90)
		path_fixed(gen, out, PATH_TEXT_MAX + 1);
	else if (r < 94)
		path_special(gen, out, PATH_TEXT_MAX + 1);
	else if (r < 98)
		path_illegal(gen, out, PATH_TEXT_MAX + 1);
	else
		path_long(gen, out, PATH_TEXT_MAX + 1);
}

void path_random_watch(struct gen *gen, char *out)
{
	static const char *const paths[] = {
		"/",	   "/oracle",	   "/oracle/open",	   "/oracle/shut",
		"data",	   "/oracle/mine", "/oracle/list",	   "/oracle/both",
		"data/x0", "data/x1",	   "/local/domain/5",	   "/local/domain/7",
		"",	   "/oracle/deep", "/local/domain/7/data", "@releaseDomain",
	};

	if (gen_random(gen, 2))
		path_random(gen, out);
	else
		(void)snprintf(out, PATH_TEXT_MAX + 1, "%s",
			       paths[gen_random(gen, COUNT(paths))]);
}

void path_random_dom0(struct gen *gen, char *out)
{
	static const char *const paths[] = {
		"/local/domain/5/data/x0",
		"/local/domain/5/data/x1",
		"/local/domain/5/data/x1/y0",
		"/local/domain/5/data/x2",
		"/local/domain/5/vm-data/k",
		"/local/domain/7/data/secret",
		"/local/domain/7/data/free",
		"/local/domain/0/oracle/x",
		"/oracle/open",
		"/oracle/shut",
		"/oracle/mine",
	};

	if (gen_random(gen, 3) == 0)
		(void)snprintf(out, 256, "%s", paths[gen_random(gen, COUNT(paths))]);
	else
		path_acl(gen, out, 256);
}

/* ---- dom0's nodes ---- */

static void body_put(char *body, size_t *len, const char *text)
{
	size_t n = strlen(text) + 1;

	memcpy(body + *len, text, n);
	*len += n;
}

/* Each node takes two requests: it is written, then gets its list. */
static void node_request(bool perms, const char *path, const char *list, uint32_t *type,
			 char *body, size_t *len)
{
	body_put(body, len, path);
	*type = perms ? XS_SET_PERMS : XS_WRITE;
	if (!perms) {
		body_put(body, len, "made by dom0");
		--*len; /* a value has no NUL */
		return;
	}
	for (; *list; list += strlen(list) + 1)
		body_put(body, len, list);
}

static bool path_of_big(unsigned n, char *path, size_t size)
{
	(void)snprintf(path, size, "/oracle/big/%02u-%056u", n, 0);
	return n < BIG_NAMES;
}

/* The path of node @n and its list; NULL: as its parent has it. */
static bool setup_path(unsigned n, char *path, size_t size, const char **list)
{
	static const struct {
		const char *path, *perms;
	} plain[] = {
		{ "/oracle", "r0\0" },
		{ "/local/domain/5/data", "n5\0" },
		{ "/local/domain/5/vm-data", "n0\0r5\0" },
		{ "/local/domain/5/vm-data/k", "n0\0r5\0" },
		{ "/local/domain/7/data", "n7\0" },
		{ "/local/domain/7/data/secret", "n7\0" },
		{ "/local/domain/7/data/free", "b7\0" },
		{ "/local/domain/0/oracle", "n0\0" },
		{ "/local/domain/0/oracle/x", "r0\0" },
		{ "/oracle/big", "r0\0" },
	};

	if (n < COUNT(plain)) {
		(void)snprintf(path, size, "%s", plain[n].path);
		*list = plain[n].perms;
		return true;
	}
	n -= COUNT(plain);
	if (n < COUNT(dirs)) {
		(void)snprintf(path, size, "/oracle/%s", dirs[n].name);
		*list = dirs[n].perms;
		return true;
	}
	n -= COUNT(dirs);
	if (n < COUNT(dirs) * COUNT(lists)) {
		(void)snprintf(path, size, "/oracle/%s/a%zu", dirs[n / COUNT(lists)].name,
			       n % COUNT(lists));
		*list = lists[n % COUNT(lists)];
		return true;
	}
	n -= COUNT(dirs) * COUNT(lists);
	if (n < COUNT(lists)) { /* some have children, with their parent's list */
		(void)snprintf(path, size, "/oracle/%s/a%u/c0", dirs[n % 3].name, n);
		*list = NULL;
		return true;
	}
	*list = NULL;
	return path_of_big(n - COUNT(lists), path, size);
}

bool setup_node(unsigned n, uint32_t *type, char *body, size_t *len)
{
	const char *list;
	char path[256];

	*len = 0;
	if (n < SETUP_TOPS) {
		*type = XS_RM;
		body_put(body, len, tops[n]);
		return true;
	}
	n -= SETUP_TOPS;
	if (!setup_path(n / 2, path, sizeof(path), &list))
		return false;
	if (n % 2 && !list) {
		*type = XS_GET_PERMS;
		body_put(body, len, path);
		return true;
	}
	node_request(n % 2, path, list, type, body, len);
	return true;
}
