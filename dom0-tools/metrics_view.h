/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * metrics_view - the part of a domain's tree that XAPI gets to see, and its two
 * questions.
 *
 * xenopsd reads some subtrees of the home, each to a depth of its own, and gives xapi a
 * flat list of path and value; xapi asks that list for values and, by a comparison of
 * strings, for the children of a directory.  What is deeper does not exist for xapi.
 *
 * Source: guest-metrics-contract 1.3 and 1.5; xapi-project/xen-api: xenops_server_xen.ml
 *         (roots, depths, quota, order), xapi_xenops.ml (lookup and list)
 * Owns:   the view owns copies of all it holds.
 * Errors: 0 or -ENOMEM.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>

#include "dom0-tools/metrics_map.h"
#include "lib/tree.h"

/* vm-guest-agent-xenstore-quota-bytes: what a guest may make xapi hold, in bytes of its
 * most wasteful encoding.  The list is cut where it is used up. */
#define METRICS_QUOTA_BYTES (25L * 1024 * 1024)

/* A subtree that xenopsd reads: @depth levels below it are listed, those one deeper are
 * still read.  @skip, if not NULL, is left out with all below it. */
struct metrics_root {
	const char *path;
	unsigned depth;
	const char *skip;
};
extern const struct metrics_root metrics_roots[];
extern const size_t metrics_roots_count;

struct metrics_view {
	struct tree seen; /* values recoded to UTF-8 */
	bool cut;	  /* the quota was used up */
};

/* @home: relative paths, values as they are in the store.  Parents that are not listed
 * exist with an empty value, as in a store. */
int metrics_view_new(const struct tree *home, struct metrics_view *ret_view);
void metrics_view_done(struct metrics_view *v);
#define autoview __attribute__((cleanup(metrics_view_done)))

/* NULL when absent. */
const struct tree_entry *metrics_view_lookup(const struct metrics_view *v,
					     const char *path);
/* Children of @dir in xapi's order: the reverse of the store's.  Every path that begins
 * with the bytes of @dir counts, so that data/service/dbproxy/x makes "proxy" a child of
 * data/service/db. */
int metrics_view_list(const struct metrics_view *v, const char *dir,
		      struct metrics_names *ret_names);
