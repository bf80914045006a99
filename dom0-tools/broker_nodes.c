/* SPDX-License-Identifier: BSD-2-Clause */
#include "dom0-tools/broker_nodes.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xen/io/xs_wire.h>

#include "dom0-tools/broker.h"
#include "dom0-tools/broker_perms.h"
#include "dom0-tools/broker_rules.h"
#include "dom0-tools/broker_tx.h"
#include "lib/log.h"

#define WALK_AT_ONCE (STORE_BATCH_MAX / 2) /* nodes: two requests each */

/* ---- a walk ---- */

struct walk {
	struct broker *b;
	enum nodes_kind kind;
	char **todo; /* owned: paths that were not looked at yet */
	size_t count, room;
	unsigned looked, found;
};

static void walk_done(struct walk *w)
{
	while (w->count > 0)
		free(w->todo[--w->count]);
	free(w->todo);
}

static int walk_add(struct walk *w, const char *dir, const char *name)
{
	char **p = w->todo;

	if (w->count == w->room) {
		w->room = w->room ? 2 * w->room : 64;
		p = realloc(w->todo, w->room * sizeof(*p));
		if (!p)
			return -ENOMEM;
		w->todo = p;
	}
	if (asprintf(&p[w->count], "%s%s%s", dir, *name ? "/" : "", name) < 0)
		return -ENOMEM;
	w->count++;
	return 0;
}

/* No node twice: of two places, one below the other, the upper one. */
static int walk_add_place(struct walk *w, const char *path)
{
	for (size_t i = 0; i < w->count; i++)
		if (path_is_below(path, w->todo[i]))
			return 0;
	for (size_t i = 0; i < w->count;) {
		if (path_is_below(w->todo[i], path)) {
			free(w->todo[i]);
			w->todo[i] = w->todo[--w->count];
		} else {
			i++;
		}
	}
	return walk_add(w, path, "");
}

/* What is above the first "*" of it. */
static void without_stars(const char *pattern, char ret_path[PATH_ROOM])
{
	size_t len = strcspn(pattern, "*");

	if (pattern[len] == '*' && len > 1)
		len--; /* the '/' before it */
	memcpy(ret_path, pattern, len);
	ret_path[len] = '\0';
}

/* Are there any below the place that the profile names?  The domain's are not looked for
 * among all others'. */
static bool is_place(const struct walk *w, const char *path, const char *home)
{
	if (w->kind == NODES_GRANTED)
		return rules_allowed(w->b->rules, path) & RULE_GRANT_WRITE;
	return !strchr(path, '*') && !path_is_below(home, path);
}

static int walk_start(struct walk *w)
{
	char home[64], place[PATH_ROOM];
	const char *path;
	int r = 0;

	(void)snprintf(home, sizeof(home), "/local/domain/%u", w->b->domid);
	if (w->kind == NODES_OWNED)
		r = walk_add_place(w, home);
	for (size_t i = 0; r == 0 && (path = rules_written(w->b->rules, i)); i++) {
		if (!is_place(w, path, home))
			continue;
		without_stars(path, place);
		r = walk_add_place(w, place);
	}
	return r;
}

/* The children of @path, from a reply that stays where it is. */
static int walk_below(struct walk *w, const char *path, const struct store_reply *names)
{
	const char *dir = strcmp(path, "/") == 0 ? "" : path;
	size_t at = 0;
	int r = 0;

	if (names->err < 0 || names->len == 0 || names->body[names->len - 1] != '\0')
		return 0;
	while (r == 0 && at < names->len) {
		r = walk_add(w, dir, names->body + at);
		at += strlen(names->body + at) + 1;
	}
	return r;
}

static bool counts(const struct walk *w, const char *path,
		   const struct store_reply *perms)
{
	unsigned owner;

	if (perms->err < 0)
		return false;
	if (w->kind == NODES_GRANTED)
		return rules_allowed(w->b->rules, path) & RULE_GRANT_WRITE;
	return perms_owner(perms->body, perms->len, &owner) == 0 && owner == w->b->domid;
}

