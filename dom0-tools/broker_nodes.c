/* SPDX-License-Identifier: BSD-2-Clause */
#include "dom0-tools/broker_nodes.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dom0-tools/broker.h"
#include "dom0-tools/broker_tx.h"

#define OWNED	 (1U << NODES_OWNED)
#define IN_STORE 1U /* as a bit of a transaction's number */

/* ---- the list ---- */

/* FNV-1a */
static uint32_t hash(const char *path)
{
	uint32_t h = 0x811c9dc5U;

	for (; *path; path++)
		h = (h ^ (unsigned char)*path) * 0x01000193U;
	return h;
}

static size_t size_of(const struct counted *c)
{
	return sizeof(*c) + strlen(c->path) + 1;
}

static int add(struct nodes *n, const struct counted *like, const char *path, size_t len)
{
	struct counted c = *like, *p = n->list;

	if (n->count == n->room) {
		p = realloc(p, (n->room ? 2 * (size_t)n->room : 64) * sizeof(*p));
		if (!p)
			return -ENOMEM;
		n->list = p;
		n->room = n->room ? 2 * n->room : 64;
	}
	c.path = strndup(path, len);
	if (!c.path)
		return -ENOMEM;
	c.hash = hash(c.path);
	n->list[n->count++] = c;
	n->bytes += size_of(&c);
	return 0;
}

/* The last takes its place: who goes through the list goes backwards. */
static void drop(struct nodes *n, unsigned i)
{
	n->bytes -= size_of(&n->list[i]);
	free(n->list[i].path);
	n->list[i] = n->list[--n->count];
}

void nodes_done(struct nodes *n)
{
	while (n->count > 0)
		drop(n, n->count - 1);
	free(n->list);
	*n = (struct nodes){ 0 };
}

/* As the transaction sees them; 0: as they are in the store. */
static unsigned count(const struct nodes *n, unsigned number, enum nodes_kind kind)
{
	unsigned found = 0;

	for (unsigned i = 0; i < n->count; i++) {
		const struct counted *c = &n->list[i];
		bool there = c->made_in == 0 && !(number && c->gone_in >> number & 1);

		found += (c->kinds >> kind & 1) &&
			 (there || (number && c->made_in == number));
	}
	return found;
}

static void show(struct broker *b)
{
	b->stats.nodes = count(&b->nodes, 0, NODES_OWNED);
}

/* ---- what may be ---- */

int nodes_check(struct broker *b, const struct tx *tx, enum nodes_kind kind,
		unsigned more, uint64_t since_ns, unsigned *ret_left)
{
	struct nodes *n = &b->nodes;
	bool later = tx && b->kind == STORE_C; /* which counts at the end of it */
	unsigned used = count(n, tx && !later ? tx->number : 0, kind);

	*ret_left = used < NODES_MOST && !n->over[kind] && n->bytes < NODES_ROOM
			    ? NODES_MOST - used
			    : 0;
	if ((n->known || kind == NODES_GRANTED) && (later ? 1 : more) <= *ret_left)
		return 0;
	return walk_wanted(b, since_ns) ? -EINPROGRESS : -ENOSPC;
}

int nodes_tx_check(struct broker *b, const struct tx *tx, uint64_t since_ns)
{
	/* C xenstored commits no transaction to the full number */
	unsigned most = b->kind == STORE_C ? NODES_MOST - 1 : NODES_MOST;
	unsigned made = 0;
	bool fits = true;

	for (unsigned i = 0; i < b->nodes.count; i++)
		if (b->nodes.list[i].made_in == tx->number)
			made |= b->nodes.list[i].kinds;
	for (unsigned kind = 0; kind < NODES_KINDS; kind++)
		fits &= !(made >> kind & 1) || count(&b->nodes, tx->number, kind) <= most;
	if (fits)
		return 0;
	if (walk_wanted(b, since_ns))
		return -EINPROGRESS;
	/* oxenstored does all of it again, which conflicts */
	return b->kind == STORE_O ? -EAGAIN : -ENOSPC;
}

bool nodes_are_open(const struct nodes *n)
{
	return n->over[NODES_OWNED] && (n->removed_in & IN_STORE);
}

/* ---- what is done ---- */

void nodes_made(struct broker *b, const struct tx *tx, const char *path, unsigned levels,
		unsigned kinds, bool ours)
{
	const struct counted like = { .kinds = (uint8_t)kinds,
				      .always = !ours,
				      .seen = true,
				      .made_in = tx ? (uint8_t)tx->number : 0 };
	size_t len = strlen(path);
	int r = 0;

	for (; r == 0 && levels > 0; levels--) {
		r = add(&b->nodes, &like, path, len);
		while (len > 0 && path[--len] != '/')
			;
	}
	for (unsigned kind = 0; r < 0 && kind < NODES_KINDS; kind++)
		b->nodes.over[kind] |=
			kinds >> kind & 1; /* it can not be known any more */
	b->nodes.missed |= r < 0;
	show(b);
}

