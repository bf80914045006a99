/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/broker/oracle_gen.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/log.h"
#include "tests/broker/oracle_paths.h"

/* Operations: guests remove what they may, little would be left. */
#define SETUP_EVERY 1500
#define FULL_ONE    1000 /* WRITEs: one in so many fills its request */

/* splitmix64: all of a run follows from one number */
uint64_t gen_random(struct gen *gen, uint64_t below)
{
	uint64_t z = (gen->random += 0x9e3779b97f4a7c15U);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
	return (z ^ (z >> 31)) % below;
}

void gen_init(struct gen *gen, uint64_t seed)
{
	memset(gen, 0, sizeof(*gen));
	gen->random = seed;
	gen->watch_limit = 24;
	gen->watch_at = -1;
	gen->script = SCRIPT_SETUP;
	gen->until_setup = SETUP_EVERY;
}

/* ---- the parts of a body ---- */

static void put_bytes(struct op *op, const char *bytes, size_t len)
{
	if (len > sizeof(op->body) - op->len)
		len = sizeof(op->body) - op->len;
	memcpy(op->body + op->len, bytes, len);
	op->len += len;
}

/* With its NUL, which is there also when it is cut. */
static void put_text(struct op *op, const char *text)
{
	put_bytes(op, text, strlen(text) + 1);
	op->body[op->len - 1] = '\0';
}

__attribute__((format(printf, 2, 3))) static void put_fmt(struct op *op, const char *fmt,
							  ...)
{
	char text[64];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	put_text(op, text);
}

static void put_path(struct gen *gen, struct op *op)
{
	char path[PATH_TEXT_MAX + 1];

	path_random(gen, path);
	put_text(op, path);
}

static size_t value_size(struct gen *gen)
{
	switch (gen_random(gen, 10)) {
	case 0:
		return 0;
	case 1:
		return 1900 + gen_random(gen, 200);
	case 2:
		return 2000 + gen_random(gen, 60);
	case 3:
		return gen_random(gen, 300);
	default:
		return 1 + gen_random(gen, 20);
	}
}

static void put_value(struct gen *gen, struct op *op)
{
	size_t len = value_size(gen);
	bool text = gen_random(gen, 3) != 0;

	for (size_t i = 0; i < len; i++) {
		char c = (char)(text ? 'a' + gen_random(gen, 26) : gen_random(gen, 256));

		put_bytes(op, &c, 1);
	}
}

/* oxenstored makes missing parents before it finds a value too large; of the paths here,
 * only those without any are asked. */
static void keep_parents(struct gen *gen, struct op *op)
{
	size_t path = strlen(op->body) + 1, len = op->len - path;
	char value[XENSTORE_PAYLOAD_MAX];

	if (gen->kind != 'O' || len <= 2048)
		return;
	memcpy(value, op->body + path, len);
	op->len = 0;
	put_text(op, gen_random(gen, 2) ? "/oracle/shut" : "data");
	put_bytes(op, value, len);
}

/* A relative path and a value, each as long as may be: a request is full. */
static void put_full(struct op *op)
{
	char path[2047 + 1] = "data/", value[2048];

	memset(path + strlen(path), 'f', sizeof(path) - 1 - strlen(path));
	path[sizeof(path) - 1] = '\0';
	memset(value, 'v', sizeof(value));
	op->len = 0;
	put_text(op, path);
	put_bytes(op, value, sizeof(value));
}

/* ---- a guest's requests ---- */

static void choose_tx(struct gen *gen, struct op *op)
{
	if (gen_random(gen, 60) == 0) {
		op->slot = TX_UNKNOWN;
		return;
	}
	op->slot = TX_NONE;
	if (gen->open_count == 0 || gen_random(gen, 2) == 0)
		return;
	do
		op->slot = (int)gen_random(gen, TX_SLOTS);
	while (!gen->open[op->slot]);
}

/* oxenstored keeps for the replay what it cannot replay. */
static void spoil(struct gen *gen, const struct op *op)
{
	if (gen->kind == 'O' && op->slot >= 0)
		gen->spoilt[op->slot] = true;
}

