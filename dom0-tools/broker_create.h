/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * broker_create - WRITE and MKDIR of a node that is not there: may it be made, and what is
 * missing above it, does it fit, is there room in the quotas, whose is it to be?
 *
 * Source: measured on C xenstored and oxenstored 4.17
 * Owns:   nothing.
 * Errors: 0, or a negative errno as the daemon answers a guest; -EPIPE when the
 *         connection was lost, -ERESTART, -EINPROGRESS (broker_nodes): do all of it again.
 * Limits: broker_quota, broker_nodes.
 */
#pragma once
#include <stdbool.h>

#include "dom0-tools/broker_ops.h"
#include "dom0-tools/broker_tx.h"

/* In the scope in which it was found to be missing. */
int create_node(struct op *op, struct scope *sc);
/* Is the value longer than oxenstored lets a guest's be? */
bool create_is_too_long(const struct op *op);
