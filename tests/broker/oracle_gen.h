/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * oracle_gen - what the oracle asks: a stream of requests of a guest and of dom0 that
 * depends on the seed and on the answers alone, so that a run can be repeated.
 * Source: the requests of <xen/io/xs_wire.h>; what the daemons of Xen 4.17 do not survive
 *         or take for different things is left out: a missing NUL, strings too many,
 *         SET_PERMS of an '@' path, RESET_WATCHES inside a transaction, ids with zeros in
 *         front.  A transaction of oxenstored in which there was a START, a
 *         DIRECTORY_PART or a wrong END is not committed: it cannot be replayed and
 *         fails.
 * Owns:   nothing outside the struct.
 * Errors: none.
 * Limits: those below: more than a daemon lets a guest have of each.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <xen/io/xs_wire.h>

#define ORACLE_GUEST 5 /* the domain that asks */
#define ORACLE_OTHER 7 /* another that lives */
#define ORACLE_DEAD  9 /* one that has ended */

#define TX_SLOTS      13 /* the 12 that a daemon lets a guest open, and one */
#define TX_NONE	      (-1)
#define TX_UNKNOWN    (-2) /* an id that was never given */
#define TX_DOM0	      (-3) /* dom0's one transaction */
#define WATCH_SLOTS   230  /* past the 129 of xenstored */
#define PATH_TEXT_MAX 4000
#define TX_UNKNOWN_ID 0x7ffffff0U

struct op {
	bool dom0;   /* by dom0's own connection */
	bool settle; /* events it causes must have come before the next */
	uint32_t type;
	int slot; /* transaction: an index, or TX_... */
	size_t len;
	char body[XENSTORE_PAYLOAD_MAX];
};

struct watch {
	bool set;
	char path[PATH_TEXT_MAX + 1];
	char token[24];
};

enum script {
	SCRIPT_NONE,
	SCRIPT_SETUP,	 /* all ends, dom0 makes its nodes anew */
	SCRIPT_WATCHES,	 /* more watches than allowed */
	SCRIPT_STARTS,	 /* more transactions than allowed */
	SCRIPT_NODES,	 /* more nodes than allowed */
	SCRIPT_CHILDREN, /* more names in a node than allowed */
	SCRIPT_DOM0_TX,	 /* dom0 changes permissions and value at once */
};

struct gen {
	uint64_t random;
	char kind;	/* of the daemon, C or O */
	bool no_bursts; /* nothing that meets a quota */
	enum script script;
	unsigned step;	      /* of the script */
	unsigned until_setup; /* operations */
	unsigned set_ups;     /* so far */
	bool open[TX_SLOTS];
	bool spoilt[TX_SLOTS]; /* it is only given up */
	unsigned open_count;
	struct watch watches[WATCH_SLOTS];
	unsigned watch_count, watch_limit;
	int watch_at;	 /* the slot that the last WATCH or UNWATCH is of, or -1 */
	unsigned tokens; /* so far */
	char dom0_path[256];
};

void gen_init(struct gen *gen, uint64_t seed);
void gen_next(struct gen *gen, struct op *ret_op);
/* What became of the last operation, @error: NULL or the name of the error.  The slot of
 * a transaction that it opened, or -1. */
int gen_answer(struct gen *gen, const struct op *op, const char *error);
/* All that the guest has open is gone; next comes a set-up. */
void gen_start_anew(struct gen *gen);
uint64_t gen_random(struct gen *gen, uint64_t below);
const char *op_type_name(uint32_t type);
/* One line for a reader, cut at @size. */
void op_describe(const struct op *op, char *out, size_t size);
