/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * broker_quota - what a guest may have, for clients whose daemon applies no quota to them.
 *
 * Source: xenstored's and oxenstored's defaults of 4.17, measured
 * Owns:   nothing.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>

#include "dom0-tools/broker.h"

#define QUOTA_NODE_SIZE_C  2048 /* bytes of header, permissions, value and children */
#define QUOTA_NODE_HEAD	   24
#define QUOTA_PERM	   8
#define QUOTA_VALUE_O	   2048
#define QUOTA_TRANSACTIONS 11 /* 10, and the one that is asked for before it is looked */
#define QUOTA_WATCHES_C	   129
#define QUOTA_WATCHES_O	   101
#define QUOTA_NODES	   1000
#define QUOTA_TX_NODES	   1024 /* of one transaction; the daemon keeps each until its end */
#define QUOTA_WALK_NS	   1000000000ULL /* the store is walked once a second at most */
#define QUOTA_WALK_MOST	   20000	 /* nodes looked at in one walk */

/* Would a node of that many permissions and bytes be too large? */
bool quota_node_fits(const struct broker *b, unsigned perms, size_t value,
		     size_t children);
/* One more, of all clients together? */
bool quota_transaction(const struct broker *b);
bool quota_watch(const struct broker *b);

/*
 * The nodes that the domain owns, wherever its clients may write.  The daemon counts them
 * only for the guest itself, so they are counted here: by a walk over the store when the
 * first is made and when the count meets the quota, and by what clients make and remove in
 * between.  What the guest itself does shows at the next walk.
 */
/* May @more be made?  If not, *@ret_left could.  Uses the control connection. */
bool quota_nodes_left(struct broker *b, unsigned more, unsigned *ret_left);
void quota_nodes_made(struct broker *b, unsigned count);
/* How many of them are @path and below it: they are going to be removed. */
unsigned quota_nodes_below(struct broker *b, const char *path);
void quota_nodes_removed(struct broker *b, unsigned count);

/*
 * Those made by a profile's grant are dom0's, which no daemon counts: at most QUOTA_NODES of
 * them.  What is removed alone gives room again, a whole tree only what its top is.
 */
bool quota_granted_left(const struct broker *b, unsigned more);
void quota_granted_made(struct broker *b, unsigned count);
void quota_granted_removed(struct broker *b);
