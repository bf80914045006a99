/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * oracle_side - one of the two stores that the oracle compares: how the guest reaches it,
 * how dom0 does, and the numbers of the transactions there.
 * Source: tests/daemon/lib.sh for what an instance's directory holds.
 * Owns:   both links, until side_close().
 * Errors: 0 or a negative errno.
 * Limits: TX_SLOTS transactions of the guest and one of dom0 at a time.
 */
#pragma once
#include "tests/broker/oracle_gen.h"
#include "tests/broker/oracle_link.h"

struct side {
	struct link guest, dom0;
	uint32_t tx[TX_SLOTS]; /* the daemon's, or the broker's, number of a slot */
	uint32_t dom0_tx;
	struct message reply; /* to the last request */
};

/* @dir: the instance of the store.  @broker: its socket, or NULL for the guest's ring. */
int side_open(struct side *side, const char *name, const char *dir, const char *broker);
void side_close(struct side *side);
int side_send(struct side *side, const struct op *op, uint32_t req_id);
/* The number by which @op's transaction goes here. */
uint32_t side_tx(const struct side *side, const struct op *op);
/* The name of the error that @m is, or NULL. */
const char *message_error(const struct message *m);

/* dom0 makes the nodes of oracle_paths.c. */
int store_setup(struct link *dom0);
/* All nodes as dom0 sees them, with values and permissions, on both: 0 when they are the
 * same, 1 with the difference in @why.  @ret_nodes (may be NULL): how many there are. */
int sides_compare_trees(struct side *a, struct side *b, char *why, size_t size,
			unsigned *ret_nodes);
