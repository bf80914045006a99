/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/broker/oracle.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "lib/io.h"
#include "tests/broker/oracle_events.h"
#include "tests/broker/oracle_excuse.h"
#include "tests/broker/oracle_extra.h"
#include "tests/broker/oracle_snap.h"

#define OTHER_MAX    200 /* different errors that are listed before it is enough */
#define ASK_AGAIN_MS 50	 /* between two requests for what a new count will allow */

/* The number of the transaction comes back, or 0 where none makes sense (oxenstored). */
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

/* Too many nodes for the ring? */
static bool too_many(struct oracle *o, const struct op *op)
{
	struct snap snap = { 0 };
	unsigned owned, levels;

	if (!o->opt->broker || op->dom0 ||
	    !excuse_may_be_nodes(op, &o->left.reply, &o->right.reply) ||
	    snap_take(&o->left.dom0, ORACLE_GUEST, &snap) < 0)
		return false;
	owned = snap_owned(&snap, ORACLE_GUEST);
	snap_free(&snap);
	if (path_missing(&o->left, op->body, &levels) < 0 ||
	    !excuse_nodes(o->opt->kind, op, &o->left.reply, &o->right.reply,
			  owned + levels))
		return false;
	o->apart = true;
	return true;
}

/* What the broker refuses by a count from before dom0 removed nodes it must do once that
 * count is too old.  Both stores are alike then. */
static int ask_again(struct oracle *o, const struct op *op, uint64_t asked_ms)
{
	int r = 0;

	if (!o->opt->broker || op->dom0)
		return 0;
	while (r == 0 && excuse_old_count(op, &o->left.reply, &o->right.reply, asked_ms,
					  o->lessened_ms)) {
		(void)poll(NULL, 0, ASK_AGAIN_MS); /* or shorter */
		asked_ms = io_now_ms();
		r = side_send(&o->right, op, o->req_id);
		if (r == 0)
			r = link_receive(&o->right.guest, &o->right.reply);
	}
	return r;
}

/* After what dom0 has done: was it that? */
static void note_lessened(struct oracle *o, const struct op *op)
{
	if (op->dom0 && (op->type == XS_RM || op->type == XS_SET_PERMS ||
			 op->type == XS_TRANSACTION_END))
		o->lessened_ms = io_now_ms();
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
	printf("# other error: %s\n", oracle_last_line(o));
	return o->other_errors++ < OTHER_MAX;
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

int oracle_ask(struct oracle *o, const struct op *op)
{
	bool dom0 = op->dom0;
	uint64_t asked_ms;
	int r;

	o->req_id++;
	r = o->opt->broker ? extra_before(&o->left, o->opt->kind, op) : 0;
	asked_ms = io_now_ms();
	if (r >= 0)
		r = side_send(&o->left, op, o->req_id);
	if (r >= 0)
		r = side_send(&o->right, op, o->req_id);
	if (r >= 0)
		r = link_receive_both(
			dom0 ? &o->left.dom0 : &o->left.guest, &o->left.reply,
			dom0 ? &o->right.dom0 : &o->right.guest, &o->right.reply);
	if (r >= 0)
		r = ask_again(o, op, asked_ms);
	if (r < 0)
		return oracle_failed(o, r, "no answer");
	note_lessened(o, op);
	inject_reply(o, op);
	oracle_trace(o, op);
	oracle_count(o, op);
	r = judge(o, op);
	if (r < 0)
		return oracle_failed(o, r, "judging events");
	if (!same_answer(o, op))
		return 1;
	count_change(o, op);
	return 0;
}
