/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * oracle_snap - a store as dom0 sees it at one time, to tell later what a domain did to
 * it. The rules of permissions are written down here a second time, apart from the
 * broker's.
 * Source: xen.git docs/misc/xenstore.txt, SET_PERMS.
 * Owns:   its nodes, until snap_free().
 * Errors: 0 or a negative errno.
 * Limits: a node must fit into one request of dom0 to be restored.
 */
#pragma once
#include "tests/broker/oracle_link.h"

struct snap_node {
	char *path, *value, *perms; /* owned */
	size_t value_len, perms_len;
	bool writable; /* by the domain, itself or something above it: it may go */
	bool readable; /* itself, by the domain */
	bool checked;
};

struct snap {
	struct snap_node *list; /* owned, a parent before its children */
	size_t count, room;
};

#define SNAP_READ  1
#define SNAP_WRITE 2
/* What a GET_PERMS body lets @domid do. */
unsigned snap_rights(const char *perms, size_t len, unsigned domid);

int snap_take(struct link *dom0, unsigned domid, struct snap *ret_snap);
/* dom0 makes the store of @from as @want, of @have now. */
int snap_restore(struct link *from, const struct snap *want, const struct snap *have);
/* How many of them @domid owns. */
unsigned snap_owned(const struct snap *snap, unsigned domid);
void snap_free(struct snap *snap);
/* 0: from @before to @after only what @domid may change has changed.  1: @why says what.
 *     */
int snap_compare(const struct snap *before, struct snap *after, char *why, size_t size);
