/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * oracle_excuse - the answers in which a client of the broker is known to differ from a
 * guest on its ring, each with its reason.
 * Owns:   nothing.
 * Errors: none.
 */
#pragma once
#include <stdbool.h>
#include <stdio.h>

#include "tests/broker/oracle_gen.h"
#include "tests/broker/oracle_link.h"

/* Is it known that @op has @ring's answer from the daemon ('C' or 'O') and @broker's through
 * the broker?  What is excused is counted. */
bool excuse_find(char kind, const struct op *op, const struct message *ring,
		 const struct message *broker);
/* The same for END of a transaction since whose start lists of permissions have changed
 * (@changed): then the stores are no longer alike. */
bool excuse_conflict(char kind, const struct op *op, const struct message *ring,
		     const struct message *broker, bool changed);
/* The same for what is refused on one side by the quota of nodes; after that the stores are no
 * longer alike. */
struct excuse_nodes {
	unsigned owned;	 /* by the domain, in the genuine guest's store, now */
	unsigned levels; /* that the request would make there */
	uint64_t
		removed_ms; /* ago dom0 removed the last of very many nodes of the domain */
};
bool excuse_nodes(char kind, const struct op *op, const struct message *ring,
		  const struct message *broker, const struct excuse_nodes *n);
/* Can that be it?  Then it is worth while to count. */
bool excuse_may_be_nodes(const struct op *op, const struct message *ring,
			 const struct message *broker);
/* How often each was needed. */
void excuse_print(FILE *out, char kind);
