/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/broker/oracle_guest.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "tests/broker/oracle_paths.h"

#define FULL_ONE 1000 /* WRITEs: one in so many fills its request */

/* ---- the parts of a body ---- */

static void put_bytes(struct op *op, const char *bytes, size_t len)
{
	if (len > sizeof(op->body) - op->len)
		len = sizeof(op->body) - op->len;
	memcpy(op->body + op->len, bytes, len);
	op->len += len;
}

/* With its NUL, which is there also when it is cut. */
void op_put_text(struct op *op, const char *text)
{
	put_bytes(op, text, strlen(text) + 1);
	op->body[op->len - 1] = '\0';
}

void op_put_fmt(struct op *op, const char *fmt, ...)
{
	char text[64];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	op_put_text(op, text);
}

static void put_path(struct gen *gen, struct op *op)
{
	char path[PATH_TEXT_MAX + 1];

	path_random(gen, path);
	op_put_text(op, path);
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
	op_put_text(op, gen_random(gen, 2) ? "/oracle/shut" : "data");
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
	op_put_text(op, path);
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
		op->len = 0, op_put_text(op, "data/x0");
	for (const char *p = perms_random(gen, false); *p; p += strlen(p) + 1)
		op_put_text(op, p);
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
void guest_watch(struct gen *gen, struct op *op)
{
	struct watch *w;

	op->type = XS_WATCH;
	op->settle = true;
	if (gen->watch_count > 0 && gen_random(gen, 8) == 0) {
		w = &gen->watches[watch_slot(gen, true)]; /* there is one already */
		gen->watch_at = -1;
		op_put_text(op, w->path);
		op_put_text(op, w->token);
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
	op_put_text(op, w->path);
	op_put_text(op, w->token);
	if (w->set)
		gen->watch_at = -1;
}

void guest_unwatch(struct gen *gen, struct op *op)
{
	op->type = XS_UNWATCH;
	gen->watch_at = gen->watch_count > 0 ? watch_slot(gen, true) : -1;
	if (gen->watch_at < 0 || gen_random(gen, 6) == 0) {
		gen->watch_at = -1; /* no such watch */
		put_path(gen, op);
		op_put_fmt(op, "t%u", (unsigned)gen_random(gen, gen->tokens + 2));
		return;
	}
	op_put_text(op, gen->watches[gen->watch_at].path);
	op_put_text(op, gen->watches[gen->watch_at].token);
}

static void make_start(struct gen *gen, struct op *op)
{
	op->type = XS_TRANSACTION_START;
	op_put_text(op, "");
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
		spoil(gen, op), op_put_text(op, "X");
	else if (op->slot >= 0 && gen->spoilt[op->slot])
		op_put_text(op, "F");
	else
		op_put_text(op, how < 9 ? "F" : "T");
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
		op_put_text(op, "print");
		op_put_text(op, "x");
		return;
	}
	op_put_fmt(op, "%u", gen_random(gen, 2) ? ORACLE_GUEST : ORACLE_OTHER);
	if (op->type == XS_INTRODUCE) {
		op_put_text(op, "1");
		op_put_text(op, "1");
	} else if (op->type == XS_SET_TARGET) {
		op_put_fmt(op, "%u", ORACLE_OTHER);
	}
}

static void make_part(struct gen *gen, struct op *op)
{
	static const unsigned offsets[] = { 0, 0, 0, 1, 7, 61, 122, 2048, 4000, 100000 };

	op->type = XS_DIRECTORY_PART;
	spoil(gen, op);
	put_path(gen, op);
	op_put_fmt(op, "%u",
		   offsets[gen_random(gen, sizeof(offsets) / sizeof(offsets[0]))]);
}

static void make_domain_path(struct gen *gen, struct op *op)
{
	static const unsigned domids[] = { 0, 5, 7, 9, 99, 32751, 65535 };

	op->type = XS_GET_DOMAIN_PATH;
	op->slot = TX_NONE;
	op_put_fmt(op, "%u", domids[gen_random(gen, sizeof(domids) / sizeof(domids[0]))]);
}

void guest_reset(struct gen *gen, struct op *op)
{
	(void)gen;
	op->type = XS_RESET_WATCHES;
	op->slot = TX_NONE;
	op_put_text(op, "");
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

void guest_request(struct gen *gen, struct op *op)
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
		guest_watch(gen, op);
	else if (r < 845)
		guest_unwatch(gen, op);
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
		guest_reset(gen, op);
}
