/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * broker_nodes - the nodes that count against a quota, by name.
 *
 * The daemons count nodes only for the guest itself, so they are counted here.  One list
 * has those that the domain owns in its home, which broker_walk finds, and those that
 * clients make, wherever that is and whoever owns them then.  With a name goes what is
 * below it, so the count is exact for all that clients do; what others make or remove is
 * known after the next walk.
 *
 * In a transaction of a client's a name is noted as made or removed there, and is so for
 * others at its end.  Until then nobody else has less room; at the end it must fit, as for
 * the daemons.
 *
 * Source: xenstored's and oxenstored's default of 4.17, and what is counted when, measured
 * Owns:   the list.
 * Errors: 0, -ENOSPC, -EAGAIN as the daemon answers a guest; -EINPROGRESS: they are being
 *         counted, to be asked again when walk_is_on() is not so any more.
 * Limits: NODES_MOST of each kind in the store, as many again in each transaction;
 *         NODES_ROOM bytes, which one operation may exceed.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NODES_MOST 1000
#define NODES_ROOM (8U << 20) /* bytes; usual names need a hundred thousand */

struct broker;
struct tx;

enum nodes_kind {
	NODES_OWNED,   /* the domain's, and what its clients make below others' */
	NODES_GRANTED, /* made by a profile's grants: dom0's, which no daemon counts */
	NODES_KINDS,
};

struct counted {
	char *path;	  /* owned */
	uint32_t hash;	  /* of it */
	uint8_t kinds;	  /* bits 1 << kind: what it counts as */
	bool always;	  /* NODES_OWNED: whoever owns it, since a client has made it */
	bool seen;	  /* by the walk that is on, or made since it began */
	uint8_t made_in;  /* the number of a transaction; 0: it is in the store */
	uint32_t gone_in; /* bits 1 << number: transactions that have removed it */
};

struct nodes {
	struct counted *list; /* owned */
	unsigned count, room;
	size_t bytes;	  /* of the list and its paths */
	uint32_t numbers; /* bits 1 << number: of transactions that are open */
	/* the same, of those in which a client has removed something; bit 0: it has in
	 * the store, since all were counted */
	uint32_t removed_in;
	bool known;		/* they have been counted once */
	bool over[NODES_KINDS]; /* there are more than the list has */
	bool missed;		/* by the walk that is on: the list took no more */
};

void nodes_done(struct nodes *n);

/* May @more be made, in @tx or (NULL) at once?  -ENOSPC: *ret_left could, by a count that
 * ended at @since_ns or later. */
int nodes_check(struct broker *b, const struct tx *tx, enum nodes_kind kind,
		unsigned more, uint64_t since_ns, unsigned *ret_left);
/* Have clients removed some of more than the list has?  How many are left can not be told
 * from the last count, however new it is. */
bool nodes_are_open(const struct nodes *n);
/* They were made: the lowest @levels of @path.  @kinds: bits 1 << kind; @ours: the domain
 * owns them. */
void nodes_made(struct broker *b, const struct tx *tx, const char *path, unsigned levels,
		unsigned kinds, bool ours);
/* It was removed with all that is below it. */
void nodes_removed(struct broker *b, const struct tx *tx, const char *path);

/* A transaction's number, from 1. */
unsigned nodes_tx_begin(struct broker *b);
/* May it be committed?  If not, that is by such a count. */
int nodes_tx_check(struct broker *b, const struct tx *tx, uint64_t since_ns);
enum nodes_end {
	NODES_UNDONE,
	NODES_DONE,
	NODES_MAYBE, /* what is made counts, until a walk has not seen it */
};
void nodes_tx_end(struct broker *b, const struct tx *tx, enum nodes_end end);

/* A walk begins; has found what is in the store (@owned: it is the domain's); can not look
 * below @path; has ended.  @all: it has looked at everything, else what it has not found
 * stays; @over: it has found too many of the domain's to know all. */
void nodes_walk_begin(struct nodes *n);
void nodes_walk_found(struct nodes *n, const char *path, bool owned);
void nodes_walk_keep(struct nodes *n, const char *path);
void nodes_walk_end(struct broker *b, bool all);
/* So many of the domain's were found in this one, or the list is full. */
bool nodes_walk_is_over(const struct nodes *n);