static void make_set_perms(struct gen *gen, struct op *op)
{
	put_path(gen, op);
	if (memchr(op->body, '@', op->len))
		op->len = 0, put_text(op, "data/x0");
	for (const char *p = perms_random(gen, false); *p; p += strlen(p) + 1)
		put_text(op, p);
}

static int watch_slot(struct gen *gen, bool set)
{
	unsigned start = (unsigned)gen_random(gen, WATCH_SLOTS);

	for (unsigned i = 0; i < WATCH_SLOTS; i++)
		if (gen->watches[(start + i) % WATCH_SLOTS].set == set)
			return (int)((start + i) % WATCH_SLOTS);
	return -1;
}

/* A token is used once, so that the events of one watch can be told from another's. */
static void make_watch(struct gen *gen, struct op *op)
{
	struct watch *w;

	op->type = XS_WATCH;
	op->settle = true;
	if (gen->watch_count > 0 && gen_random(gen, 8) == 0) {
		w = &gen->watches[watch_slot(gen, true)]; /* there is one already */
		gen->watch_at = -1;
		put_text(op, w->path);
		put_text(op, w->token);
		return;
	}
	gen->watch_at = watch_slot(gen, false);
	if (gen->watch_at < 0)
		gen->watch_at = 0; /* none is free: it is asked for again */
	w = &gen->watches[gen->watch_at];
	if (!w->set) {
		path_random_watch(gen, w->path);
		(void)snprintf(w->token, sizeof(w->token), "t%u", gen->tokens++);
	}
	put_text(op, w->path);
	put_text(op, w->token);
	if (w->set)
		gen->watch_at = -1;
}

static void make_unwatch(struct gen *gen, struct op *op)
{
	op->type = XS_UNWATCH;
	gen->watch_at = gen->watch_count > 0 ? watch_slot(gen, true) : -1;
	if (gen->watch_at < 0 || gen_random(gen, 6) == 0) {
		gen->watch_at = -1; /* no such watch */
		put_path(gen, op);
		put_fmt(op, "t%u", (unsigned)gen_random(gen, gen->tokens + 2));
		return;
	}
	put_text(op, gen->watches[gen->watch_at].path);
	put_text(op, gen->watches[gen->watch_at].token);
}

static void make_start(struct gen *gen, struct op *op)
{
	op->type = XS_TRANSACTION_START;
	put_text(op, "");
	op->slot = TX_NONE;
	if (gen->open_count > 0 && gen_random(gen, 10) == 0)
		choose_tx(gen, op); /* nested */
	spoil(gen, op);
}

static void make_end(struct gen *gen, struct op *op)
{
	unsigned how = (unsigned)gen_random(gen, 30);

	op->type = XS_TRANSACTION_END;
	if (gen->open_count > 0 && gen_random(gen, 12) != 0)
		while (op->slot < 0)
			choose_tx(gen, op);
	if (how == 0)
		spoil(gen, op), put_text(op, "X");
	else if (op->slot >= 0 && gen->spoilt[op->slot])
		put_text(op, "F");
	else
		put_text(op, how < 9 ? "F" : "T");
}

/* What only dom0 may, and what nobody knows. */
static void make_refused(struct gen *gen, struct op *op)
{
	static const uint32_t types[] = { XS_CONTROL, XS_INTRODUCE,
					  XS_RELEASE, XS_IS_DOMAIN_INTRODUCED,
					  XS_RESUME,  XS_SET_TARGET,
					  20,	      23,
					  24,	      27,
					  128,	      65535,
					  0xffffffff, XS_WATCH_EVENT,
					  XS_ERROR };

	op->type = types[gen_random(gen, sizeof(types) / sizeof(types[0]))];
	op->slot = TX_NONE;
	if (op->type == XS_CONTROL) {
		put_text(op, "print");
		put_text(op, "x");
		return;
	}
	put_fmt(op, "%u", gen_random(gen, 2) ? ORACLE_GUEST : ORACLE_OTHER);
	if (op->type == XS_INTRODUCE) {
		put_text(op, "1");
		put_text(op, "1");
	} else if (op->type == XS_SET_TARGET) {
		put_fmt(op, "%u", ORACLE_OTHER);
	}
}

