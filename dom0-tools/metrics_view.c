/* SPDX-License-Identifier: BSD-2-Clause */
#include "dom0-tools/metrics_view.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "dom0-tools/metrics_text.h"
#include "lib/cleanup.h"

/* In xenopsd's order, which decides what the quota cuts. */
const struct metrics_root metrics_roots[] = {
	{ "control", 0, NULL },	       { "feature/hotplug", 0, NULL },
	{ "xenserver/attr", 3, NULL }, { "attr", 3, "attr/os/hotfixes" },
	{ "drivers", 0, NULL },	       { "data", 0, NULL },
	{ "data/service", 1, NULL },   { "data/pvs_target", 0, NULL },
};
const size_t metrics_roots_count = sizeof(metrics_roots) / sizeof(metrics_roots[0]);

void metrics_view_done(struct metrics_view *v)
{
	tree_done(&v->seen);
}

/* The most that a byte takes as JSON or as XML in xapi's database. */
static size_t encoded_byte(unsigned char c)
{
	switch (c) {
	case '"':
	case '\'':
		return 6;
	case '&':
		return 5;
	case '<':
	case '>':
		return 4;
	case ' ':
	case '\t':
	case '\n':
	case '\r':
	case '%':
	case '\\':
		return 2;
	default:
		return c >= 0x80 ? 3 : c < 0x20 || c == 0x7f ? 6 : 1;
	}
}

static size_t encoded_size(const char *path, const char *value, size_t value_len)
{
	size_t sum = 11; /* quotes and brackets around the two */

	for (; *path; path++)
		sum += encoded_byte((unsigned char)*path);
	for (size_t i = 0; i < value_len; i++)
		sum += encoded_byte((unsigned char)value[i]);
	return sum;
}

struct build {
	struct metrics_view *view;
	int64_t quota; /* bytes left; the entry that goes below 0 is the last */
};

static int see(struct build *b, const char *path, const char *value, size_t value_len)
{
	autofree char *text = NULL;
	size_t len;
	int r;

	if (b->quota <= 0) {
		b->view->cut = true;
		return 0;
	}
	b->quota -= (int64_t)encoded_size(path, value, value_len);
	r = metrics_recode(value, value_len, &text, &len);
	return r < 0 ? r : tree_set(&b->view->seen, path, text, len);
}

/* @path as far as @root lets xenopsd descend: how many bytes of it. */
static size_t visible_length(const struct metrics_root *root, const char *path)
{
	size_t len = strlen(root->path);

	for (unsigned level = 0; level <= root->depth && path[len] == '/'; level++)
		len += 1 + strcspn(path + len + 1, "/");
	return len;
}

/* The entry itself, or of a deeper one the parents that are seen; listed parents came
 * before, since a tree has them first. */
static int see_entry(struct build *b, const struct metrics_root *root,
		     const struct tree_entry *e)
{
	size_t visible = visible_length(root, e->path);
	size_t len = strlen(root->path);

	for (;;) {
		autofree char *path = strndup(e->path, len);
		int r = 0;

		if (!path)
			return -ENOMEM;
		if (root->skip && strcmp(path, root->skip) == 0)
			return 0;
		if (e->path[len] == '\0')
			return see(b, path, e->value, e->value_len);
		if (!tree_find(&b->view->seen, path))
			r = see(b, path, "", 0);
		if (r < 0 || len >= visible)
			return r;
		len += 1 + strcspn(e->path + len + 1, "/");
	}
}

static int see_root(struct build *b, const struct tree *home,
		    const struct metrics_root *root)
{
	size_t first, end;
	const struct tree_entry *e = tree_find(home, root->path);
	int r = e ? see_entry(b, root, e) : 0;

	tree_below(home, root->path, &first, &end);
	for (size_t i = first; r >= 0 && i < end && !b->view->cut; i++)
		r = see_entry(b, root, &home->entry[i]);
	return r;
}

int metrics_view_new(const struct tree *home, struct metrics_view *ret_view)
{
	struct metrics_view v = { 0 };
	struct build b = { .view = &v, .quota = METRICS_QUOTA_BYTES };
	int r = 0;

	tree_init(&v.seen);
	for (size_t i = 0; r >= 0 && i < metrics_roots_count; i++)
		r = see_root(&b, home, &metrics_roots[i]);
	if (r < 0)
		metrics_view_done(&v);
	else
		*ret_view = v;
	return r < 0 ? r : 0;
}

const struct tree_entry *metrics_view_lookup(const struct metrics_view *v,
					     const char *path)
{
	return tree_find(&v->seen, path);
}

/* A child's name inside the path of an entry, and when it was met. */
struct child {
	const char *name; /* borrowed */
	size_t len;
	size_t order;
};

static int compare_names(const void *a, const void *b)
{
	const struct child *x = a, *y = b;
	int d = memcmp(x->name, y->name, x->len < y->len ? x->len : y->len);

	if (d == 0)
		d = (x->len > y->len) - (x->len < y->len);
	return d ? d : (x->order > y->order) - (x->order < y->order);
}

static int compare_latest_first(const void *a, const void *b)
{
	const struct child *x = a, *y = b;

	return (y->order > x->order) - (y->order < x->order);
}

static bool same_name(const struct child *a, const struct child *b)
{
	return a->len == b->len && memcmp(a->name, b->name, a->len) == 0;
}

/* The first part of @rest that is not empty. */
static bool first_part(const char *rest, struct child *ret_child)
{
	rest += strspn(rest, "/");
	ret_child->name = rest;
	ret_child->len = strcspn(rest, "/");
	return ret_child->len > 0;
}

/* Each name once, as first met, the latest first. */
static size_t set_of_children(struct child *child, size_t count)
{
	size_t kept = 0;

	qsort(child, count, sizeof(*child), compare_names);
	for (size_t i = 0; i < count; i++)
		if (kept == 0 || !same_name(&child[kept - 1], &child[i]))
			child[kept++] = child[i];
	qsort(child, kept, sizeof(*child), compare_latest_first);
	return kept;
}

int metrics_view_list(const struct metrics_view *v, const char *dir,
		      struct metrics_names *ret_names)
{
	autonames struct metrics_names names = { 0 };
	autofree struct child *child = NULL;
	size_t n = strlen(dir), first = tree_lower_bound(&v->seen, dir), end = first;
	size_t count = 0;
	int r = 0;

	/* the tree's order keeps paths of one prefix together */
	while (end < v->seen.count && strncmp(v->seen.entry[end].path, dir, n) == 0)
		end++;
	child = calloc(end - first + 1, sizeof(*child));
	if (!child)
		return -ENOMEM;
	for (size_t i = first; i < end; i++)
		if (first_part(v->seen.entry[i].path + n, &child[count]) &&
		    (count == 0 || !same_name(&child[count - 1], &child[count]))) {
			child[count].order = count;
			count++;
		}
	count = set_of_children(child, count);
	for (size_t i = 0; r >= 0 && i < count; i++)
		r = metrics_names_add(&names, child[i].name, child[i].len);
	if (r < 0)
		return r;
	*ret_names = names;
	names = (struct metrics_names){ 0 };
	return 0;
}
