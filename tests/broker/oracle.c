/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * oracle - asks two twin stores the same, one as a genuine guest on its ring, the other
 * through xenstore-broker, and stops at the first answer, event or node that differs and
 * is not explained in oracle_excuse.c.
 *
 *	oracle --kind C|O --left DIR --right DIR [--broker SOCKET] [--seed N] [--ops N]
 *	       [--inject reply|event|tree] [--no-bursts] [--keep-going] [--verbose]
 *
 * --left, --right: instances of a daemon (tests/daemon/lib.sh).  Without --broker both sides
 * are rings: the test of the oracle itself.  --inject spoils one thing on the right,
 * half-way; then the run must fail.  Only a guest's requests are counted in --ops.
 * --keep-going: where both sides refuse, but otherwise, that is listed and the run goes on.
 * Exit:   0 no difference, 1 a difference or a failure, 2 usage.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/io.h"
#include "lib/log.h"
#include "tests/broker/oracle_events.h"
#include "tests/broker/oracle_excuse.h"
#include "tests/broker/oracle_extra.h"
#include "tests/broker/oracle_gen.h"
#include "tests/broker/oracle_side.h"
#include "tests/broker/oracle_snap.h"

#define TRACE_LINES  60
#define TRACE_WIDTH  700
#define OTHER_MAX    200  /* different errors that are listed before it is enough */
#define EVENTS_EVERY 24	  /* operations between two comparisons of events */
#define TREES_EVERY  1000 /* of trees */
#define EVENTS_MS    3000 /* that the broker may be later with events than the ring */

struct options {
	char kind;
	const char *left, *right, *broker;
	uint64_t seed, ops;
	char inject; /* 'r', 'e', 't' or 0 */
	bool no_bursts, verbose, keep_going;
};

/* Answers to a guest that are counted: good ones first, then by the error. */
static const char *const answers[] = {
	"good",	  "ENOENT", "EACCES", "EINVAL", "EEXIST", "EAGAIN", "EBUSY", "ENOSPC",
	"EQUOTA", "E2BIG",  "EIO",    "ENOSYS", "EPERM",  "ENOMEM", "other",
};
#define ANSWERS (sizeof(answers) / sizeof(answers[0]))
#define TYPES	(XS_DIRECTORY_PART + 2) /* and all that is unknown */

struct oracle {
	const struct options *opt;
	struct gen gen;
	struct side left, right;
	uint32_t req_id;
	uint64_t asked; /* a guest's requests */
	uint64_t events, missed, extra, dom0;
	uint64_t changes;	       /* that may be of permissions, so far */
	uint64_t changes_at[TX_SLOTS]; /* when the transaction was opened */
	bool many;	     /* very many nodes were made, and not yet removed */
	uint64_t removed_ms; /* when dom0 removed them last */
	bool apart;	     /* the stores are no longer alike, for a known reason */
	uint64_t answered[TYPES][ANSWERS];
	unsigned nodes_most;
	char trace[TRACE_LINES][TRACE_WIDTH];
	unsigned traced;
	unsigned other_errors;
	bool injected;
	bool in_barrier; /* not counted as asked */
	bool settle;	 /* an event of the last request may be one more */
	char why[1024];
};

/* ---- what is told ---- */

static void trace(struct oracle *o, const struct op *op)
{
	char *line = o->trace[o->traced++ % TRACE_LINES];
	char text[300], left[150], right[150];

	op_describe(op, text, sizeof(text));
	(void)log_escape(left, sizeof(left), o->left.reply.body, o->left.reply.h.len);
	(void)log_escape(right, sizeof(right), o->right.reply.body, o->right.reply.h.len);
	(void)snprintf(line, TRACE_WIDTH, "%llu %s -> %s '%s'%s%s",
		       (unsigned long long)o->asked, text,
		       message_error(&o->left.reply) ? "error" : "good", left,
		       strcmp(left, right) == 0 ? "" : " right: ",
		       strcmp(left, right) == 0 ? "" : right);
	if (o->opt->verbose)
		(void)fprintf(stderr, "%s\n", line);
}

static void print_events(const struct side *side)
{
	const struct events *events = &side->guest.events;
	char text[200];

	for (size_t i = 0; i < events->count && i < 40; i++) {
		(void)log_escape(text, sizeof(text), events->list[i].body,
				 events->list[i].len);
		printf("# %s event '%s'%s\n", side->guest.name, text,
		       events->list[i].may_miss ? " (may be missed)" : "");
	}
}

