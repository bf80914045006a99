/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * broker_nodes - how many nodes there are of the two kinds that have a quota.
 *
 * The daemons count nodes only for the guest itself, so they are counted here: what clients
 * make, and by a walk over the store what is there.  Of what is removed only the topmost is
 * known, and nothing of what others remove; so a count may be too high, but never too low
 * by what clients do.  When it meets the quota the store is walked: once a second at most,
 * or sooner where something was removed and as many nodes were made since the last walk as
 * that has looked at, so that no client makes others pay more than it has paid itself.
 *
 * In a client's transaction what is made counts at once, what is removed when it is done.
 *
 * Source: xenstored's and oxenstored's default of 4.17, measured
 * Owns:   nothing; a walk uses the control connection.
 * Errors: none: a walk that failed is told, and without a first one nothing can be made.
 * Limits: NODES_MOST of each kind; NODES_WALK_MOST looked at in one walk.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#define NODES_MOST	1000
#define NODES_WALK_NS	1000000000ULL
#define NODES_WALK_MOST 20000

struct broker;
struct tx;

enum nodes_kind {
	NODES_OWNED, /* the domain's, in its home and where else its clients may write */
	NODES_GRANTED, /* made by a profile's grants: dom0's, which no daemon counts */
	NODES_KINDS,
};

struct nodes {
	bool known;	    /* owned: they have been counted */
	bool stale;	    /* some were removed that are counted still */
	unsigned there;	    /* in the store, or less */
	unsigned open;	    /* made in transactions that are open */
	unsigned made;	    /* since the last walk */
	unsigned looked;    /* at so many, in the last walk */
	uint64_t walked_ns; /* when that was */
};

/* May @more be made?  If not, *@ret_left could. */
bool nodes_left(struct broker *b, enum nodes_kind kind, unsigned more,
		unsigned *ret_left);
/* @tx: the client's transaction in which it was done, or NULL. */
void nodes_made(struct broker *b, struct tx *tx, enum nodes_kind kind, unsigned count);
/* One was removed that counts as @kinds (bits 1 << kind), and all below it: @leaf: none. */
void nodes_removed(struct broker *b, struct tx *tx, unsigned kinds, bool leaf);
/* The transaction has ended; @done: what it changed was done, or may be. */
void nodes_tx_ended(struct broker *b, const struct tx *tx, bool done);
