/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * broker_node - what is known of a node before an operation changes it, and the change.
 *
 * Source: measured on C xenstored and oxenstored 4.17
 * Owns:   nothing.
 * Errors: 0, or a negative errno as the daemon answers a guest; -EPIPE when the
 *         connection was lost, -ERESTART: do all of it again.
 * Limits: a list of ACCESS_LIST_ROOM bytes; a longer one is -E2BIG.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>

#include "dom0-tools/broker_access.h"
#include "dom0-tools/broker_ops.h"
#include "dom0-tools/broker_tx.h"

struct node {
	bool exists;
	char list[ACCESS_LIST_ROOM]; /* permissions */
	size_t list_len;
	size_t value_len, children_len; /* C xenstored only: it limits them together */
};

int node_read(struct op *op, struct scope *sc, const char *path, struct node *ret);

/* -EACCES for a node that is there. */
int node_denied(struct op *op);
/* -ENOSPC; C xenstored can not undo part of a write: the client's transaction is spoilt. */
int node_too_large(struct op *op);

/* Is the request short enough with the whole path? */
bool node_change_fits(const struct op *op);
/* The request itself, as part of a batch. */
void node_add_change(struct op *op, const struct scope *sc);
/* Runs the batch, in which the changes are the requests from @first on, and commits an own
 * transaction. */
int node_change(struct op *op, struct scope *sc, unsigned first);
