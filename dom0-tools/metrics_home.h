/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * metrics_home - the record of a running domain.
 *
 * Reads what xenopsd reads of the home (metrics_view.h), and no more than about
 * METRICS_QUOTA_BYTES.  What the store or the quota does not give is left out of the
 * record and told on stderr.
 *
 * Owns:   the record belongs to the caller.
 * Errors: 0 or a negative errno, -ENXIO for a domain that is not there (any more); what
 *         failed is in xs_conn_error().
 */
#pragma once
#include <stdbool.h>

#include "dom0-tools/metrics_record.h"
#include "lib/xs.h"

/* *told: something of this domain's was told before, so that it is not told again. */
int metrics_home_record(struct xs_conn *xs, unsigned domid, bool *told,
			struct metrics_record *ret_record);
