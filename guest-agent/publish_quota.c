/* SPDX-License-Identifier: BSD-2-Clause */
#include "guest-agent/publish_parts.h"
#include "lib/log.h"

/* A transaction holds about a thousand requests: when reading is too much beside what is
 * to be written, it comes before.  Who changes the tree meanwhile makes a new domain of
 * it, which agent_look_again() notices. */
static int read_apart(struct publisher *p)
{
	autotree struct tree have = { 0 };
	int r = publish_look(p, &have);

	if (r >= 0) {
		tree_swap(&have, &p->published);
		p->known = true;
	}
	return r;
}

/* With ever fewer keys until it fits, and not many fewer than would.  What fits is
 * published on the way. */
static int fit(struct publisher *p, const struct tree *want)
{
	size_t low = 0, high = want->count < p->limit ? want->count : p->limit;

	p->limit = p->fitted > 0 && p->fitted < high ? p->fitted : high / 2;
	while (high - low > high / 16 + 1) {
		int r = publish_transact(p, want);

		if (r < 0 && !xs_is_quota(r))
			return r;
		if (r >= 0)
			low = p->limit;
		else
			high = p->limit;
		p->limit = low + (high - low) / 2;
	}
	p->limit = p->fitted = low;
	return publish_transact(p, want);
}

static void tell_fit(const struct publisher *p, size_t asked)
{
	static struct log_limit limit = { .burst = 1, .interval_ms = 600 * 1000 };

	log_limited(&limit, LOG_LEVEL_WARNING,
		    "the store's quota has no room: the %zu least useful of %zu keys are "
		    "left out",
		    asked - p->limit, asked);
}

int publish_what_fits(struct publisher *p, const struct tree *want)
{
	int r = publish_transact(p, want);

	if (xs_is_quota(r) && !p->known) {
		r = read_apart(p);
		if (r >= 0)
			r = publish_transact(p, want);
	}
	if (xs_is_quota(r) && !xs_conn_is_dead(p->conn)) {
		r = fit(p, want);
		if (r >= 0)
			tell_fit(p, want->count);
	}
	return r;
}
