/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "guest-agent/mountinfo.h"

/* Is @dir the path @path, or a directory above it? */
static bool is_above(const char *dir, const char *path)
{
	size_t n = strlen(dir);

	if (n > 0 && dir[n - 1] == '/') /* the root */
		n--;
	return strncmp(dir, path, n) == 0 && (path[n] == '/' || path[n] == '\0');
}

static bool is_listed(const struct mount_list *list, int id)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->mount[i].id == id)
			return true;
	return false;
}

/* Where every path starts: at "/" and on nothing that is listed (or on itself). */
static const struct mount *find_root(const struct mount_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct mount *m = &list->mount[i];

		if (strcmp(m->point, "/") == 0 &&
		    (m->parent == m->id || !is_listed(list, m->parent)))
			return m;
	}
	return NULL;
}

/* The first mount on @from that a walk along @path comes to; NULL: none, it ends here. */
static const struct mount *next_on_way(const struct mount_list *list,
				       const struct mount *from, const char *path)
{
	const struct mount *next = NULL;

	for (size_t i = 0; i < list->count; i++) {
		const struct mount *m = &list->mount[i];

		if (m->parent == from->id && m != from && is_above(m->point, path) &&
		    (!next || strlen(m->point) < strlen(next->point)))
			next = m;
	}
	return next;
}

enum mount_reach mountinfo_reach(const struct mount_list *list,
				 const struct mount *target)
{
	const struct mount *at = find_root(list), *next;
	bool slow = false;

	/* a loop of parents, which no kernel makes, would be longer than the list */
	for (size_t steps = 0; at && steps <= list->count; steps++) {
		if (at != target && at->kind == MOUNT_SLOW)
			slow = true;
		next = next_on_way(list, at, target->point);
		if (!next) {
			if (at != target)
				return MOUNT_HIDDEN;
			return slow ? MOUNT_BEHIND_SLOW : MOUNT_REACHED;
		}
		at = next;
	}
	return MOUNT_HIDDEN;
}
