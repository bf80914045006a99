/* SPDX-License-Identifier: BSD-2-Clause */
/* One client that always asks for more than its bucket holds, and counts what it got. */
#include "tests/bench/broker_load.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/io.h"

#define COST_START  20
#define ROUND_READS 29 /* then a transaction: START 20, END 1 */
#define SECONDS_MIN 3 /* until the bucket's first filling is used up, on a slow machine */

/* An operation is served when there is one token; of a START the others may be owed.  So
 * before each the tokens that were had, and one, are at most what the bucket can have
 * given since the first request, and close to it when no token was lost. */
struct account {
	uint64_t start_ns, rate, burst;
	uint64_t taken;
	double most;	   /* that was had beyond the bucket's */
	double best, last; /* the same in this second, in the one before */
	uint64_t second_ns;
};

static void account(struct account *a, unsigned cost)
{
	uint64_t now = now_ns();
	double given = (double)a->burst +
		       (double)a->rate * (double)(now - a->start_ns) / (double)SECOND_NS;
	double over = (double)a->taken + 1 - given;

	a->taken += cost;
	if (over > a->most)
		a->most = over;
	if (now - a->second_ns > SECOND_NS) {
		a->second_ns = now;
		a->last = a->best;
		a->best = over;
	} else if (over > a->best) {
		a->best = over;
	}
}

static void ask(struct link *l, struct account *a, unsigned cost, uint32_t type,
		uint32_t tx, const char *text)
{
	if (!link_send(l, type, 1, tx, text, strlen(text) + 1))
		die("a socket that is empty is full");
	link_wait(l);
	account(a, cost);
}

static void round_of_requests(struct link *l, struct account *a, const char *path)
{
	uint64_t id;

	for (int i = 0; i < ROUND_READS; i++) {
		ask(l, a, 1, XS_READ, 0, path);
		link_next(l);
	}
	ask(l, a, COST_START, XS_TRANSACTION_START, 0, "");
	if (io_parse_u64((const char *)l->in + sizeof(struct xsd_sockmsg), UINT32_MAX,
			 &id) < 0) {
		errno = EBADMSG;
		die("transaction id");
	}
	link_next(l);
	ask(l, a, 1, XS_TRANSACTION_END, (uint32_t)id, "F");
	link_next(l);
}

/* tokens SOCKET PATH SECONDS RATE BURST : a bucket that nobody else takes from */
int tokens_main(char *argv[])
{
	static struct link l;
	struct account a = { .most = -1e9, .best = -1e9, .last = -1e9 };
	uint64_t seconds;

	if (io_parse_u64(argv[2], 3600, &seconds) < 0 || seconds < SECONDS_MIN ||
	    io_parse_u64(argv[3], 1000000, &a.rate) < 0 ||
	    io_parse_u64(argv[4], 1000000, &a.burst) < 0)
		return 2;
	link_open(&l, argv[0]);
	a.start_ns = a.second_ns = now_ns();
	while (now_ns() - a.start_ns < seconds * SECOND_NS)
		round_of_requests(&l, &a, argv[1]);
	link_close(&l);
	printf("tokens taken %llu over %.2f short %.2f\n", (unsigned long long)a.taken,
	       a.most, -(a.best > a.last ? a.best : a.last));
	return 0;
}
