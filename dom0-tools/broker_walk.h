/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * broker_walk - the nodes with a quota are counted anew: the domain's home is gone through,
 * and of what clients have made elsewhere it is seen whether it is there still.
 *
 * It goes in steps, each a few requests and paid like an operation, with turns of clients
 * in between; what clients do meanwhile is noted in the list.
 *
 * Owns:   what is to be looked at yet.  A step uses the control connection.
 * Errors: none: one that failed is told and is over.
 * Limits: WALK_AT_ONCE nodes in a step, WALK_MOST in all; begun WALK_PAUSE_NS after the one
 *         before at the soonest.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#define WALK_AT_ONCE  4 /* of two requests each: as much as an operation or two */
#define WALK_MOST     20000
#define WALK_PAUSE_NS 1000000000ULL

struct broker;

struct walk {
	bool on;
	bool cut;    /* not all is looked at */
	char **todo; /* owned: paths that were not looked at yet */
	unsigned count, room;
	unsigned looked;
	bool any; /* there was one, which ended at: */
	uint64_t ended_ns;
};

void walk_done(struct walk *w);
/* The count is not good enough: begin one.  False: the last one was just now, and that is
 * good enough unless @fresh. */
bool walk_wanted(struct broker *b, bool fresh);
static inline bool walk_is_on(const struct walk *w)
{
	return w->on;
}
/* A step of the one that is on. */
void walk_step(struct broker *b);
