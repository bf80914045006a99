/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * broker_limit - a token bucket: @rate tokens a second up to @burst.
 *
 * Integers only, in billionths of a token, so that nothing is lost or gained however long
 * it runs and however often it is asked.  One token is enough for any cost; the rest is owed
 * and paid off before anything else is had: so every cost is paid, none waits for ever, and
 * those who want little cannot keep one from it who wants much.
 *
 * Owns:   nothing.
 * Errors: none.  A clock that goes back adds nothing.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#define LIMIT_COST_OPERATION   1  /* also denied, malformed, and each retry */
#define LIMIT_COST_TRANSACTION 20 /* TRANSACTION_START: the guides' figure */
#define LIMIT_RATE	       200 /* tokens a second: what C xenstored gives all writers */
#define LIMIT_BURST	       1000 /* tokens: a qemu starts with less than 500 operations */

struct bucket {
	unsigned rate; /* tokens a second; 0: no limit */
	unsigned burst;
	int64_t level;	  /* 10^-9 tokens; below 0: debt */
	uint64_t then_ns; /* CLOCK_MONOTONIC: when @level was true */
};

/* It starts full. */
void bucket_init(struct bucket *b, unsigned rate, unsigned burst, uint64_t now_ns);
/* Takes @cost tokens if one is there. */
bool bucket_take(struct bucket *b, unsigned cost, uint64_t now_ns);
/* Takes them even if they are not there: what has been spent already, such as a retry. */
void bucket_charge(struct bucket *b, unsigned cost, uint64_t now_ns);
/* How long until bucket_take() would give them; 0: now. */
uint64_t bucket_wait_ns(const struct bucket *b, unsigned cost, uint64_t now_ns);
