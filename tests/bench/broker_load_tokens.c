/* SPDX-License-Identifier: BSD-2-Clause */
/* One client that always asks for more than its bucket holds, and counts what it got. */
#include "tests/bench/broker_load.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/io.h"

#define COST_START  20
#define ROUND_READS 29		     /* then a transaction: START 20, END 1 */
#define WARM_UP_NS  (10 * SECOND_NS) /* by then the bucket's first filling is used up */

/* What was had minus what the bucket can have given since the first request: never above
 * 0 but for the clock of the one who asks, and close below 0 when no token was lost. */
struct account {
	uint64_t start_ns, rate, burst;
	uint64_t taken;
	double most, last_best; /* over all; best of the last second */
	uint64_t last_ns;
};

static void account(struct account *a, unsigned cost)
{
	uint64_t now = now_ns();
	double given = (double)a->burst +
		       (double)a->rate * (double)(now - a->start_ns) / (double)SECOND_NS;
	double diff;

	a->taken += cost;
	diff = (double)a->taken - given;
	if (diff > a->most)
		a->most = diff;
	if (now - a->start_ns < WARM_UP_NS)
		return;
	if (now - a->last_ns > SECOND_NS) {
		a->last_ns = now;
		a->last_best = diff;
	} else if (diff > a->last_best) {
		a->last_best = diff;
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
	struct account a = { .most = -1e9, .last_best = -1e9 };
	uint64_t seconds;

	if (io_parse_u64(argv[2], 3600, &seconds) < 0 || seconds < 12 ||
	    io_parse_u64(argv[3], 1000000, &a.rate) < 0 ||
	    io_parse_u64(argv[4], 1000000, &a.burst) < 0)
		return 2;
	link_open(&l, argv[0]);
	a.start_ns = now_ns();
	while (now_ns() - a.start_ns < seconds * SECOND_NS)
		round_of_requests(&l, &a, argv[1]);
	link_close(&l);
	printf("tokens taken %llu over %.2f short %.2f\n", (unsigned long long)a.taken,
	       a.most, -a.last_best);
	return 0;
}
