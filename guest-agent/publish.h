/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * publish - make the guest's xenstore equal to a wanted tree.
 *
 * One transaction per change.  What is published is remembered, so that an unchanged
 * value is never written again and nothing changed costs no request; after
 * publish_forget() (a start, a resume, a failure) it is unknown and is read first, which
 * also finds stale keys of an earlier run.
 * A key that the store refuses (EACCES, E2BIG) is passed over, the rest is published.
 * Where the store's quota has no room for all keys, as many are published as it takes, the
 * most useful ones (schema_rank()).  Nothing outside schema_own is touched.
 * Owns:   the connection given to publish_init().
 * Errors: 0; PUBLISH_REFUSED: all but some keys, worth another try later; a negative
 *         errno: nothing was changed.
 */
#pragma once
#include <stdint.h>

#include "lib/tree.h"
#include "lib/xs.h"

#define PUBLISH_REFUSED 1
#define PUBLISH_ALL	SIZE_MAX

struct publisher {
	struct xs_conn *conn; /* owned */
	bool known;	      /* @published is what the store holds */
	struct tree published;
	struct tree refused; /* paths not to be tried again until publish_forget() */
	struct tree foreign; /* what others wrote beside our keys, to be left as it is */
	size_t limit;	     /* keys that the quota takes, PUBLISH_ALL: it has room */
	size_t fitted;	     /* the last such limit, 0: there was none */
};

void publish_init(struct publisher *p, struct xs_conn *conn);
void publish_done(struct publisher *p);
int publish(struct publisher *p, const struct tree *want);
void publish_forget(struct publisher *p);
/* Is what was published still there?  One read: a new domain begins with an empty tree,
 * and SCHEMA_PROBE_KEY is written with all the rest. */
bool publish_is_intact(struct publisher *p);