static void make_part(struct gen *gen, struct op *op)
{
	static const unsigned offsets[] = { 0, 0, 0, 1, 7, 61, 122, 2048, 4000, 100000 };

	op->type = XS_DIRECTORY_PART;
	spoil(gen, op);
	put_path(gen, op);
	put_fmt(op, "%u", offsets[gen_random(gen, sizeof(offsets) / sizeof(offsets[0]))]);
}

static void make_domain_path(struct gen *gen, struct op *op)
{
	static const unsigned domids[] = { 0, 5, 7, 9, 99, 32751, 65535 };

	op->type = XS_GET_DOMAIN_PATH;
	op->slot = TX_NONE;
	put_fmt(op, "%u", domids[gen_random(gen, sizeof(domids) / sizeof(domids[0]))]);
}

static void make_reset(struct gen *gen, struct op *op)
{
	(void)gen;
	op->type = XS_RESET_WATCHES;
	op->slot = TX_NONE;
	put_text(op, "");
}

static void make_of_path(struct gen *gen, struct op *op, uint32_t type)
{
	op->type = type;
	put_path(gen, op);
}

static void make_write(struct gen *gen, struct op *op)
{
	make_of_path(gen, op, XS_WRITE);
	put_value(gen, op);
	keep_parents(gen, op);
	if (gen_random(gen, FULL_ONE) == 0)
		put_full(op);
}

static void make_guest(struct gen *gen, struct op *op)
{
	unsigned r = (unsigned)gen_random(gen, 1000);

	choose_tx(gen, op);
	if (r < 160)
		make_of_path(gen, op, XS_READ);
	else if (r < 250)
		make_of_path(gen, op, XS_DIRECTORY);
	else if (r < 340)
		make_of_path(gen, op, XS_GET_PERMS);
	else if (r < 540)
		make_write(gen, op);
	else if (r < 610)
		make_of_path(gen, op, XS_MKDIR);
	else if (r < 680)
		make_of_path(gen, op, XS_RM);
	else if (r < 770)
		op->type = XS_SET_PERMS, make_set_perms(gen, op);
	else if (r < 820 && gen->watch_count < gen->watch_limit)
		make_watch(gen, op);
	else if (r < 845)
		make_unwatch(gen, op);
	else if (r < 890)
		make_start(gen, op);
	else if (r < 950)
		make_end(gen, op);
	else if (r < 975)
		make_part(gen, op);
	else if (r < 982)
		make_domain_path(gen, op);
	else if (r < 998)
		make_refused(gen, op);
	else
		make_reset(gen, op);
}

/* ---- dom0's ---- */

static void make_dom0_perms(struct gen *gen, struct op *op, const char *path)
{
	op->type = XS_SET_PERMS;
	put_text(op, path);
	for (const char *p = perms_random(gen, true); *p; p += strlen(p) + 1)
		put_text(op, p);
}

static void make_dom0(struct gen *gen, struct op *op)
{
	unsigned r = (unsigned)gen_random(gen, 12);

	op->dom0 = op->settle = true;
	path_random_dom0(gen, gen->dom0_path);
	if (r < 4) {
		make_dom0_perms(gen, op, gen->dom0_path);
	} else if (r < 7) {
		op->type = XS_WRITE;
		put_text(op, gen->dom0_path);
		put_fmt(op, "dom0 %u", (unsigned)gen_random(gen, 1000));
	} else if (r < 9) {
		op->type = XS_MKDIR;
		put_text(op, gen->dom0_path);
	} else if (r < 10) {
		op->type = XS_RM;
		put_text(op, gen->dom0_path);
	} else {
		gen->script = SCRIPT_DOM0_TX;
		gen->step = 0;
		op->type = XS_TRANSACTION_START;
		op->settle = false;
		put_text(op, "");
	}
}

