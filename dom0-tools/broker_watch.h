/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * broker_watch - the watches of a client, and which of their events it may be told.
 *
 * A watch is set upstream on the same path under a token of ours.  Each event is judged when
 * it comes: the node must be readable for the domain, or its parent; of the watch's own path
 * what was known last counts, too.  One that waits for a client that takes nothing is looked
 * at again before it is told: permissions of one time do not open what came at another.
 *
 * Source: xen.git docs/misc/xenstore.txt; XSA-115
 * Limits: an event comes later than what it tells of.  A domain that owns a tree may put a
 *         node of its own where an unreadable one was, just in between, and be told a name.
 * Owns:   the watches.
 * Errors: 0 or a negative errno.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct session;
struct wire_request;

struct watch {
	char *path;	/* owned: absolute, or '@...' */
	char *token;	/* owned: the client's */
	unsigned strip; /* bytes before what the client sees: relative */
	uint32_t ours;	/* its number: the token upstream */
	bool local;	/* nothing is watched upstream */
	bool fresh;	/* its initial event, which is told unseen, is to come */
	bool readable;	/* the path, when it was last looked at */
};

struct watches {
	struct watch *watch; /* owned */
	unsigned count, room;
	uint32_t last;
	uint64_t events_lost; /* of the store's, as far as it is known here */
};

void watches_done(struct watches *w);
/* The requests. */
int watch_add(struct session *s, const struct wire_request *req);
int watch_remove(struct session *s, const struct wire_request *req);
int watch_remove_all(struct session *s);
/* On a new connection: all of them fire once. */
void watch_set_again(struct session *s);
/* Look at what has come, at most WATCH_AT_ONCE, and tell it. */
#define WATCH_AT_ONCE 16
int watch_deliver(struct session *s);
/* Judge what has come and was not told: to be called whenever something may have come, also
 * while the client takes nothing. */
void watch_judge(struct session *s);
/* The initial event of the watch that was added last, if the daemon does not send it. */
int watch_tell_initial(struct session *s);
/* The domain has ended: watches on @releaseDomain fire, where the profile says so. */
int watch_tell_release(struct session *s);
