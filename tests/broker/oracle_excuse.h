/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * oracle_excuse - the answers in which a client of the broker is known to differ from a
 * guest on its ring, each with its reason.
 * Source: the replies of both daemons of Xen 4.17, as they were met;
 *         dom0-tools/broker_ops.c for what the broker asks instead of the guest.
 * Owns:   nothing outside; how often each reason was needed is kept for excuse_print().
 * Errors: none: what no reason fits is a difference.
 * Limits: a reason is for one daemon and one pair of answers.  After those that tell so,
 *         the two stores are no longer alike and must be made so before the next
 *         comparison.
 */
#pragma once
#include <stdbool.h>
#include <stdio.h>

#include "tests/broker/oracle_gen.h"
#include "tests/broker/oracle_link.h"

/* Is it known that @op has @ring's answer from the daemon ('C' or 'O') and @broker's
 * through the broker?  What is excused is counted, here and below. */
bool excuse_find(char kind, const struct op *op, const struct message *ring,
		 const struct message *broker);
/* The same for END of a transaction since whose start lists of permissions have changed
 * (@changed).  The stores are no longer alike. */
bool excuse_conflict(char kind, const struct op *op, const struct message *ring,
		     const struct message *broker, bool changed);
/* The same for a request that is too long with its path in full.  The stores are no
 * longer alike. */
bool excuse_relative(char kind, const struct op *op, const struct message *ring,
		     const struct message *broker);

/* The same for what the quota of nodes refuses to the guest alone, whose store would have
 * that many of the domain's @with it.  The stores are no longer alike. */
bool excuse_nodes(char kind, const struct op *op, const struct message *ring,
		  const struct message *broker, unsigned with);
/* Can that be it?  Then it is worth while to count. */
bool excuse_may_be_nodes(const struct op *op, const struct message *ring,
			 const struct message *broker);
/* Can a request that was sent at @asked_ms be refused, to the broker's client alone, by a
 * count from before @lessened_ms, when dom0's last request by which the domain may have
 * fewer nodes had been answered (0: there was none)?  Then it must be done when it is
 * asked again. */
bool excuse_old_count(const struct op *op, const struct message *ring,
		      const struct message *broker, uint64_t asked_ms,
		      uint64_t lessened_ms);
/* Each reason with how often it was needed. */
void excuse_print(FILE *out, char kind);
