/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * metrics_table - records for people: one line each, or one in full.
 *
 * All that comes from a guest or a toolstack is escaped as log_escape() does, so that it
 * can neither forge lines nor drive a terminal; a cell too long is cut and ends in "...".
 *
 * Owns:   nothing; rows hold copies.
 */
#pragma once
#include <stddef.h>
#include <stdio.h>

#include "dom0-tools/metrics_record.h"

#define METRICS_ADDRESSES_SHOWN 8 /* in a line; how many more there are is told */

enum {
	METRICS_COLUMNS = 6,
	METRICS_CELL_MAX = 420, /* bytes: METRICS_ADDRESSES_SHOWN IPv6 addresses */
};

/* ID, NAME, OS, AGENT, FREE, ADDRESSES */
struct metrics_row {
	char cell[METRICS_COLUMNS][METRICS_CELL_MAX];
};

void metrics_row_header(struct metrics_row *ret_row);
void metrics_row_fill(struct metrics_row *ret_row, unsigned domid, const char *name,
		      const struct metrics_record *rec);
void metrics_row_gone(struct metrics_row *ret_row, unsigned domid, const char *name);
/* Columns as wide as these rows need and no narrower than usual ones need. */
void metrics_rows_print(FILE *out, const struct metrics_row *row, size_t count);

/* All of a record; @name NULL: it is of no live domain. */
void metrics_record_print(FILE *out, unsigned domid, const char *name,
			  const struct metrics_record *rec);