static void report(const struct oracle *o)
{
	unsigned first = o->traced > TRACE_LINES ? o->traced - TRACE_LINES : 0;

	for (unsigned i = first; i < o->traced; i++)
		printf("# %s\n", o->trace[i % TRACE_LINES]);
	print_events(&o->left);
	print_events(&o->right);
	printf("# difference after %llu operations, seed %llu, kind %c: %s\n",
	       (unsigned long long)o->asked, (unsigned long long)o->opt->seed,
	       o->opt->kind, o->why);
}

static int failed(struct oracle *o, int r, const char *what)
{
	(void)snprintf(o->why, sizeof(o->why), "%s: %s", what, strerror(-r));
	return r;
}

static void count(struct oracle *o, const struct op *op)
{
	const char *error = message_error(&o->left.reply);
	size_t type = op->type < TYPES ? op->type : TYPES - 1, i = 0;

	if (op->dom0 || o->in_barrier) {
		o->dom0 += op->dom0;
		return;
	}
	if (error)
		for (i = 1; i < ANSWERS - 1 && strcmp(answers[i], error) != 0;)
			i++;
	o->answered[type][i]++;
}

static void print_counts(const struct oracle *o)
{
	for (uint32_t type = 0; type < TYPES; type++) {
		bool any = false;

		for (size_t i = 0; i < ANSWERS; i++) {
			if (o->answered[type][i] == 0)
				continue;
			if (!any)
				printf("# %s:", op_type_name(type));
			printf(" %s %llu", answers[i],
			       (unsigned long long)o->answered[type][i]);
			any = true;
		}
		if (any)
			printf("\n");
	}
}

/* ---- one operation ---- */

/* The number of the transaction comes back, or, where one makes no sense, 0 (oxenstored). */
static bool header_right(const struct side *side, const struct op *op, uint32_t req_id)
{
	const struct xsd_sockmsg *h = &side->reply.h;

	return h->req_id == req_id && (h->tx_id == side_tx(side, op) || h->tx_id == 0) &&
	       (h->type == op->type || h->type == XS_ERROR);
}

static bool headers_right(const struct oracle *o, const struct op *op)
{
	const struct xsd_sockmsg *a = &o->left.reply.h, *b = &o->right.reply.h;

	return header_right(&o->left, op, o->req_id) &&
	       header_right(&o->right, op, o->req_id) &&
	       (a->tx_id == 0) == (b->tx_id == 0);
}

static bool is_number(const struct message *m)
{
	return m->h.len > 1 && m->body[m->h.len - 1] == '\0' &&
	       strspn(m->body, "0123456789") == m->h.len - 1;
}

/* Numbers of transactions are each side's own. */
static bool both_started(const struct op *op, const struct message *a,
			 const struct message *b)
{
	return op->type == XS_TRANSACTION_START && !message_error(a) &&
	       !message_error(b) && is_number(a) && is_number(b);
}

static bool conflict(struct oracle *o, const struct op *op)
{
	bool changed = op->slot >= 0 && o->changes > o->changes_at[op->slot];

	if (!o->opt->broker || op->dom0 ||
	    (!excuse_conflict(o->opt->kind, op, &o->left.reply, &o->right.reply,
			      changed) &&
	     !excuse_relative(o->opt->kind, op, &o->left.reply, &o->right.reply)))
		return false;
	o->apart = true;
	return true;
}

/* Too many nodes for one side? */
static bool too_many(struct oracle *o, const struct op *op)
{
	struct excuse_nodes n = { .removed_ms = io_now_ms() - o->removed_ms };
	struct snap snap = { 0 };

	if (!o->opt->broker || op->dom0 ||
	    !excuse_may_be_nodes(op, &o->left.reply, &o->right.reply) ||
	    snap_take(&o->left.dom0, ORACLE_GUEST, &snap) < 0)
		return false;
	n.owned = snap_owned(&snap, ORACLE_GUEST);
	snap_free(&snap);
	if (path_missing(&o->left, op->body, &n.levels) < 0 ||
	    !excuse_nodes(o->opt->kind, op, &o->left.reply, &o->right.reply, &n))
		return false;
	o->apart = true;
	return true;
}

/* What may change lists of permissions, or which there are, outside of a transaction. */
static void count_change(struct oracle *o, const struct op *op)
{
	switch (op->type) {
	case XS_SET_PERMS:
	case XS_RM:
	case XS_MKDIR:
	case XS_WRITE:
		o->changes += op->slot == TX_NONE;
		break;
	case XS_TRANSACTION_END:
		o->changes += op->body[0] == 'T';
		break;
	default:
		break;
	}
}

