/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * oracle - asks two twin stores the same, one as a genuine guest on its ring, the other
 * through xenstore-broker, and stops at the first answer, event or node that differs and
 * is not explained in oracle_excuse.c.
 *
 *	oracle --kind C|O --left DIR --right DIR [--broker SOCKET] [--seed N] [--ops N]
 *	       [--inject reply|event|tree] [--no-bursts] [--keep-going] [--verbose]
 *
 * --left, --right: instances of a daemon (tests/daemon/lib.sh).  Without --broker both
 * sides are rings: the test of the oracle itself.  --inject spoils one thing on the
 * right, half-way; then the run must fail.  Only a guest's requests are counted in --ops.
 * --keep-going: where both refuse, but otherwise, that is listed and the run goes on.
 * Exit:   0 no difference, 1 a difference or a failure, 2 usage.
 */
#include "tests/broker/oracle.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/io.h"
#include "tests/broker/oracle_excuse.h"
#include "tests/broker/oracle_extra.h"

#define EVENTS_EVERY 24	  /* operations between two comparisons of events */
#define TREES_EVERY  1000 /* of trees */

static int started(struct oracle *o, const struct op *op, int slot)
{
	uint32_t left = (uint32_t)strtoul(o->left.reply.body, NULL, 10);
	uint32_t right = (uint32_t)strtoul(o->right.reply.body, NULL, 10);

	if (op->type != XS_TRANSACTION_START || message_error(&o->left.reply))
		return 0;
	if (op->dom0) {
		o->left.dom0_tx = left;
		o->right.dom0_tx = right;
	} else if (slot >= 0) {
		o->changes_at[slot] = o->changes;
		o->left.tx[slot] = left;
		o->right.tx[slot] = right;
		if (o->opt->broker)
			return extra_started(&o->left, o->opt->kind, slot);
	}
	return 0;
}

/* A change that a watch may tell of: what is told is judged before there is another, for
 * both sides, also where the daemon answers first and fires then (oxenstored). */
static bool may_fire(const struct oracle *o, const struct op *op)
{
	switch (op->type) {
	case XS_WRITE:
	case XS_MKDIR:
	case XS_RM:
	case XS_SET_PERMS:
		return op->slot == TX_NONE && !message_error(&o->left.reply);
	case XS_TRANSACTION_END:
		return op->body[0] == 'T' && !message_error(&o->left.reply);
	default:
		return false;
	}
}

static int turn(struct oracle *o, unsigned n)
{
	struct op op;
	bool compare;
	int r;

	gen_next(&o->gen, &op);
	o->asked += !op.dom0;
	r = oracle_ask(o, &op);
	if (r)
		return r;
	r = started(o, &op, gen_answer(&o->gen, &op, message_error(&o->left.reply)));
	if (r < 0)
		return oracle_failed(o, r, "dom0's transactions beside the guest's");
	compare = o->settle && o->gen.watch_count > 0;
	o->settle = false;
	if (o->gen.watch_count == 0)
		extra_forget();
	if (o->apart)
		return oracle_join(o);
	if ((op.settle || may_fire(o, &op)) && o->gen.watch_count > 0)
		r = oracle_settle(o);
	if (r == 0 && (compare || n % EVENTS_EVERY == 0))
		r = oracle_compare_events(o);
	if (r == 0 && n % TREES_EVERY == 0)
		r = oracle_compare_trees(o);
	return r;
}

static int run(struct oracle *o)
{
	int r = 0;

	for (unsigned n = 1; r == 0 && o->asked < o->opt->ops; n++)
		r = turn(o, n);
	if (r == 0)
		r = oracle_compare_events(o);
	if (r == 0)
		r = oracle_compare_trees(o);
	return r;
}

static int oracle(const struct oracle_options *opt)
{
	static struct oracle o;
	int r;

	o.opt = opt;
	gen_init(&o.gen, opt->seed);
	o.gen.kind = opt->kind;
	o.gen.no_bursts = opt->no_bursts;
	r = side_open(&o.left, "left", opt->left, NULL);
	if (r >= 0)
		r = side_open(&o.right, "right", opt->right, opt->broker);
	if (r < 0)
		(void)oracle_failed(&o, r, "cannot connect");
	else
		r = run(&o);
	if (r)
		oracle_report(&o);
	else if (o.other_errors == 0)
		printf("# seed %llu: %llu requests of a guest and %llu of dom0, %llu "
		       "events, "
		       "at most %u nodes: no difference\n",
		       (unsigned long long)opt->seed, (unsigned long long)o.asked,
		       (unsigned long long)o.dom0, (unsigned long long)o.events,
		       o.nodes_most);
	oracle_print_counts(&o);
	side_close(&o.left);
	side_close(&o.right);
	if (!opt->broker)
		return r;
	printf("# explained %llu times: an event of what cannot be seen any more is held "
	       "back\n",
	       (unsigned long long)o.missed);
	printf("# explained %llu times: an event more, which oracle_extra.h tells of, of "
	       "what can be seen\n",
	       (unsigned long long)o.extra);
	excuse_print(stdout, opt->kind);
	return r ? r : o.other_errors > 0;
}

static int usage(void)
{
	(void)fprintf(
		stderr,
		"usage: oracle --kind C|O --left DIR --right DIR [--broker SOCKET]\n"
		"              [--seed N] [--ops N] [--inject reply|event|tree]\n"
		"              [--no-bursts] [--keep-going] [--verbose]\n");
	return 2;
}

static int option(struct oracle_options *opt, int c)
{
	switch (c) {
	case 'k':
		opt->kind = optarg[0];
		return optarg[0] == 'C' || optarg[0] == 'O' ? 0 : -EINVAL;
	case 'l':
		opt->left = optarg;
		return 0;
	case 'r':
		opt->right = optarg;
		return 0;
	case 'b':
		opt->broker = optarg;
		return 0;
	case 's':
		return io_parse_u64(optarg, UINT64_MAX, &opt->seed);
	case 'n':
		return io_parse_u64(optarg, UINT64_MAX, &opt->ops);
	case 'i':
		opt->inject = optarg[0];
		return strchr("ret", optarg[0]) ? 0 : -EINVAL;
	case 'q':
		opt->no_bursts = true;
		return 0;
	case 'g':
		opt->keep_going = true;
		return 0;
	case 'v':
		opt->verbose = true;
		return 0;
	default:
		return -EINVAL;
	}
}

int main(int argc, char *argv[])
{
	static const struct option longs[] = {
		{ "kind", required_argument, NULL, 'k' },
		{ "left", required_argument, NULL, 'l' },
		{ "right", required_argument, NULL, 'r' },
		{ "broker", required_argument, NULL, 'b' },
		{ "seed", required_argument, NULL, 's' },
		{ "ops", required_argument, NULL, 'n' },
		{ "inject", required_argument, NULL, 'i' },
		{ "no-bursts", no_argument, NULL, 'q' },
		{ "keep-going", no_argument, NULL, 'g' },
		{ "verbose", no_argument, NULL, 'v' },
		{ 0 },
	};
	struct oracle_options opt = { .seed = 1, .ops = 1000 };
	int c;

	if (io_reserve_std_fds() < 0)
		return 1;
	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1)
		if (option(&opt, c) < 0)
			return usage();
	if (!opt.kind || !opt.left || !opt.right || optind != argc)
		return usage();
	return oracle(&opt) != 0;
}
