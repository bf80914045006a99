/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * broker - what the parts of xenstore-broker's engine share: one domain's view of the store.
 *
 *	broker_loop      poll(): clients in turn, one operation each
 *	broker_session   a client: frames in, replies and events out
 *	broker_request   one request: to whom it goes, and its answer
 *	broker_ops       the operations on nodes, each checked within a transaction
 *	broker_create    a node that is not there yet
 *	broker_node      what is known of a node before it is changed, and the change
 *	broker_watch     watches, and which of their events may be told
 *	broker_access    what the domain may do with a path
 *	broker_tx        the transactions of clients, and those of single operations
 *	broker_quota     what a guest may have
 *	broker_nodes     which nodes count against a quota
 *	broker_walk      they are counted anew
 *	broker_store     a connection to the daemon
 *	broker_identity  is the domain still the one we serve?
 *	broker_connect   the other process, which connects to the daemon for this one
 *	broker_metrics   the counters' socket
 *
 * Source: docs/restricted.md
 * Owns:   see each field.
 * Errors: none: it is a struct.
 * Limits: one domain; those of each part are in its header.
 */
#pragma once
#include <stdbool.h>

#include "dom0-tools/broker_identity.h"
#include "dom0-tools/broker_limit.h"
#include "dom0-tools/broker_nodes.h"
#include "dom0-tools/broker_path.h"
#include "dom0-tools/broker_stats.h"
#include "dom0-tools/broker_store.h"
#include "dom0-tools/broker_walk.h"

struct rules;

struct broker {
	unsigned domid;
	enum store_kind kind;
	struct rules *rules;	  /* owned: what the profile allows */
	struct identity identity; /* owned: the domain */
	struct store_io io;	  /* owned: buffers of all connections */
	struct bucket bucket;	  /* of all clients together */
	struct broker_stats stats;
	struct nodes nodes; /* owned: those with a quota */
	struct walk walk;   /* owned: which is counting them */
	int connector;	    /* owned: socket to the process that connects */
	uint64_t now_ns;    /* CLOCK_MONOTONIC: of this turn of the loop */
};
