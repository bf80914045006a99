/* SPDX-License-Identifier: BSD-2-Clause */
/* The clock is ours. */
#include <inttypes.h>
#include <limits.h>

#include "dom0-tools/broker_limit.h"
#include "tests/tap.h"

#define S  UINT64_C(1000000000)
#define MS UINT64_C(1000000)

/* Takes 1 as often as it can at that moment. */
static uint64_t drain(struct bucket *b, uint64_t now)
{
	uint64_t n = 0;

	while (bucket_take(b, 1, now))
		n++;
	return n;
}

static void test_steps(void)
{
	static const struct {
		const char *name;
		uint64_t at;
		unsigned cost;
		bool taken;
		uint64_t wait; /* before */
	} steps[] = {
		{ "full: a transaction", 0, 20, true, 0 },
		{ "the rest", 0, 30, true, 0 },
		{ "nothing is left", 0, 1, false, 5 * MS },
		{ "a nanosecond too early", 5 * MS - 1, 1, false, 1 },
		{ "in time", 5 * MS, 1, true, 0 },
		{ "and once only", 5 * MS, 1, false, 5 * MS },
		{ "20 wait for no more than one does", 5 * MS, 20, false, 5 * MS },
		{ "a clock that goes back", 0, 1, false, 5 * MS },
		{ "it was not counted twice", 5 * MS, 1, false, 5 * MS },
		{ "20 in time", 10 * MS, 20, true, 0 },
		{ "they cost 20 times as much", 10 * MS, 1, false, 100 * MS },
		{ "a nanosecond before that is paid", 110 * MS - 1, 1, false, 1 },
		{ "it is paid", 110 * MS, 1, true, 0 },
		{ "a free one", 110 * MS, 0, true, 0 },
		{ "a year later: not more than the burst", 31536000 * S, 50, true, 0 },
		{ "that was all", 31536000 * S, 1, false, 5 * MS },
	};
	struct bucket b;

	bucket_init(&b, 200, 50, 0);
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		uint64_t wait = bucket_wait_ns(&b, steps[i].cost, steps[i].at);
		bool taken = bucket_take(&b, steps[i].cost, steps[i].at);

		ok(taken == steps[i].taken && wait == steps[i].wait,
		   "%s: %d, %" PRIu64 " ns", steps[i].name, taken, wait);
	}
}

/* Whoever asks every @step ns for @seconds gets the burst and exactly rate * seconds, if
 * the bucket is never full in between. */
static void test_exact(unsigned rate, unsigned burst, uint64_t step, uint64_t seconds)
{
	struct bucket b;
	uint64_t got, now = 12345;
	uint64_t end = now + seconds * S;

	bucket_init(&b, rate, burst, now);
	got = drain(&b, now);
	while (now < end) {
		now = now + step < end ? now + step : end;
		got += drain(&b, now);
	}
	ok(got == burst + rate * seconds,
	   "%u/s, burst %u, asked every %" PRIu64 " ns for %" PRIu64 " s: %" PRIu64, rate,
	   burst, step, seconds, got);
}

static void test_debt(void)
{
	struct bucket b;

	bucket_init(&b, 10, 5, 0);
	ok(bucket_take(&b, 20, 0), "a cost over the burst is had");
	ok(bucket_wait_ns(&b, 1, 0) == 1600 * MS, "and paid: 15 owed, 1 wanted");
	ok(!bucket_take(&b, 1, 1599 * MS) && bucket_take(&b, 1, 1600 * MS),
	   "to the millisecond");
	ok(bucket_wait_ns(&b, 20, 1600 * MS) == 100 * MS, "the next waits for one, too");
	bucket_init(&b, 10, 5, 0);
	bucket_charge(&b, 7, 0);
	ok(bucket_wait_ns(&b, 1, 0) == 300 * MS, "what was charged is owed");
	for (int i = 0; i < 8; i++)
		bucket_charge(&b, UINT_MAX, 0);
	ok(b.level == INT64_MIN && bucket_wait_ns(&b, 1, 0) > 0,
	   "a debt without measure stays one");
	(void)bucket_take(&b, 1, 1000 * S);
	ok(b.level == INT64_MIN + (int64_t)(10000 * S), "and is paid off");
}

/* One takes each token as it comes, the other wants 20 at once and is asked in turn. */
static void test_starved(void)
{
	struct bucket b;
	uint64_t now = 0, others = 0;
	bool got = false;

	bucket_init(&b, 200, 1000, now);
	others = drain(&b, now);
	while (!got && now < 10 * S) {
		now += MS;
		got = bucket_take(&b, 20, now);
		if (!got)
			others += drain(&b, now);
	}
	ok(got && now == 5 * MS && others == 1000,
	   "who wants 20 has its turn beside who takes each: after %" PRIu64 " ns", now);
}

static void test_extremes(void)
{
	struct bucket b;

	bucket_init(&b, 0, 0, 0);
	ok(bucket_take(&b, UINT_MAX, 0) && bucket_wait_ns(&b, UINT_MAX, 0) == 0,
	   "rate 0 is no limit");
	bucket_charge(&b, UINT_MAX, 0);
	ok(bucket_take(&b, 1, 0), "nor does it keep accounts");
	bucket_init(&b, UINT_MAX, UINT_MAX, 0);
	ok(bucket_take(&b, UINT_MAX, 0) && !bucket_take(&b, 1, 0) &&
		   bucket_take(&b, UINT_MAX, 1) && !bucket_take(&b, 1, S) &&
		   bucket_take(&b, 1, S + 1),
	   "the largest rate and burst");
	ok(bucket_take(&b, UINT_MAX, UINT64_MAX), "at the end of time");
	bucket_init(&b, 7, 1, 0);
	(void)bucket_take(&b, 1, 0);
	ok(bucket_wait_ns(&b, 1, 0) == 142857143 && !bucket_take(&b, 1, 142857142) &&
		   bucket_take(&b, 1, 142857143),
	   "a wait is rounded up");
	bucket_init(&b, 1, 0, 0);
	ok(bucket_take(&b, 1, 0) && !bucket_take(&b, 1, S - 1) && bucket_take(&b, 1, S),
	   "burst 0: one at a time");
}

int main(void)
{
	test_steps();
	test_exact(200, 1000, 1 * MS, 60);
	test_exact(200, 1000, 7 * MS + 13, 60);
	test_exact(7, 10, 333333333, 3600);
	test_exact(3, 2, 1000003, 100);
	test_exact(1000003, 1000, 99991, 1);
	test_exact(200, 1000, 3 * S + 1, 259200); /* three days */
	test_debt();
	test_starved();
	test_extremes();
	return tap_done();
}
