/* SPDX-License-Identifier: BSD-2-Clause */
#include "lib/tree.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"

void tree_init(struct tree *t)
{
	*t = (struct tree){ 0 };
}

static void entry_done(struct tree_entry *e)
{
	free(e->path);
	free(e->value);
}

void tree_done(struct tree *t)
{
	for (size_t i = 0; i < t->count; i++)
		entry_done(&t->entry[i]);
	free(t->entry);
	tree_init(t);
}

void tree_swap(struct tree *a, struct tree *b)
{
	struct tree other = *a;

	*a = *b;
	*b = other;
}

/* '/' below every other byte, the end below '/'. */
static int path_rank(char c)
{
	return c == '\0' ? -1 : c == '/' ? 0 : (unsigned char)c;
}

/* Order of two paths in a tree. */
static int compare_paths(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return path_rank(*a) - path_rank(*b);
}

bool tree_path_is_in(const char *path, const char *dir)
{
	size_t n = strlen(dir);

	return strncmp(path, dir, n) == 0 && (path[n] == '\0' || path[n] == '/');
}

int tree_path_check(const char *path)
{
	static const char legal[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "abcdefghijklmnopqrstuvwxyz0123456789-/_@";
	size_t n = strlen(path);

	if (n == 0 || strspn(path, legal) != n || strstr(path, "//"))
		return -EINVAL;
	if (path[n - 1] == '/' && n > 1)
		return -EINVAL;
	return n > TREE_PATH_MAX ? -ENAMETOOLONG : 0;
}

size_t tree_lower_bound(const struct tree *t, const char *path)
{
	size_t low = 0, high = t->count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (compare_paths(t->entry[mid].path, path) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static int make_room(struct tree *t)
{
	size_t room = t->room ? t->room * 2 : 32;
	struct tree_entry *more;

	if (t->count < t->room)
		return 0;
	more = reallocarray(t->entry, room, sizeof(*more));
	if (!more)
		return -ENOMEM;
	t->entry = more;
	t->room = room;
	return 0;
}

int tree_set(struct tree *t, const char *path, const void *value, size_t value_len)
{
	size_t at = tree_lower_bound(t, path);
	bool there = at < t->count && strcmp(t->entry[at].path, path) == 0;
	autofree char *copy = malloc(value_len + 1);
	autofree char *name = there ? NULL : strdup(path);

	if (!copy || (!there && !name))
		return -ENOMEM;
	if (value_len)
		memcpy(copy, value, value_len);
	copy[value_len] = '\0';
	if (there) {
		free(t->entry[at].value);
	} else {
		if (make_room(t) < 0)
			return -ENOMEM;
		memmove(&t->entry[at + 1], &t->entry[at],
			(t->count - at) * sizeof(*t->entry));
		t->count++;
		t->entry[at].path = steal_ptr(name);
	}
	t->entry[at].value = steal_ptr(copy);
	t->entry[at].value_len = value_len;
	return 0;
}

int tree_setf(struct tree *t, const char *path, const char *fmt, ...)
{
	autofree char *text = NULL;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (n < 0) {
		text = NULL; /* undefined after a failure */
		return -ENOMEM;
	}
	return tree_set(t, path, text, (size_t)n);
}

const struct tree_entry *tree_find(const struct tree *t, const char *path)
{
	size_t at = tree_lower_bound(t, path);

	return at < t->count && strcmp(t->entry[at].path, path) == 0 ? &t->entry[at]
								     : NULL;
}

const char *tree_text(const struct tree *t, const char *path)
{
	const struct tree_entry *e = tree_find(t, path);

	return e && memchr(e->value, '\0', e->value_len) == NULL ? e->value : NULL;
}

void tree_below(const struct tree *t, const char *dir, size_t *first, size_t *end)
{
	size_t i = tree_lower_bound(t, dir);

	if (i < t->count && strcmp(t->entry[i].path, dir) == 0)
		i++;
	*first = i;
	while (i < t->count && tree_path_is_in(t->entry[i].path, dir))
		i++;
	*end = i;
}

bool tree_has_below(const struct tree *t, const char *dir)
{
	size_t first, end;

	tree_below(t, dir, &first, &end);
	return first < end;
}

void tree_remove(struct tree *t, const char *path)
{
	size_t first, end;

	if (t->count == 0)
		return; /* there is no array to move in */
	tree_below(t, path, &first, &end);
	if (first > 0 && strcmp(t->entry[first - 1].path, path) == 0)
		first--;
	for (size_t i = first; i < end; i++)
		entry_done(&t->entry[i]);
	memmove(&t->entry[first], &t->entry[end], (t->count - end) * sizeof(*t->entry));
	t->count -= end - first;
}

static bool entry_same_value(const struct tree_entry *a, const struct tree_entry *b)
{
	return a->value_len == b->value_len &&
	       memcmp(a->value, b->value, a->value_len) == 0;
}

bool tree_equal(const struct tree *a, const struct tree *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (strcmp(a->entry[i].path, b->entry[i].path) != 0 ||
		    !entry_same_value(&a->entry[i], &b->entry[i]))
			return false;
	return true;
}

int tree_copy(struct tree *to, const struct tree *from)
{
	autotree struct tree copy = { 0 };

	for (size_t i = 0; i < from->count; i++) {
		const struct tree_entry *e = &from->entry[i];

		if (tree_set(&copy, e->path, e->value, e->value_len) < 0)
			return -ENOMEM;
	}
	tree_swap(&copy, to);
	return 0;
}

static int diff_remove(const struct tree *have, const struct tree *want,
		       const struct tree_diff_ops *ops, void *arg)
{
	const char *removed = NULL;
	int r;

	for (size_t i = 0; i < have->count; i++) {
		const char *path = have->entry[i].path;

		if (removed && tree_path_is_in(path, removed))
			continue;
		if (tree_find(want, path) || tree_has_below(want, path))
			continue;
		r = ops->remove(arg, path);
		if (r < 0)
			return r;
		removed = path;
	}
	return 0;
}

int tree_diff(const struct tree *have, const struct tree *want,
	      const struct tree_diff_ops *ops, void *arg)
{
	int r = diff_remove(have, want, ops, arg);

	for (size_t i = 0; r >= 0 && i < want->count; i++) {
		const struct tree_entry *e = &want->entry[i];
		const struct tree_entry *old = tree_find(have, e->path);

		if (!old || !entry_same_value(old, e))
			r = ops->set(arg, e);
	}
	return r < 0 ? r : 0;
}
