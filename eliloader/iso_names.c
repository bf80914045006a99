/* SPDX-License-Identifier: BSD-2-Clause */
#include "eliloader/iso_names.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"

#define ISO_PATH_MAX 1024 /* bytes of a path while links are followed, NUL included */

static bool is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

/* As a plain image would have it, but in lower case. */
static char fold_byte(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (char)(c - 'A' + 'a');
	return is_lower(c) || (c >= '0' && c <= '9') || c == '/' ? c : '_';
}

/* "./" and "/" before a path say nothing. */
static const char *skip_root(const char *path)
{
	for (;;) {
		if (*path == '/')
			path++;
		else if (path[0] == '.' && path[1] == '/')
			path += 2;
		else
			return path;
	}
}

static int grow(struct iso *iso)
{
	size_t room = iso->room ? iso->room * 2 : 1024;
	struct iso_entry *more;

	if (iso->count < iso->room)
		return 0;
	more = reallocarray(iso->entry, room, sizeof(*more));
	if (!more)
		return -ENOMEM;
	iso->entry = more;
	iso->room = room;
	return 0;
}

int iso_names_add(struct iso *iso, const struct iso_entry *entry, const char *path,
		  const char *target)
{
	autofree char *path_copy = NULL, *target_copy = NULL;

	path = skip_root(path);
	iso->names_len += strlen(path) + (target ? strlen(target) : 0);
	if (iso->names_len > ISO_NAMES_MAX)
		return -E2BIG;
	path_copy = strdup(path);
	target_copy = target ? strdup(target) : NULL;
	if (!path_copy || (target && !target_copy) || grow(iso) < 0)
		return -ENOMEM;
	iso->entry[iso->count] = *entry;
	iso->entry[iso->count].path = steal_ptr(path_copy);
	iso->entry[iso->count].target = steal_ptr(target_copy);
	iso->count++;
	return 0;
}

static bool has_lower(const struct iso *iso)
{
	for (size_t i = 0; i < iso->count; i++)
		for (const char *p = iso->entry[i].path; *p; p++)
			if (is_lower(*p))
				return true;
	return false;
}

/* By path; among equals (a plain image may have them, folded) the first of the image. */
static int compare(const void *a, const void *b)
{
	const struct iso_entry *x = a, *y = b;
	int order = strcmp(x->path, y->path);

	if (order != 0)
		return order;
	return x->ordinal < y->ordinal ? -1 : x->ordinal > y->ordinal;
}

void iso_names_sort(struct iso *iso)
{
	iso->plain = !has_lower(iso);
	for (size_t i = 0; iso->plain && i < iso->count; i++)
		for (char *p = iso->entry[i].path; *p; p++)
			*p = fold_byte(*p);
	if (iso->count > 0)
		qsort(iso->entry, iso->count, sizeof(*iso->entry), compare);
}

bool iso_names_is(const struct iso *iso, const struct iso_entry *entry, const char *path)
{
	const char *p, *q = entry->path;

	if (!path)
		return false;
	for (p = skip_root(path); *p && *q; p++, q++)
		if ((iso->plain ? fold_byte(*p) : *p) != *q)
			return false;
	return *p == *q;
}

void iso_names_free(struct iso *iso)
{
	for (size_t i = 0; i < iso->count; i++) {
		free(iso->entry[i].path);
		free(iso->entry[i].target);
	}
	free(steal_ptr(iso->entry));
	iso->count = iso->room = 0;
}

/* The first entry with that very path, or NULL. */
static const struct iso_entry *find_exactly(const struct iso *iso, const char *path)
{
	size_t low = 0, high = iso->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(iso->entry[middle].path, path) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < iso->count && strcmp(iso->entry[low].path, path) == 0)
		return &iso->entry[low];
	return NULL;
}

/* A path on the way: what has been walked, and what is left to walk. */
struct walk {
	char done[ISO_PATH_MAX], rest[ISO_PATH_MAX];
};

/* Take a part off the front of the rest; false: there is none. */
static bool take_part(struct walk *w, char part[ISO_PATH_MAX])
{
	const char *p = w->rest + strspn(w->rest, "/");
	size_t len = strcspn(p, "/");

	memcpy(part, p, len);
	part[len] = '\0';
	memmove(w->rest, p + len, strlen(p + len) + 1);
	return len > 0;
}

/* Step into @part; -ENOENT: the path gets too long. */
static int step(struct walk *w, const char *part)
{
	size_t len = strlen(w->done), n = strlen(part);
	char *slash = strrchr(w->done, '/');

	if (strcmp(part, ".") == 0)
		return 0;
	if (strcmp(part, "..") == 0) {
		*(slash ? slash : w->done) = '\0'; /* the root's parent is the root */
		return 0;
	}
	if (len + 1 + n >= sizeof(w->done))
		return -ENOENT;
	if (len > 0)
		w->done[len++] = '/';
	memcpy(w->done + len, part, n + 1);
	return 0;
}

/* What was walked is a link: go where it points. */
static int follow(const struct iso *iso, struct walk *w, const struct iso_entry *link)
{
	char rest[ISO_PATH_MAX];
	int n = snprintf(rest, sizeof(rest), "%s/%s", link->target, w->rest);

	if (n < 0 || (size_t)n >= sizeof(rest))
		return -ENOENT;
	for (char *p = rest; iso->plain && *p; p++)
		*p = fold_byte(*p);
	memcpy(w->rest, rest, sizeof(rest));
	if (link->hard || *link->target == '/')
		w->done[0] = '\0';
	else
		(void)step(w, ".."); /* relative to where the link lies */
	return 0;
}

/* Walk @w to its end; NULL when that is no entry of the image. */
static const struct iso_entry *walk(const struct iso *iso, struct walk *w)
{
	const struct iso_entry *e = NULL;
	char part[ISO_PATH_MAX];
	unsigned links = 0;

	while (take_part(w, part)) {
		if (step(w, part) < 0)
			return NULL;
		e = find_exactly(iso, w->done);
		if (!e || !e->target)
			continue;
		if (links++ == ISO_LINKS_MAX || follow(iso, w, e) < 0)
			return NULL;
		e = NULL;
	}
	return e;
}

int iso_find(const struct iso *iso, const char *path, const struct iso_entry **ret_entry)
{
	struct walk w = { "", "" };
	const struct iso_entry *e;

	if (strlen(path) >= sizeof(w.rest))
		return -ENOENT;
	for (size_t i = 0; path[i]; i++)
		w.rest[i] = iso->plain ? fold_byte(path[i]) : path[i];
	e = walk(iso, &w);
	if (!e || !e->file)
		return -ENOENT;
	*ret_entry = e;
	return 0;
}