/* ---- scripts: step after step, false at the end ---- */

static bool dom0_tx_step(struct gen *gen, struct op *op)
{
	op->dom0 = true;
	op->slot = TX_DOM0;
	switch (gen->step++) {
	case 0:
		make_dom0_perms(gen, op, gen->dom0_path);
		return true;
	case 1:
		op->type = XS_WRITE;
		put_text(op, gen->dom0_path);
		put_fmt(op, "at once %u", (unsigned)gen_random(gen, 1000));
		return true;
	case 2:
		op->type = XS_TRANSACTION_END;
		op->settle = true;
		put_text(op, "T");
		return true;
	default:
		return false;
	}
}

static bool starts_step(struct gen *gen, struct op *op)
{
	if (gen->step++ >= TX_SLOTS)
		return false;
	op->type = XS_TRANSACTION_START;
	put_text(op, "");
	return true;
}

static bool watches_step(struct gen *gen, struct op *op)
{
	if (gen->step++ >= WATCH_SLOTS)
		return false;
	make_watch(gen, op);
	op->settle = gen->step % 8 == 0;
	return true;
}

static bool nodes_step(struct gen *gen, struct op *op)
{
	unsigned n = gen->step++;

	if (n >= 1060)
		return false;
	op->type = n % 3 ? XS_MKDIR : XS_WRITE;
	put_fmt(op, "data/q%u/n%u%s", n / 40, n, n % 50 == 7 ? "/a/b" : "");
	if (n > 990 && gen_random(gen, 12) == 0) {
		op->len = 0; /* room again */
		op->type = XS_RM;
		put_fmt(op, "data/q%u", (unsigned)gen_random(gen, 25));
	}
	return true;
}

static bool children_step(struct gen *gen, struct op *op)
{
	unsigned n = gen->step++;

	if (n >= 560)
		return false;
	op->type = n % 2 ? XS_MKDIR : XS_WRITE;
	put_fmt(op, "data/kids/%03u", n);
	if (n % 100 == 99) {
		op->len = 0;
		op->type = XS_DIRECTORY;
		put_text(op, "data/kids");
	}
	return true;
}

/* First what the guest has open, then dom0's nodes. */
static bool setup_step(struct gen *gen, struct op *op)
{
	for (int i = 0; i < TX_SLOTS; i++) {
		if (!gen->open[i])
			continue;
		op->type = XS_TRANSACTION_END;
		op->slot = i;
		put_text(op, "F");
		return true;
	}
	if (gen->watch_count > 20) {
		make_reset(gen, op);
		return true;
	}
	if (gen->watch_count > 0) {
		make_unwatch(gen, op);
		return true;
	}
	op->dom0 = true;
	return setup_node(gen->step++, &op->type, op->body, &op->len);
}

static bool script_step(struct gen *gen, struct op *op)
{
	switch (gen->script) {
	case SCRIPT_SETUP:
		return setup_step(gen, op);
	case SCRIPT_WATCHES:
		return watches_step(gen, op);
	case SCRIPT_STARTS:
		return starts_step(gen, op);
	case SCRIPT_NODES:
		return nodes_step(gen, op);
	case SCRIPT_CHILDREN:
		return children_step(gen, op);
	case SCRIPT_DOM0_TX:
		return dom0_tx_step(gen, op);
	default:
		return false;
	}
}

/* Between two set-ups come random operations, each second time a burst before them. */
static enum script script_after(struct gen *gen)
{
	static const enum script bursts[] = { SCRIPT_WATCHES, SCRIPT_STARTS, SCRIPT_NODES,
					      SCRIPT_CHILDREN };
	bool fresh = gen->until_setup == SETUP_EVERY;

	if (gen->until_setup == 0) {
		gen->until_setup = SETUP_EVERY;
		return SCRIPT_SETUP;
	}
	gen->until_setup--;
	if (!fresh || gen->no_bursts || gen->set_ups++ % 2 == 0)
		return SCRIPT_NONE;
	return bursts[gen->set_ups / 2 % 4];
}

