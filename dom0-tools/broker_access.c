/* SPDX-License-Identifier: BSD-2-Clause */
#include "dom0-tools/broker_access.h"

#include <errno.h>
#include <string.h>
#include <xen/io/xs_wire.h>

#include "dom0-tools/broker_rules.h"

/* Ancestors asked for in one batch: mostly the first is there.  In a client's transaction
 * one by one: what is looked at can conflict. */
#define LEVELS_AT_ONCE 4
/* A path of more is searched from above: each that is missing costs C xenstored a look at all
 * that are missing above it.  What a guest would not look at can conflict then. */
#define LEVELS_SHALLOW 16

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

static int depth_of(const char *path)
{
	int n = 0;

	if (path[0] != '/' || !path[1])
		return path[0] != '/'; /* '@...' is below "/" */
	for (; *path; path++)
		n += *path == '/';
	return n;
}

/* The ancestor of @path at @level, which is less than its depth. */
static void ancestor_at(const char *path, int level, char ret_path[PATH_ROOM])
{
	size_t len = 0;

	for (int i = 0; i < level; i++)
		len += 1 + strcspn(path + len + 1, "/");
	if (level == 0)
		len = 1; /* "/" itself */
	memcpy(ret_path, level == 0 ? "/" : path, len);
	ret_path[len] = '\0';
}

/* Where the nearest ancestor is looked for: that at @there is there (-1: none is known), that
 * at @missing is not. */
struct search {
	const char *path;
	int depth, there, missing;
	int at[LEVELS_AT_ONCE]; /* asked for, from below */
};

static bool is_deep(const struct search *s)
{
	return s->depth > LEVELS_SHALLOW;
}

/* Of a deep path: twice as deep as what is there, then between that and what is not. */
static int level_below(const struct search *s)
{
	int twice = s->there < 0 ? LEVELS_SHALLOW : 2 * s->there;

	if (s->missing == s->depth && twice < s->depth)
		return twice;
	return s->there + (s->missing - s->there) / 2;
}

/* Of others: upwards, as the daemon does for a guest.  How many were asked for. */
static int ask_levels(struct search *s, struct scope *sc)
{
	int most = sc->own && !is_deep(s) ? LEVELS_AT_ONCE : 1, n = 0;
	char path[PATH_ROOM];

	while (n < most && (n == 0 || s->missing - n - 1 > s->there)) {
		s->at[n] = is_deep(s) ? level_below(s) : s->missing - n - 1;
		ancestor_at(s->path, s->at[n], path);
		store_add_text(sc->store, XS_GET_PERMS, sc->id, path);
		n++;
	}
	return n;
}

/* What the replies to @n of them tell. */
static int read_levels(struct search *s, const struct scope *sc, unsigned first, int n,
		       struct ancestor *ret)
{
	for (int i = 0; i < n; i++) {
		const struct store_reply *reply =
			store_reply(sc->store, first + (unsigned)i);

		if (reply->err == -ENOENT) {
			s->missing = s->at[i];
			continue;
		}
		if (reply->err < 0)
			return reply->err;
		if (reply->len > sizeof(ret->list))
			return -E2BIG;
		memcpy(ret->list, reply->body, reply->len);
		ret->len = reply->len;
		s->there = s->at[i];
		break;
	}
	return 0;
}

static int search_step(struct search *s, struct scope *sc, struct ancestor *ret)
{
	unsigned first = scope_begin(sc);
	int n = ask_levels(s, sc), r = scope_run(sc);

	return r < 0 ? r : read_levels(s, sc, first, n, ret);
}

static void search_init(struct search *s, const char *path)
{
	*s = (struct search){ .path = path, .there = -1, .depth = depth_of(path) };
	s->missing = s->depth;
}

/* Is it known already?  1: it is not. */
static int reach_known(const struct reach *known, const struct search *s)
{
	if (known && known->gone[0] && path_is_below(s->path, known->gone))
		return -ENOENT;
	return !known || !known->there[0] || !path_is_below(s->path, known->there) ||
	       2 * depth_of(known->there) < s->depth;
}

int access_reach(const struct broker *b, struct scope *sc, const char *path,
		 struct reach *known)
{
	struct ancestor up;
	struct search s;
	int r;

	search_init(&s, path);
	if (b->kind == STORE_O || !is_deep(&s))
		return 0;
	r = reach_known(known, &s);
	if (r <= 0)
		return r;
	do
		r = search_step(&s, sc, &up);
	while (r == 0 && s.missing == s.depth && 2 * s.there < s.depth);
	if (r < 0)
		return r;
	if (known && s.missing < s.depth)
		ancestor_at(path, s.missing, known->gone);
	else if (known)
		ancestor_at(path, s.there, known->there);
	return s.missing < s.depth ? -ENOENT : 0;
}

int access_ancestor(struct scope *sc, const char *path, struct ancestor *ret)
{
	struct search s;
	int r = 0;

	search_init(&s, path);
	while (r == 0 && s.missing - s.there > 1)
		r = search_step(&s, sc, ret);
	if (r == 0 && s.there < 0)
		r = -ENOENT;
	if (r == 0)
		ancestor_at(path, s.there, ret->path);
	return r;
}

int access_missing(const struct broker *b, struct scope *sc, const char *path,
		   unsigned want)
{
	struct ancestor up;
	int r;

	if (b->kind == STORE_O)
		return -ENOENT; /* it tells everybody what is not there */
	r = access_ancestor(sc, path, &up);
	if (r == 0 && sc->tx)
		r = tx_look(sc->tx, path, up.path);
	if (r < 0)
		return r;
	return access_rights(b, path, up.list, up.len) & want ? -ENOENT : -EACCES;
}
