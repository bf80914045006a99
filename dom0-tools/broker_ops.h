/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * broker_ops - the operations on nodes, as the broker's domain may do them.
 *
 * Each is checked in the transaction it is done in: the client's, or one of its own that
 * is committed with it, so that a permission taken away in between makes the commit fail;
 * then all is done again.
 *
 * Source: xen.git docs/misc/xenstore.txt; measured on C xenstored and oxenstored 4.17
 * Owns:   nothing; a reply is valid until the next batch on any connection.
 * Errors: 0, or a negative errno as the daemon answers a guest; -EPIPE when the
 *         connection was lost meanwhile, -ERESTART, -EINPROGRESS (broker_nodes): to be done
 *         again.
 * Limits: OPS_TRIES commits, then -EAGAIN.
 */
#pragma once
#include "dom0-tools/broker.h"
#include "dom0-tools/broker_tx.h"
#include "dom0-tools/broker_wire.h"

#define OPS_TRIES 8 /* conflicts one after the other: someone is always faster */

struct op {
	struct broker *b;
	struct store *store;		/* borrowed: the client's connection */
	struct tx *tx;			/* borrowed: the client's transaction, or NULL */
	const struct wire_request *req; /* borrowed */
	char path[PATH_ROOM];		/* what it names, absolute */
	const char *value;		/* borrowed: what is sent behind the path */
	size_t value_len;
	uint64_t counted_ns;	     /* a count of nodes that ended then is not too old */
	char list[WIRE_PAYLOAD_MAX]; /* SET_PERMS: that, as it was understood */
	const char *body;	     /* of the reply */
	size_t len;
};

/* READ, DIRECTORY, DIRECTORY_PART, GET_PERMS, WRITE, MKDIR, RM, SET_PERMS. */
int ops_run(struct op *op);
