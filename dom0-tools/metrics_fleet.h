/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * metrics_fleet - the guests' records, kept current by the paths that a watch reports.
 *
 * Only what a reported path can have changed is read again: the list of guests, or the
 * tree of one guest when the path is in (or above) what the record is made of.
 *
 * Owns:   the fleet owns its guests; the connection is borrowed.
 * Errors: 0 or a negative errno; what failed in the store is in xs_conn_error().  What
 *         fails for one guest alone is logged once, and the guest stays as it was.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>

#include "dom0-tools/metrics_record.h"
#include "lib/xs.h"

struct metrics_guest {
	unsigned domid;
	char *name; /* owned */
	struct metrics_record record;
	char *shown; /* owned; what was printed last, for the caller's use; may be NULL */
	bool stale;  /* the tree must be read again */
	bool changed; /* was read again, or is gone, since the caller looked */
	bool gone;    /* removed by the next metrics_fleet_refresh() */
	bool told;    /* what could not be read of it is in the log */
};

struct metrics_fleet {
	struct metrics_guest *guest; /* by domid */
	size_t count;
	bool stale;	       /* the list of guests must be read again */
	unsigned only_domid;   /* 0: any */
	const char *only_name; /* borrowed; NULL: any */
};

/* Zero-initialise, then choose whom to follow, if not all. */
void metrics_fleet_done(struct metrics_fleet *f);
#define autofleet __attribute__((cleanup(metrics_fleet_done)))

/* @path changed, as watched at /local/domain. */
void metrics_fleet_note(struct metrics_fleet *f, const char *path);
/* Read what was noted. */
int metrics_fleet_refresh(struct metrics_fleet *f, struct xs_conn *xs);