static bool same_answer(struct oracle *o, const struct op *op)
{
	const struct message *a = &o->left.reply, *b = &o->right.reply;

	if (!headers_right(o, op)) {
		(void)snprintf(o->why, sizeof(o->why),
			       "header of a reply: left %u/%u/%u, right %u/%u/%u",
			       a->h.type, a->h.req_id, a->h.tx_id, b->h.type, b->h.req_id,
			       b->h.tx_id);
		return false;
	}
	if (a->h.type == b->h.type && a->h.len == b->h.len &&
	    memcmp(a->body, b->body, a->h.len) == 0)
		return true;
	if (both_started(op, a, b) || conflict(o, op) || too_many(o, op) ||
	    (o->opt->broker && !op->dom0 && excuse_find(o->opt->kind, op, a, b)))
		return true;
	(void)snprintf(o->why, sizeof(o->why), "the last answer");
	if (!o->opt->keep_going || !message_error(a) || !message_error(b))
		return false;
	printf("# other error: %s\n", o->trace[(o->traced - 1) % TRACE_LINES]);
	return o->other_errors++ < OTHER_MAX;
}

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

static void inject_reply(struct oracle *o, const struct op *op)
{
	if (o->injected || o->opt->inject != 'r' || o->asked < o->opt->ops / 2 ||
	    op->type != XS_READ || o->right.reply.h.len == 0)
		return;
	o->right.reply.body[0] ^= 1;
	o->injected = true;
}

/* What events may differ by: decided at once, before there is another change. */
static int judge(struct oracle *o, const struct op *op)
{
	bool good = !message_error(&o->left.reply) && !message_error(&o->right.reply);
	int r = events_judge(&o->left, o->opt->broker);

	if (!o->opt->broker)
		return r;
	if (r == 0)
		r = extra_after(&o->left, o->opt->kind, op, good, &o->settle);
	return r < 0 ? r : events_judge_extra(&o->right);
}

static int one(struct oracle *o, const struct op *op)
{
	bool dom0 = op->dom0;
	int r;

	o->req_id++;
	r = o->opt->broker ? extra_before(&o->left, o->opt->kind, op) : 0;
	if (r >= 0)
		r = side_send(&o->left, op, o->req_id);
	if (r >= 0)
		r = side_send(&o->right, op, o->req_id);
	if (r >= 0)
		r = link_receive_both(
			dom0 ? &o->left.dom0 : &o->left.guest, &o->left.reply,
			dom0 ? &o->right.dom0 : &o->right.guest, &o->right.reply);
	if (r < 0)
		return failed(o, r, "no answer");
	inject_reply(o, op);
	trace(o, op);
	count(o, op);
	r = judge(o, op);
	if (r < 0)
		return failed(o, r, "judging events");
	if (!same_answer(o, op))
		return 1;
	count_change(o, op);
	return 0;
}

/* ---- events and trees ---- */

/* A request that changes nothing: what happened before it has been told before its answer,
 * or is told right after it. */
static int barrier(struct oracle *o)
{
	static const char path[] = "/local/domain/5";
	struct op op = { .type = XS_READ, .slot = TX_NONE, .len = sizeof(path) };
	int r;

	memcpy(op.body, path, sizeof(path));
	o->in_barrier = true;
	r = one(o, &op);
	o->in_barrier = false;
	return r;
}

/* Both have told what there was to tell.  The broker looks at an event after the answer before
 * it, at the latest before the next. */
static int settled(struct oracle *o)
{
	int r = barrier(o);

	return r ? r : barrier(o);
}

static void inject_event(struct oracle *o)
{
	struct events *e = &o->right.guest.events;

	if (o->injected || o->opt->inject != 'e' || o->asked < o->opt->ops / 2 ||
	    e->count == 0)
		return;
	free(e->list[--e->count].body);
	o->injected = true;
}

static int late_events(struct oracle *o)
{
	uint64_t end = io_now_ms() + EVENTS_MS;
	struct message *none = &o->right.reply;
	int r;

	do {
		r = link_wait(&o->right.guest, 50);
		if (r >= 0)
			r = link_pump(&o->right.guest);
		if (r >= 0)
			r = link_take(&o->right.guest, none);
		if (r < 0)
			return failed(o, r, "waiting for events");
		r = events_judge_extra(&o->right);
		if (r < 0)
			return failed(o, r, "judging events");
		r = events_compare(&o->left, &o->right, o->why, sizeof(o->why),
				   &o->missed, &o->extra);
	} while (r == 1 && io_now_ms() < end);
	return r;
}