void nodes_removed(struct broker *b, const struct tx *tx, const char *path)
{
	struct nodes *n = &b->nodes;

	for (unsigned i = n->count; i-- > 0;) {
		struct counted *c = &n->list[i];

		if (c->made_in != (tx ? tx->number : 0) && c->made_in != 0)
			continue;
		if (!path_is_below(c->path, path))
			continue;
		if (tx && c->made_in == 0)
			c->gone_in |= 1U << tx->number;
		else
			drop(n, i);
	}
	n->removed_in |= tx ? 1U << tx->number : IN_STORE;
	show(b);
}

unsigned nodes_tx_begin(struct broker *b)
{
	for (unsigned i = 1; i <= TX_MAX; i++) {
		if (b->nodes.numbers >> i & 1)
			continue;
		b->nodes.numbers |= 1U << i;
		return i;
	}
	assert(false); /* there are as many as transactions */
	return 0;
}

void nodes_tx_end(struct broker *b, const struct tx *tx, enum nodes_end end)
{
	struct nodes *n = &b->nodes;
	uint32_t bit = 1U << tx->number;

	for (unsigned i = n->count; i-- > 0;) {
		struct counted *c = &n->list[i];
		bool mine = c->made_in == tx->number;

		if (mine ? end == NODES_UNDONE
			 : end == NODES_DONE && c->made_in == 0 && (c->gone_in & bit)) {
			drop(n, i);
			continue;
		}
		c->gone_in &= ~bit;
		if (mine) {
			c->made_in = 0;
			c->seen = true;
		}
	}
	if (end != NODES_UNDONE && (n->removed_in & bit))
		n->removed_in |= IN_STORE;
	n->removed_in &= ~bit;
	n->numbers &= ~bit;
	show(b);
}

/* ---- a walk ---- */

void nodes_walk_begin(struct nodes *n)
{
	for (unsigned i = 0; i < n->count; i++)
		n->list[i].seen = false;
	n->missed = false;
}

/* @c is for @other as well, which has its name. */
static void join(struct counted *c, const struct counted *other)
{
	c->kinds |= other->kinds;
	c->always |= other->always;
	c->gone_in &= other->gone_in;
}

/* A name is there twice when others have removed a node that clients make again. */
static struct counted *find(struct nodes *n, const char *path)
{
	struct counted *found = NULL;
	uint32_t h = hash(path);

	for (unsigned i = n->count; i-- > 0;) {
		struct counted *c = &n->list[i];

		if (c->hash != h || c->made_in != 0 || strcmp(c->path, path) != 0)
			continue;
		if (found) {
			join(c, found);
			drop(n, (unsigned)(found - n->list));
		}
		found = c;
	}
	return found;
}

void nodes_walk_found(struct nodes *n, const char *path, bool owned)
{
	const struct counted like = { .kinds = OWNED, .seen = true };
	struct counted *c = find(n, path);

	if (!c) {
		if (owned &&
		    (n->bytes >= NODES_ROOM || add(n, &like, path, strlen(path)) < 0))
			n->missed = true;
		return;
	}
	if (owned)
		c->kinds |= OWNED;
	else if (!c->always)
		c->kinds &= (uint8_t)~OWNED;
	c->seen = c->kinds != 0;
}

void nodes_walk_keep(struct nodes *n, const char *path)
{
	for (unsigned i = 0; i < n->count; i++)
		n->list[i].seen |= path_is_below(n->list[i].path, path);
}

bool nodes_walk_is_over(const struct nodes *n)
{
	unsigned found = 0;

	for (unsigned i = 0; i < n->count; i++)
		found += n->list[i].seen && n->list[i].made_in == 0 &&
			 (n->list[i].kinds & OWNED);
	return n->missed || found > NODES_MOST;
}

void nodes_walk_end(struct broker *b, bool all)
{
	struct nodes *n = &b->nodes;

	n->over[NODES_OWNED] = nodes_walk_is_over(n);
	for (unsigned i = n->count; i-- > 0;) {
		struct counted *c = &n->list[i];

		if (c->seen || c->made_in != 0)
			continue;
		if (n->over[NODES_OWNED]) /* those granted were not looked for to the end */
			c->kinds &= (uint8_t)~OWNED;
		if (n->over[NODES_OWNED] ? c->kinds == 0 : all)
			drop(n, i);
	}
	n->removed_in &= ~IN_STORE;
	n->known = true;
	show(b);
}
