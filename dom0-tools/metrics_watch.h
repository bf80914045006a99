/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * metrics_watch - `guest-metrics --watch`: shows records whenever they change.
 *
 * On a terminal the screen is drawn anew; otherwise, and always as JSON, what changed is
 * appended, and only if it reads differently from before.  One xenstore watch wakes it,
 * nothing else does.
 *
 * Owns:   nothing after it returns.
 * Errors: 0: SIGINT or SIGTERM.  Negative errno, logged: -EPIPE when stdout takes no more
 *         (not logged when its reader has gone: that is how `| head` ends), any other is
 *         the store's.
 */
#pragma once
#include <stdbool.h>

#include "dom0-tools/metrics_fleet.h"

/* Guests that change without pause are shown at their end of each such interval. */
#define METRICS_WATCH_PAUSE_MS 50

struct metrics_watch_options {
	bool json; /* one object per line */
	bool full; /* whole records instead of a table */
};

/* @fleet: whom to follow. */
int metrics_watch(struct xs_conn *xs, struct metrics_fleet *fleet,
		  const struct metrics_watch_options *opt);