static void op_clear(struct op *op)
{
	op->dom0 = op->settle = false;
	op->slot = TX_NONE;
	op->len = 0;
	op->type = 0;
}

void gen_next(struct gen *gen, struct op *op)
{
	op_clear(op);
	if (gen->script != SCRIPT_NONE && script_step(gen, op))
		return;
	op_clear(op);
	gen->step = 0;
	gen->script = script_after(gen);
	if (gen->script != SCRIPT_NONE && script_step(gen, op))
		return;
	if (gen_random(gen, 10) == 0)
		make_dom0(gen, op);
	else
		make_guest(gen, op);
}

/* ---- what the answers tell ---- */

static void watch_answer(struct gen *gen, uint32_t type, bool good)
{
	struct watch *w;

	if (!good || gen->watch_at < 0)
		return;
	w = &gen->watches[gen->watch_at];
	if (type == XS_WATCH && !w->set)
		gen->watch_count++;
	if (type == XS_UNWATCH && w->set)
		gen->watch_count--;
	w->set = type == XS_WATCH;
}

static void all_gone(struct gen *gen)
{
	for (int i = 0; i < WATCH_SLOTS; i++)
		gen->watches[i].set = false;
	for (int i = 0; i < TX_SLOTS; i++)
		gen->open[i] = false;
	gen->watch_count = gen->open_count = 0;
}

void gen_start_anew(struct gen *gen)
{
	all_gone(gen);
	gen->script = SCRIPT_SETUP;
	gen->step = 0;
	gen->until_setup = SETUP_EVERY;
}

static int tx_opened(struct gen *gen)
{
	for (int i = 0; i < TX_SLOTS; i++) {
		if (gen->open[i])
			continue;
		gen->open[i] = true;
		gen->spoilt[i] = false;
		gen->open_count++;
		return i;
	}
	return -1;
}

int gen_answer(struct gen *gen, const struct op *op, const char *error)
{
	if (op->dom0)
		return -1;
	switch (op->type) {
	case XS_WATCH:
	case XS_UNWATCH:
		watch_answer(gen, op->type, !error);
		break;
	case XS_RESET_WATCHES:
		if (!error)
			all_gone(gen);
		break;
	case XS_TRANSACTION_START:
		return error ? -1 : tx_opened(gen);
	case XS_TRANSACTION_END:
		/* a bad argument leaves it open, a conflict does not */
		if (op->slot < 0 || (error && strcmp(error, "EINVAL") == 0))
			break;
		gen->open[op->slot] = false;
		gen->open_count--;
		break;
	default:
		break;
	}
	return -1;
}

const char *op_type_name(uint32_t type)
{
	static const char *const names[] = {
		"CONTROL",	 "DIRECTORY",	"READ",
		"GET_PERMS",	 "WATCH",	"UNWATCH",
		"START",	 "END",		"INTRODUCE",
		"RELEASE",	 "DOMAIN_PATH", "WRITE",
		"MKDIR",	 "RM",		"SET_PERMS",
		"EVENT",	 "ERROR",	"IS_INTRODUCED",
		"RESUME",	 "SET_TARGET",	"RESTRICT",
		"RESET_WATCHES", "PART",
	};

	return type < sizeof(names) / sizeof(names[0]) ? names[type] : "(unknown)";
}

void op_describe(const struct op *op, char *out, size_t size)
{
	char body[240];
	int n;

	(void)log_escape(body, sizeof(body), op->body, op->len);
	n = snprintf(out, size, "%s %s(%u) ", op->dom0 ? "dom0" : "guest",
		     op_type_name(op->type), op->type);
	if (op->slot == TX_NONE)
		(void)snprintf(out + n, size - (size_t)n, "len %zu '%s'", op->len, body);
	else
		(void)snprintf(out + n, size - (size_t)n, "tx#%d len %zu '%s'", op->slot,
			       op->len, body);
}