/* The last few of what is to be looked at. */
static int walk_some(struct walk *w)
{
	struct store *s = &w->b->identity.store;
	char *path[WALK_AT_ONCE];
	unsigned n = 0;
	int r;

	store_begin(s);
	while (n < WALK_AT_ONCE && w->count > 0) {
		path[n] = w->todo[--w->count];
		store_add_text(s, XS_GET_PERMS, 0, path[n]);
		store_add_text(s, XS_DIRECTORY, 0, path[n]);
		n++;
	}
	r = store_run(s);
	for (unsigned i = 0; i < n; i++) {
		const struct store_reply *perms = &s->io->reply[2 * (size_t)i];

		if (r == 0 && counts(w, path[i], perms))
			w->found++;
		if (r == 0)
			r = walk_below(w, path[i], perms + 1);
		free(path[i]);
	}
	w->looked += n;
	return r;
}

/* ---- the counts ---- */

static unsigned used(const struct nodes *c)
{
	return c->there + c->open;
}

static void show(struct broker *b)
{
	b->stats.nodes = used(&b->nodes[NODES_OWNED]);
}

/* What grants have made can not be told from what others did there: it is no more than
 * that.  Where not all was looked at the count stays. */
static void recount(struct broker *b, enum nodes_kind kind)
{
	struct walk w = { .b = b, .kind = kind };
	struct nodes *c = &b->nodes[kind];
	int r = walk_start(&w);

	while (r == 0 && w.count > 0 && w.found <= NODES_MOST &&
	       w.looked < NODES_WALK_MOST)
		r = walk_some(&w);
	if (r == 0 && kind == NODES_OWNED) {
		c->there = w.found;
		c->known = true;
	} else if (r == 0 && w.count == 0 && w.found < c->there) {
		c->there = w.found;
	} else if (r < 0 && r != -EPIPE) { /* which the loop tells */
		log_warning("cannot count the domain's nodes: %s", strerror(-r));
	}
	c->stale = false;
	c->made = 0;
	c->looked = w.looked;
	c->walked_ns = b->now_ns;
	walk_done(&w);
}

static bool is_due(const struct broker *b, const struct nodes *c)
{
	return b->now_ns - c->walked_ns >= NODES_WALK_NS ||
	       (c->stale && c->made >= c->looked);
}

bool nodes_left(struct broker *b, enum nodes_kind kind, unsigned more, unsigned *ret_left)
{
	struct nodes *c = &b->nodes[kind];
	bool known = c->known || kind == NODES_GRANTED; /* which begin with none */

	if (!known || (used(c) + more > NODES_MOST && is_due(b, c))) {
		recount(b, kind);
		show(b);
		known |= c->known;
	}
	*ret_left = used(c) < NODES_MOST ? NODES_MOST - used(c) : 0;
	return known && more <= *ret_left;
}

void nodes_made(struct broker *b, struct tx *tx, enum nodes_kind kind, unsigned count)
{
	struct nodes *c = &b->nodes[kind];

	c->made += count;
	if (tx) {
		c->open += count;
		tx->made[kind] += count;
	} else {
		c->there += count;
	}
	show(b);
}

void nodes_removed(struct broker *b, struct tx *tx, unsigned kinds, bool leaf)
{
	if (tx) {
		tx->removed = true;
		return;
	}
	for (unsigned kind = 0; kind < NODES_KINDS; kind++) {
		struct nodes *c = &b->nodes[kind];

		if ((kinds & 1U << kind) && c->there > 0)
			c->there--;
		c->stale |= !leaf;
	}
	show(b);
}

void nodes_tx_ended(struct broker *b, const struct tx *tx, bool done)
{
	for (unsigned kind = 0; kind < NODES_KINDS; kind++) {
		struct nodes *c = &b->nodes[kind];

		c->open -= tx->made[kind];
		if (done)
			c->there += tx->made[kind];
		c->stale |= done && tx->removed;
	}
	show(b);
}
