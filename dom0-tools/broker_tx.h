/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * broker_tx - transactions: the clients', under numbers of ours, and the scope in which one
 * operation is checked and done.
 *
 * A scope is the client's transaction where it named one; else one of the operation's own,
 * whose start goes in the same batch as what is asked in it: the daemon counts, so the
 * number is known beforehand.  A wrong guess does no harm (the daemon knows no such
 * transaction) and is found out: -ERESTART, and the next guess is right.
 *
 * Owns:   what tells nodes apart; the daemon has the transactions.
 * Errors: 0 or a negative errno, of which -EPIPE is a lost connection.
 * Limits: TX_MAX of a client; the quotas are broker_quota's.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "dom0-tools/broker_store.h"

#define TX_MAX	 16   /* more than any quota */
#define TX_NODES 1024 /* the daemon keeps each until the end */

struct tx {
	uint32_t id;	   /* what the client calls it */
	uint32_t upstream; /* what the daemon does */
	bool lost;	   /* the daemon was started anew: END gives EAGAIN */
	bool asked;	   /* to be committed; lost over it: it may be */
	bool failed;	 /* C xenstored: a refusal by quota spoils it, END gives ENOMEM */
	unsigned looked; /* C xenstored: nodes, else operations: TX_NODES at most */
	uint64_t *seen;	 /* owned: hashes of these nodes' paths, or NULL */
	unsigned number; /* broker_nodes' */
};

struct tx_table {
	struct tx tx[TX_MAX];
	unsigned count;
	uint32_t last_id;
};

struct tx *tx_find(struct tx_table *t, uint32_t id);
/* NULL: there is no room. */
struct tx *tx_add(struct tx_table *t, uint32_t upstream);
void tx_remove(struct tx_table *t, struct tx *tx);
/* C xenstored, for a guest: @path, and what is above it as far as @up, is looked at.
 * -ENOSPC: that is too much, and the transaction is spoilt. */
int tx_look(struct tx *tx, const char *path, const char *up);

struct scope {
	struct store *store; /* borrowed */
	struct tx *tx;	     /* borrowed: the client's, NULL: own */
	uint32_t id;	     /* upstream */
	bool own;	     /* of this operation alone */
	bool open;	     /* own: it is started and not ended */
	bool starts, ends;   /* own: in the batch that is made */
};

/* @tx: the client's, or NULL. */
void scope_init(struct scope *sc, struct store *store, struct tx *tx);
/* A batch in the scope; what is added to it has @sc->id.  Returns the index of the first
 * request that the caller adds. */
unsigned scope_begin(struct scope *sc);
/* An own transaction is given up (@commit: done) by the last request of the batch. */
void scope_add_end(struct scope *sc, bool commit);
/* -ERESTART: the guess was wrong, nothing was done.  -EAGAIN: a commit that conflicts. */
int scope_run(struct scope *sc);
/* Whatever is still open of an own one is given up. */
void scope_cancel(struct scope *sc);
static inline void scope_cancelp(struct scope *sc)
{
	scope_cancel(sc);
}
#define autoscope __attribute__((cleanup(scope_cancelp)))

/* Start one for a client: its number upstream. */
int scope_start(struct store *store, uint32_t *ret_upstream);
