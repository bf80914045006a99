/* SPDX-License-Identifier: BSD-2-Clause */
#include "dom0-tools/broker_limit.h"

#define TOKEN INT64_C(1000000000) /* a nanosecond at one token a second */

void bucket_init(struct bucket *b, unsigned rate, unsigned burst, uint64_t now_ns)
{
	*b = (struct bucket){
		.rate = rate,
		.burst = burst,
		.level = burst * TOKEN,
		.then_ns = now_ns,
	};
}

/* Nanoseconds until the level is @want, rounded up; the rate is not 0. */
static uint64_t time_to(const struct bucket *b, int64_t want)
{
	uint64_t missing;

	if (b->level >= want)
		return 0;
	/* as unsigned: the difference may be more than an int64_t takes */
	missing = (uint64_t)want - (uint64_t)b->level;
	return missing / b->rate + (missing % b->rate != 0);
}

/* @b as it is at @now_ns. */
static struct bucket filled(const struct bucket *b, uint64_t now_ns)
{
	struct bucket f = *b;
	uint64_t passed;

	if (now_ns <= b->then_ns || b->rate == 0)
		return f;
	passed = now_ns - b->then_ns;
	/* asked as a time, since the product could be over 64 bits */
	if (passed >= time_to(b, b->burst * TOKEN))
		f.level = b->burst * TOKEN;
	else
		f.level = (int64_t)((uint64_t)f.level + passed * b->rate);
	f.then_ns = now_ns;
	return f;
}

/* The level that gives @cost: one token, the rest may be owed.  If it had to be there at
 * once, whoever takes each token as it comes would keep others from a cost of many. */
static int64_t needed(const struct bucket *b, unsigned cost)
{
	return cost > 0 && b->burst > 0 ? TOKEN : 0;
}

bool bucket_take(struct bucket *b, unsigned cost, uint64_t now_ns)
{
	if (b->rate == 0)
		return true;
	*b = filled(b, now_ns);
	if (b->level < needed(b, cost))
		return false;
	b->level -= cost * TOKEN;
	return true;
}

void bucket_charge(struct bucket *b, unsigned cost, uint64_t now_ns)
{
	if (b->rate == 0)
		return;
	*b = filled(b, now_ns);
	if (__builtin_sub_overflow(b->level, cost * TOKEN, &b->level))
		b->level = INT64_MIN; /* a debt of 290 years at the default rate */
}

uint64_t bucket_wait_ns(const struct bucket *b, unsigned cost, uint64_t now_ns)
{
	struct bucket f;

	if (b->rate == 0)
		return 0;
	f = filled(b, now_ns);
	return time_to(&f, needed(&f, cost));
}