static int compare_events(struct oracle *o)
{
	int r = settled(o);

	if (r)
		return r;
	inject_event(o);
	r = events_compare(&o->left, &o->right, o->why, sizeof(o->why), &o->missed,
			   &o->extra);
	if (r == 1)
		r = late_events(o);
	if (r)
		return r;
	extra_forget();
	o->events += o->left.guest.events.count;
	events_clear(&o->left.guest.events);
	events_clear(&o->right.guest.events);
	return r;
}

/* dom0 changes the right store alone. */
static int inject_tree(struct oracle *o)
{
	static const char body[] = "/local/domain/7/data\0spoilt";
	int r;

	if (o->injected || o->opt->inject != 't' || o->asked < o->opt->ops / 2)
		return 0;
	o->injected = true;
	r = link_send(&o->right.dom0, XS_WRITE, 0, 0, body, sizeof(body) - 1);
	return r < 0 ? r : link_receive(&o->right.dom0, &o->right.reply);
}

static int compare_trees(struct oracle *o)
{
	unsigned nodes = 0;
	int r = inject_tree(o);

	if (r == 0)
		r = sides_compare_trees(&o->left, &o->right, o->why, sizeof(o->why),
					&nodes);
	if (nodes > o->nodes_most)
		o->nodes_most = nodes;
	return r;
}

/* ---- after a difference that is known ---- */

static int guest_gives_up(struct side *side)
{
	int r = link_send(&side->guest, XS_RESET_WATCHES, 0, 0, "", 1);

	return r < 0 ? r : link_receive(&side->guest, &side->reply);
}

/* The right store is made as the left one; what the guest had open is closed on both. */
static int join(struct oracle *o)
{
	struct snap want = { 0 }, have = { 0 };
	int r = guest_gives_up(&o->left);

	if (r == 0)
		r = guest_gives_up(&o->right);
	if (r == 0)
		r = extra_drop(&o->left);
	if (r == 0)
		r = snap_take(&o->left.dom0, ORACLE_GUEST, &want);
	if (r == 0)
		r = snap_take(&o->right.dom0, ORACLE_GUEST, &have);
	if (r == 0)
		r = snap_restore(&o->right.dom0, &want, &have);
	snap_free(&want);
	snap_free(&have);
	if (r < 0)
		return failed(o, r, "making the stores alike again");
	gen_start_anew(&o->gen);
	o->apart = false;
	r = barrier(o);
	extra_forget();
	events_clear(&o->left.guest.events);
	events_clear(&o->right.guest.events);
	return r;
}

/* ---- all of a run ---- */

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
	if (o->gen.script == SCRIPT_NODES || o->gen.script == SCRIPT_CHILDREN)
		o->many = true;
	if (o->many && op.dom0 && op.type == XS_RM) {
		o->many = o->gen.script != SCRIPT_SETUP;
		o->removed_ms = io_now_ms();
	}
	o->asked += !op.dom0;
	r = one(o, &op);
	if (r)
		return r;
	r = started(o, &op, gen_answer(&o->gen, &op, message_error(&o->left.reply)));
	if (r < 0)
		return failed(o, r, "dom0's transactions beside the guest's");
	compare = o->settle && o->gen.watch_count > 0;
	o->settle = false;
	if (o->gen.watch_count == 0)
		extra_forget();
	if (o->apart)
		return join(o);
	if ((op.settle || may_fire(o, &op)) && o->gen.watch_count > 0)
		r = settled(o);
	if (r == 0 && (compare || n % EVENTS_EVERY == 0))
		r = compare_events(o);
	if (r == 0 && n % TREES_EVERY == 0)
		r = compare_trees(o);
	return r;
}

static int run(struct oracle *o)
{
	int r = 0;

	for (unsigned n = 1; r == 0 && o->asked < o->opt->ops; n++)
		r = turn(o, n);
	if (r == 0)
		r = compare_events(o);
	if (r == 0)
		r = compare_trees(o);
	return r;
}

static int oracle(const struct options *opt)
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
		(void)failed(&o, r, "cannot connect");
	else
		r = run(&o);
	if (r)
		report(&o);
	else if (o.other_errors == 0)
		printf("# seed %llu: %llu requests of a guest and %llu of dom0, %llu "
		       "events, "
		       "at most %u nodes: no difference\n",
		       (unsigned long long)opt->seed, (unsigned long long)o.asked,
		       (unsigned long long)o.dom0, (unsigned long long)o.events,
		       o.nodes_most);
	print_counts(&o);
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

static int option(struct options *opt, int c)
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
	struct options opt = { .seed = 1, .ops = 1000 };
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
