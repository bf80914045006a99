/* SPDX-License-Identifier: BSD-2-Clause */
#include "dom0-tools/broker_quota.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xen/io/xs_wire.h>

#include "dom0-tools/broker_perms.h"
#include "dom0-tools/broker_rules.h"
#include "lib/log.h"

#define WALK_AT_ONCE (STORE_BATCH_MAX / 2) /* nodes: two requests each */

bool quota_node_fits(const struct broker *b, unsigned perms, size_t value,
		     size_t children)
{
	if (b->kind == STORE_O)
		return true; /* it has a limit of values only, for everybody */
	return QUOTA_NODE_HEAD + (size_t)QUOTA_PERM * perms + value + children <
	       QUOTA_NODE_SIZE_C;
}

bool quota_transaction(const struct broker *b)
{
	return b->stats.transactions < QUOTA_TRANSACTIONS;
}

bool quota_watch(const struct broker *b)
{
	return b->stats.watches <
	       (b->kind == STORE_C ? QUOTA_WATCHES_C : QUOTA_WATCHES_O);
}

/* ---- the nodes of the domain ---- */

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

struct walk {
	struct broker *b;
	char **todo; /* owned: paths that were not looked at yet */
	size_t count, room;
	unsigned looked, owned;
};

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

static void walk_done(struct walk *w)
{
	while (w->count > 0)
		free(w->todo[--w->count]);
	free(w->todo);
}

/* The children of @path, from a reply that stays where it is. */
static int walk_below(struct walk *w, const char *path, const struct store_reply *names)
{
	size_t at = 0;
	int r = 0;

	if (names->err < 0 || names->len == 0 || names->body[names->len - 1] != '\0')
		return 0;
	while (r == 0 && at < names->len) {
		r = walk_add(w, path, names->body + at);
		at += strlen(names->body + at) + 1;
	}
	return r;
}

/* The last few of what is to be looked at. */
static int walk_some(struct walk *w)
{
	struct store *s = &w->b->identity.store;
	char *path[WALK_AT_ONCE];
	unsigned n = 0, owner;
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

		if (r == 0 && perms->err == 0 &&
		    perms_owner(perms->body, perms->len, &owner) == 0 &&
		    owner == w->b->domid)
			w->owned++;
		if (r == 0)
			r = walk_below(w, path[i], perms + 1);
		free(path[i]);
	}
	w->looked += n;
	return r;
}

/* Its home, and where else the profile names a place to write. */
static int walk_start(struct walk *w)
{
	char home[64];
	const char *path;
	int r;

	(void)snprintf(home, sizeof(home), "/local/domain/%u", w->b->domid);
	r = walk_add(w, home, "");
	for (size_t i = 0; r == 0 && (path = rules_written(w->b->rules, i)); i++)
		if (strcmp(path, "/") != 0 && !strchr(path, '*') &&
		    !path_is_below(path, home) && !path_is_below(home, path))
			r = walk_add(w, path, "");
	return r;
}

static void count_nodes(struct broker *b)
{
	struct walk w = { .b = b };
	int r = walk_start(&w);

	while (r == 0 && w.count > 0 && w.owned <= QUOTA_NODES &&
	       w.looked < QUOTA_WALK_MOST)
		r = walk_some(&w);
	if (r == 0) {
		b->stats.nodes = w.owned;
		b->nodes_known = true;
	} else if (r != -EPIPE) { /* else the loop tells */
		log_warning("cannot count the domain's nodes: %s", strerror(-r));
	}
	b->nodes_walked_ns = b->now_ns;
	walk_done(&w);
}

bool quota_nodes_left(struct broker *b, unsigned more, unsigned *ret_left)
{
	if (!b->nodes_known || (b->stats.nodes + more > QUOTA_NODES &&
				b->now_ns - b->nodes_walked_ns >= QUOTA_WALK_NS))
		count_nodes(b);
	*ret_left =
		b->stats.nodes < QUOTA_NODES ? QUOTA_NODES - (unsigned)b->stats.nodes : 0;
	return b->nodes_known && more <= *ret_left;
}

void quota_nodes_made(struct broker *b, unsigned count)
{
	b->stats.nodes += count;
}

unsigned quota_nodes_below(struct broker *b, const char *path)
{
	struct walk w = { .b = b };
	int r = b->nodes_known ? walk_add(&w, path, "") : -ENODATA;

	while (r == 0 && w.count > 0 && w.looked < QUOTA_WALK_MOST)
		r = walk_some(&w);
	walk_done(&w);
	return w.owned;
}

void quota_nodes_removed(struct broker *b, unsigned count)
{
	b->stats.nodes -= least(b->stats.nodes, count);
}

/* ---- those made by grants ---- */

bool quota_granted_left(const struct broker *b, unsigned more)
{
	return more <= QUOTA_NODES && b->nodes_granted <= QUOTA_NODES - more;
}

void quota_granted_made(struct broker *b, unsigned count)
{
	b->nodes_granted += count;
}

void quota_granted_removed(struct broker *b)
{
	b->nodes_granted -= b->nodes_granted > 0;
}
