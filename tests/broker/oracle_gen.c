/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/broker/oracle_gen.h"

#include <stdio.h>
#include <string.h>

#include "lib/log.h"
#include "tests/broker/oracle_guest.h"
#include "tests/broker/oracle_paths.h"

/* Operations: guests remove what they may, little would be left. */
#define SETUP_EVERY 1500

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

/* ---- dom0's ---- */

static void make_dom0_perms(struct gen *gen, struct op *op, const char *path)
{
	op->type = XS_SET_PERMS;
	op_put_text(op, path);
	for (const char *p = perms_random(gen, true); *p; p += strlen(p) + 1)
		op_put_text(op, p);
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
		op_put_text(op, gen->dom0_path);
		op_put_fmt(op, "dom0 %u", (unsigned)gen_random(gen, 1000));
	} else if (r < 9) {
		op->type = XS_MKDIR;
		op_put_text(op, gen->dom0_path);
	} else if (r < 10) {
		op->type = XS_RM;
		op_put_text(op, gen->dom0_path);
	} else {
		gen->script = SCRIPT_DOM0_TX;
		gen->step = 0;
		op->type = XS_TRANSACTION_START;
		op->settle = false;
		op_put_text(op, "");
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
		op_put_text(op, gen->dom0_path);
		op_put_fmt(op, "at once %u", (unsigned)gen_random(gen, 1000));
		return true;
	case 2:
		op->type = XS_TRANSACTION_END;
		op->settle = true;
		op_put_text(op, "T");
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
	op_put_text(op, "");
	return true;
}

static bool watches_step(struct gen *gen, struct op *op)
{
	if (gen->step++ >= WATCH_SLOTS)
		return false;
	guest_watch(gen, op);
	op->settle = gen->step % 8 == 0;
	return true;
}

static bool nodes_step(struct gen *gen, struct op *op)
{
	unsigned n = gen->step++;

	if (n >= 1060)
		return false;
	op->type = n % 3 ? XS_MKDIR : XS_WRITE;
	op_put_fmt(op, "data/q%u/n%u%s", n / 40, n, n % 50 == 7 ? "/a/b" : "");
	if (n > 990 && gen_random(gen, 12) == 0) {
		op->len = 0; /* room again */
		op->type = XS_RM;
		op_put_fmt(op, "data/q%u", (unsigned)gen_random(gen, 25));
	}
	return true;
}

static bool children_step(struct gen *gen, struct op *op)
{
	unsigned n = gen->step++;

	if (n >= 560)
		return false;
	op->type = n % 2 ? XS_MKDIR : XS_WRITE;
	op_put_fmt(op, "data/kids/%03u", n);
	if (n % 100 == 99) {
		op->len = 0;
		op->type = XS_DIRECTORY;
		op_put_text(op, "data/kids");
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
		op_put_text(op, "F");
		return true;
	}
	if (gen->watch_count > 20) {
		guest_reset(gen, op);
		return true;
	}
	if (gen->watch_count > 0) {
		guest_unwatch(gen, op);
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
		guest_request(gen, op);
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
