/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * broker_walk - the nodes with a quota are counted anew: the domain's home is gone through,
 * and of what clients have made elsewhere it is seen whether it is there still.
 *
 * It goes in steps of a few requests: a client that waits for it does one in its turn,
 * instead of an operation, and pays for it as for one.  So it costs others no more than
 * such a client's operations would.  What clients do meanwhile is noted in the list.
 *
 * Owns:   what is to be looked at yet.  A step uses the control connection.
 * Errors: none: one that failed is told and is over.
 * Limits: WALK_AT_ONCE nodes in a step, WALK_MOST in all; WALK_ROOM bytes of paths wait,
 *         which one list of children may exceed.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WALK_AT_ONCE  4 /* of two requests each: as much as an operation or two */
#define WALK_MOST     20000
#define WALK_ROOM     (4U << 20)    /* bytes; usual ones need some kilobytes */
#define WALK_PAUSE_NS 1000000000ULL /* a count that old is good for a single operation */

struct broker;

struct walk {
	bool on;
	bool cut;    /* not all is looked at */
	char **todo; /* owned: paths that were not looked at yet */
	unsigned count, room;
	size_t bytes; /* of these paths */
	unsigned looked;
	bool any; /* there was one, which ended at: */
	uint64_t ended_ns;
};

/* It is given up, too: nobody waits for it any more. */
void walk_done(struct walk *w);
/* Has one ended at @since_ns or later? */
static inline bool walk_has_ended(const struct walk *w, uint64_t since_ns)
{
	return w->any && w->ended_ns >= since_ns;
}
/* One that ends from @since_ns on is needed: is there none yet?  Then one is on. */
bool walk_wanted(struct broker *b, uint64_t since_ns);
static inline bool walk_is_on(const struct walk *w)
{
	return w->on;
}
/* A step of the one that is on. */
void walk_step(struct broker *b);
