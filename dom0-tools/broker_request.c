/* SPDX-License-Identifier: BSD-2-Clause */
#include "dom0-tools/broker_request.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dom0-tools/broker_ops.h"
#include "dom0-tools/broker_quota.h"
#include "lib/cleanup.h"

struct answer {
	const char *body;
	size_t len;
	char text[32];
};

static const struct answer answer_ok = { .body = "OK", .len = sizeof("OK") };

/* The client names one that it has not. */
static int no_transaction(const struct session *s)
{
	return s->b->kind == STORE_C ? -ENOENT : -EIO;
}

static int run_node(struct session *s, const struct wire_request *req, struct answer *a)
{
	uint64_t old_ns = nodes_are_open(&s->b->nodes) ? 0 : WALK_PAUSE_NS;
	struct op op = { .b = s->b,
			 .store = &s->store,
			 .req = req,
			 .counted_ns = session_counted_ns(s, old_ns) };
	int r;

	if (req->tx_id != 0) {
		op.tx = tx_find(&s->txs, req->tx_id);
		if (!op.tx || op.tx->lost)
			return no_transaction(s);
	}
	r = ops_run(&op);
	a->body = op.body;
	a->len = op.len;
	return r;
}

static int run_start(struct session *s, const struct wire_request *req, struct answer *a)
{
	struct tx *tx;
	uint32_t upstream = 0;
	int r;

	if (req->tx_id != 0)
		return tx_find(&s->txs, req->tx_id) ? -EBUSY : no_transaction(s);
	if (!quota_transaction(s->b))
		return -ENOSPC;
	r = scope_start(&s->store, &upstream);
	if (r < 0)
		return r;
	tx = tx_add(&s->txs, upstream);
	if (!tx)
		return -ENOSPC;
	tx->number = nodes_tx_begin(s->b);
	s->b->stats.transactions++;
	a->body = a->text;
	a->len = (size_t)snprintf(a->text, sizeof(a->text), "%u", tx->id) + 1;
	return 0;
}

static int run_end(struct session *s, const struct wire_request *req)
{
	struct tx *tx = tx_find(&s->txs, req->tx_id);
	bool commit, over;
	int full, r = 0;

	if (!tx)
		return req->tx_id == 0 ? -ENOENT : no_transaction(s);
	over = s->b->kind == STORE_O && tx->looked >= TX_NODES;
	commit = req->commit && !tx->failed && !tx->lost && !over;
	full = commit ? nodes_tx_check(s->b, tx, session_counted_ns(s, 0)) : 0;
	if (full == -EINPROGRESS)
		return full;
	commit &= full == 0;
	tx->asked |= commit;
	if (!tx->lost)
		r = store_ask(&s->store, XS_TRANSACTION_END, tx->upstream,
			      commit ? "T" : "F", NULL);
	if (r == -EPIPE)
		return r; /* it is lost: asked again, it gives EAGAIN */
	if (full < 0)
		r = full;
	else if (req->commit && tx->lost)
		r = -EAGAIN;
	else if (req->commit && tx->failed)
		r = -ENOMEM;
	else if (over) /* its end is an operation as any, for oxenstored */
		r = -ENOSPC;
	session_end_tx(s, tx, commit && r == 0 ? NODES_DONE : NODES_UNDONE);
	return r;
}

/* Unknown domids, too: it is only text. */
static int run_domain_path(const struct wire_request *req, struct answer *a)
{
	a->body = a->text;
	a->len = (size_t)snprintf(a->text, sizeof(a->text), "/local/domain/%u",
				  req->domid) +
		 1;
	return 0;
}

static int run_control(const struct session *s)
{
	return s->b->kind == STORE_C ? -EACCES : 0;
}

/* Also what is still open of transactions. */
static int run_reset(struct session *s)
{
	int r = watch_remove_all(s);

	while (r == 0 && s->txs.count > 0) {
		struct tx *tx = &s->txs.tx[0];

		if (!tx->lost)
			r = store_ask(&s->store, XS_TRANSACTION_END, tx->upstream, "F",
				      NULL);
		if (r == -EPIPE)
			return r;
		r = 0; /* whatever: it is gone */
		session_end_tx(s, tx, NODES_UNDONE);
	}
	return r;
}

static int run(struct session *s, const struct wire_request *req, struct answer *a)
{
	switch (req->type) {
	case XS_CONTROL:
		return run_control(s);
	case XS_TRANSACTION_START:
		return run_start(s, req, a);
	case XS_TRANSACTION_END:
		return run_end(s, req);
	case XS_GET_DOMAIN_PATH:
		return run_domain_path(req, a);
	case XS_WATCH:
		return watch_add(s, req);
	case XS_UNWATCH:
		return watch_remove(s, req);
	case XS_RESET_WATCHES:
		return run_reset(s);
	default:
		return run_node(s, req, a);
	}
}

static void count(struct broker_stats *st, int r, bool malformed)
{
	st->operations++;
	if (malformed)
		st->malformed++;
	else if (r == -EACCES || r == -EPERM)
		st->denials++;
	else if (r < 0)
		st->errors++;
}

/* What the daemon told before its reply the client is told before its reply.  @a may lie
 * in the connections' buffer, which looking at events needs. */
static int events_first(struct session *s, struct answer *a, char **ret_copy)
{
	char *copy;

	if (!s->store.first)
		return 0;
	copy = malloc(a->len + 1);
	if (!copy)
		return -ENOMEM;
	memcpy(copy, a->body, a->len);
	a->body = *ret_copy = copy;
	return watch_deliver(s);
}

static int reply(struct session *s, const struct wire_request *req, struct answer *a,
		 int err)
{
	autofree char *copy = NULL;
	/* oxenstored forgets the transaction, which means nothing here */
	bool no_tx = s->b->kind == STORE_O &&
		     (req->type == XS_WATCH || req->type == XS_UNWATCH);
	int r;

	if (err < 0) {
		a->body = wire_error_name(err);
		a->len = strlen(a->body) + 1;
	}
	r = events_first(s, a, &copy);
	if (r < 0)
		return r;
	return session_put(s, err < 0 ? XS_ERROR : req->type, req->req_id,
			   no_tx ? 0 : req->tx_id, a->body, a->len);
}

/* The daemons look for the transaction before they look at what to do with it. */
static int shape_error(struct session *s, const struct wire_request *req, int shape)
{
	bool missing = req->tx_id != 0 && !tx_find(&s->txs, req->tx_id);

	return req->type == XS_TRANSACTION_END && missing ? no_transaction(s) : shape;
}

int request_serve(struct session *s)
{
	struct wire_request req;
	struct answer a = answer_ok;
	int shape = wire_parse(&s->header, s->body, &req);
	bool initial;
	int r = shape < 0 ? shape_error(s, &req, shape) : run(s, &req, &a);

	if (r == -EPIPE || r == -ERESTART || r == -EINPROGRESS)
		return r;
	count(&s->b->stats, r, shape == -EINVAL);
	initial = r == 0 && req.type == XS_WATCH;
	r = reply(s, &req, &a, r);
	if (r == 0 && initial)
		r = watch_tell_initial(s);
	return r;
}
