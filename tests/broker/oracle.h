/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * oracle - the state of a run of the oracle (see oracle.c) and its parts: one request to
 * both stores, the comparison of events and trees, what a reader is told.
 * Source: tests/broker/oracle_excuse.h and oracle_extra.h for what may differ.
 * Owns:   both sides, which oracle.c opens and closes.
 * Errors: 0; 1: a difference; a negative errno: there was no comparison.  Then @why says
 *         it.
 * Limits: the last ORACLE_TRACE requests are kept for a report, each cut.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "tests/broker/oracle_gen.h"
#include "tests/broker/oracle_side.h"

#define ORACLE_TRACE	   60
#define ORACLE_TRACE_WIDTH 700
#define ORACLE_ANSWERS	   15			   /* "good", names of errors, others */
#define ORACLE_TYPES	   (XS_DIRECTORY_PART + 2) /* and all that is unknown */

struct oracle_options {
	char kind;
	const char *left, *right, *broker;
	uint64_t seed, ops;
	char inject; /* 'r', 'e', 't' or 0 */
	bool no_bursts, verbose, keep_going;
};

struct oracle {
	const struct oracle_options *opt;
	struct gen gen;
	struct side left, right;
	uint32_t req_id;
	uint64_t asked; /* a guest's requests */
	uint64_t events, missed, extra, dom0;
	uint64_t changes;	       /* that may be of permissions, so far */
	uint64_t changes_at[TX_SLOTS]; /* when the transaction was opened */
	uint64_t lessened_ms; /* when dom0 last did what may take nodes from the guest */
	bool apart;	      /* the stores are no longer alike, for a known reason */
	uint64_t answered[ORACLE_TYPES][ORACLE_ANSWERS];
	unsigned nodes_most;
	char trace[ORACLE_TRACE][ORACLE_TRACE_WIDTH];
	unsigned traced;
	unsigned other_errors;
	bool injected;
	bool in_barrier; /* not counted as asked */
	bool settle;	 /* an event of the last request may be one more */
	char why[1024];
};

/* Ask both, compare the answers, judge what events came.  @o->apart: an answer differed
 * for a known reason, and the stores are no longer alike. */
int oracle_ask(struct oracle *o, const struct op *op);
/* All that has happened has been told to both guests. */
int oracle_settle(struct oracle *o);
int oracle_compare_events(struct oracle *o);
int oracle_compare_trees(struct oracle *o);
/* The right store is made as the left one; what the guest had open is closed on both. */
int oracle_join(struct oracle *o);

/* Remembers that @what ended the run, gives back @r. */
int oracle_failed(struct oracle *o, int r, const char *what);
/* After the answers to @op: a line for the report, and the count. */
void oracle_trace(struct oracle *o, const struct op *op);
const char *oracle_last_line(const struct oracle *o);
void oracle_count(struct oracle *o, const struct op *op);
/* What led to a difference, and how often there was which answer; to stdout. */
void oracle_report(const struct oracle *o);
void oracle_print_counts(const struct oracle *o);
