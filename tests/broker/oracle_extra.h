/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * oracle_extra - the events that a client of the broker may get though a guest does not.
 * None of a node that cannot be seen when it comes: it or its parent must be readable
 * then, which who compares asks besides.  They are:
 *  - oxenstored judges the events of a transaction by the tree that the transaction saw:
 *    that of its start with its own changes, for what is removed that of its start.  The
 *    broker judges by the permissions of now.  So a node that the guest has changed in a
 *    transaction which is committed, where neither it nor its parent could be read in
 *    that tree.  The tree is known exactly: dom0 opens transactions with each of the
 *    guest's and repeats the guest's changes in one of them; they are never committed.
 *  - xenstored judges what a transaction has removed, and what is not there when it is
 *    committed, by permissions of its own alone, the broker, which cannot know them, by
 *    the parent's.  So a node that the guest's transaction has changed and that is gone
 *    then.
 *  - xenstored makes a guest the owner of what it makes.  Of several levels below a
 *    parent of another owner the broker makes the first by itself and sets its owner,
 *    which is an event.  So that first level.
 * Source: process_watch() and fire_single_watch() of xen.git tools/ocaml/xenstored,
 *         fire_watches() and watch_permitted() of tools/xenstore (XSA-115)
 * Owns:   dom0's transactions, until the guest's end or extra_drop().
 * Errors: 0 or a negative errno.
 * Limits: one guest, whose transactions are TX_SLOTS at most.
 */
#pragma once
#include "tests/broker/oracle_side.h"

#define ORACLE_HOME "/local/domain/5/"

/* The path of a guest's request or event, absolute. */
void path_absolute(const char *path, char *out, size_t size);
/* As the guest may see it, in dom0's transaction @tx: the node or its parent is readable.
 * @ret_exists may be NULL. */
int path_visible(struct side *side, uint32_t tx, const char *path, bool *ret_visible,
		 bool *ret_exists);

/* How many nodes are missing of @path, itself included. */
int path_missing(struct side *side, const char *path, unsigned *ret_levels);

/* @side is the genuine guest's, @kind its daemon's.  Before @op is sent; after it has
 * been answered (@good: on both sides), then @ret_more tells whether an event of it may
 * be one; after its transaction has been opened. */
int extra_before(struct side *side, char kind, const struct op *op);
int extra_after(struct side *side, char kind, const struct op *op, bool good,
		bool *ret_more);
int extra_started(struct side *side, char kind, int slot);
/* All of the guest's transactions have ended. */
int extra_drop(struct side *side);
/* May there be an event of @path (absolute) more?  Until extra_forget(). */
bool extra_allowed(const char *path);
void extra_forget(void);
