/* SPDX-License-Identifier: BSD-2-Clause */
#include "dom0-tools/broker_access.h"

#include <errno.h>
#include <string.h>
#include <xen/io/xs_wire.h>

#include "dom0-tools/broker_rules.h"

/* Ancestors asked for in one batch: mostly the first is there.  In a client's transaction
 * one by one, as the daemon would: what is looked at can conflict. */
#define LEVELS_AT_ONCE 4

static void path_copy(char to[PATH_ROOM], const char *from)
{
	memcpy(to, from, strlen(from) + 1); /* a path has the same room everywhere */
}

bool access_granted(const struct broker *b, const char *path, unsigned want)
{
	unsigned rules = rules_allowed(b->rules, path);

	return (!(want & RIGHT_READ) || (rules & RULE_GRANT_READ)) &&
	       (!(want & RIGHT_WRITE) || (rules & RULE_GRANT_WRITE)) &&
	       !(want & RIGHT_OWN);
}

bool access_possible(const struct broker *b, const char *path, unsigned want)
{
	unsigned rules = rules_allowed(b->rules, path);

	return (!(want & RIGHT_READ) || (rules & (RULE_READ | RULE_GRANT_READ))) &&
	       (!(want & RIGHT_WRITE) || (rules & (RULE_WRITE | RULE_GRANT_WRITE)));
}

unsigned access_rights(const struct broker *b, const char *path, const char *list,
		       size_t len)
{
	unsigned rights = 0, rules = rules_allowed(b->rules, path);

	if (perms_rights(list, len, b->domid, &rights) < 0)
		rights = 0;
	if (!(rules & RULE_READ))
		rights &= ~RIGHT_READ;
	if (!(rules & RULE_WRITE))
		rights &= ~(RIGHT_WRITE | RIGHT_OWN);
	if (rules & RULE_GRANT_READ)
		rights |= RIGHT_READ;
	if (rules & RULE_GRANT_WRITE)
		rights |= RIGHT_WRITE;
	return rights;
}

bool access_allows(const struct broker *b, const char *path, const char *list, size_t len,
		   unsigned want)
{
	return (access_rights(b, path, list, len) & want) == want;
}

/* Adds GET_PERMS of the ancestors of @path, which becomes the last of them; their number. */
static unsigned ask_upwards(struct scope *sc, char path[PATH_ROOM])
{
	char parent[PATH_ROOM];
	unsigned n = 0;

	while (n < (sc->own ? LEVELS_AT_ONCE : 1) && path_parent(path, parent) > 0) {
		path_copy(path, parent);
		store_add_text(sc->store, XS_GET_PERMS, sc->id, path);
		n++;
	}
	return n;
}

int access_ancestor(struct scope *sc, const char *path, struct ancestor *ret)
{
	char at[PATH_ROOM], parent[PATH_ROOM];
	unsigned first, n;
	int r;

	path_copy(ret->path, path);
	do {
		path_copy(at, ret->path);
		first = scope_begin(sc);
		n = ask_upwards(sc, at);
		r = scope_run(sc);
		for (unsigned i = 0; r == 0 && i < n; i++) {
			const struct store_reply *reply =
				store_reply(sc->store, first + i);

			(void)path_parent(ret->path, parent);
			path_copy(ret->path, parent);
			if (reply->err == -ENOENT)
				continue;
			if (reply->err < 0)
				return reply->err;
			if (reply->len > sizeof(ret->list))
				return -E2BIG;
			memcpy(ret->list, reply->body, reply->len);
			ret->len = reply->len;
			return 0;
		}
	} while (r == 0 && n > 0);
	return r < 0 ? r : -ENOENT;
}

int access_missing(const struct broker *b, struct scope *sc, const char *path,
		   unsigned want)
{
	struct ancestor up;
	int r;

	if (b->kind == STORE_O)
		return -ENOENT; /* it tells everybody what is not there */
	r = access_ancestor(sc, path, &up);
	if (r < 0)
		return r;
	return access_rights(b, path, up.list, up.len) & want ? -ENOENT : -EACCES;
}
