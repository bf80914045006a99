/* SPDX-License-Identifier: BSD-2-Clause */
#include "dom0-tools/broker_ops.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "dom0-tools/broker_access.h"
#include "dom0-tools/broker_create.h"
#include "dom0-tools/broker_node.h"
#include "dom0-tools/broker_quota.h"
#include "dom0-tools/broker_rules.h"

/* ---- looking ---- */

static void add_look(const struct op *op, uint32_t tx)
{
	const struct wire_request *req = op->req;
	char offset[16];

	if (req->type != XS_DIRECTORY_PART) {
		store_add_text(op->store, req->type, tx, op->path);
		return;
	}
	(void)snprintf(offset, sizeof(offset), "%u", req->offset);
	store_add2(op->store, req->type, tx, op->path, strlen(op->path) + 1, offset,
		   strlen(offset) + 1);
}

/* GET_PERMS and what is asked, in one snapshot. */
static int look_once(struct op *op)
{
	const struct store_reply *perms, *reply;
	autoscope struct scope sc = { 0 };
	bool listed = op->req->type == XS_GET_PERMS;
	unsigned first;
	int r;

	scope_init(&sc, op->store, op->tx);
	r = access_reach(op->b, &sc, op->path, NULL);
	if (r < 0)
		return r == -ENOENT ? access_missing(op->b, &sc, op->path, RIGHT_READ)
				    : r;
	first = scope_begin(&sc);
	store_add_text(op->store, XS_GET_PERMS, sc.id, op->path);
	if (!listed)
		add_look(op, sc.id);
	scope_add_end(&sc, false);
	r = scope_run(&sc);
	if (r < 0)
		return r;
	perms = store_reply(op->store, first);
	reply = listed ? perms : store_reply(op->store, first + 1);
	if (perms->err == -ENOENT)
		return access_missing(op->b, &sc, op->path, RIGHT_READ);
	if (perms->err < 0)
		return perms->err;
	if (!access_allows(op->b, op->path, perms->body, perms->len, RIGHT_READ))
		return node_denied(op);
	if (reply->err < 0)
		return reply->err;
	if (reply->len > WIRE_PAYLOAD_MAX)
		return -E2BIG;
	op->body = reply->body;
	op->len = reply->len;
	return 0;
}

/* ---- changing ---- */

/* oxenstored does not look at who asks: it is there. */
static bool is_root_mkdir(const struct op *op)
{
	return op->b->kind == STORE_O && op->req->type == XS_MKDIR &&
	       strcmp(op->path, "/") == 0;
}

/* Of a node that is there.  1: nothing is to be changed. */
static int check_value(struct op *op, const struct node *node)
{
	int r;

	if (is_root_mkdir(op)) { /* that makes a transaction one of changes, even so */
		r = op->tx ? store_ask(op->store, XS_MKDIR, op->tx->upstream, "/", NULL)
			   : 0;
		return r < 0 ? r : 1;
	}
	if (create_is_too_long(op))
		return -E2BIG;
	if (!access_allows(op->b, op->path, node->list, node->list_len, RIGHT_WRITE))
		return node_denied(op);
	if (op->req->type == XS_MKDIR)
		return 1;
	return quota_node_fits(op->b, perms_count(node->list, node->list_len),
			       op->value_len, node->children_len)
		       ? 0
		       : node_too_large(op);
}

static int check_list(struct op *op, const struct node *node)
{
	int r;

	if (!access_allows(op->b, op->path, node->list, node->list_len,
			   RIGHT_WRITE | RIGHT_OWN))
		return node_denied(op);
	r = perms_check_change(op->b->kind, node->list, node->list_len, op->value,
			       op->value_len, op->b->domid);
	if (r < 0)
		return r;
	return quota_node_fits(op->b, perms_count(op->value, op->value_len),
			       node->value_len, node->children_len)
		       ? 0
		       : node_too_large(op);
}

/* WRITE, MKDIR, SET_PERMS */
static int change_once(struct op *op)
{
	bool lists = op->req->type == XS_SET_PERMS;
	autoscope struct scope sc = { 0 };
	struct node node = { 0 };
	unsigned first;
	int r;

	scope_init(&sc, op->store, op->tx);
	r = node_read(op, &sc, op->path, &node);
	if (r < 0)
		return r;
	if (!node.exists)
		return lists ? access_missing(op->b, &sc, op->path,
					      RIGHT_WRITE | RIGHT_OWN)
			     : create_node(op, &sc);
	r = lists ? check_list(op, &node) : check_value(op, &node);
	if (r != 0)
		return r < 0 ? r : 0;
	if (!node_change_fits(op))
		return -E2BIG;
	first = scope_begin(&sc);
	node_add_change(op, &sc);
	return node_change(op, &sc, first);
}

static int parent_exists(struct op *op, struct scope *sc)
{
	char parent[PATH_ROOM];
	unsigned first;
	int r;

	if (path_parent(op->path, parent) == 0)
		return -ENOENT;
	r = access_reach(op->b, sc, parent, NULL);
	if (r < 0)
		return r;
	first = scope_begin(sc);
	store_add_text(op->store, XS_GET_PERMS, sc->id, parent);
	r = scope_run(sc);
	return r < 0 ? r : store_reply(op->store, first)->err;
}

/* Of what is missing: fine if its parent is there. */
static int remove_missing(struct op *op, struct scope *sc)
{
	int r;

	if (op->b->kind == STORE_C) {
		r = access_missing(op->b, sc, op->path, RIGHT_WRITE);
		if (r != -ENOENT)
			return r;
	}
	return parent_exists(op, sc);
}

static int remove_once(struct op *op)
{
	const struct store_reply *perms;
	autoscope struct scope sc = { 0 };
	unsigned first;
	int r;

	if (strcmp(op->path, "/") == 0)
		return -EACCES; /* oxenstored would do it */
	scope_init(&sc, op->store, op->tx);
	r = access_reach(op->b, &sc, op->path, NULL);
	if (r < 0)
		return r == -ENOENT ? remove_missing(op, &sc) : r;
	first = scope_begin(&sc);
	store_add_text(op->store, XS_GET_PERMS, sc.id, op->path);
	r = scope_run(&sc);
	if (r < 0)
		return r;
	perms = store_reply(op->store, first);
	if (perms->err == -ENOENT)
		return remove_missing(op, &sc);
	if (perms->err < 0)
		return perms->err;
	if (!access_allows(op->b, op->path, perms->body, perms->len, RIGHT_WRITE))
		return node_denied(op);
	first = scope_begin(&sc);
	store_add_text(op->store, XS_RM, sc.id, op->path);
	r = node_change(op, &sc, first);
	if (r == 0)
		nodes_removed(op->b, op->tx, op->path);
	/* C xenstored's word for a child that has come or gone since it was looked at */
	return r == -EIO && sc.own && op->b->kind == STORE_C ? -EAGAIN : r;
}

/* C xenstored looks first of all whether the first id is a domain's. */
static int check_owner_lives(struct op *op)
{
	const struct store_reply *reply;
	unsigned owner = 0;
	char text[16];
	int r = perms_owner(op->value, op->value_len, &owner);

	if (r < 0 || owner == op->b->domid || owner == 0)
		return r;
	if (owner > PERMS_ID_LAST)
		return -ENOENT;
	(void)snprintf(text, sizeof(text), "%u", owner);
	r = store_ask(op->store, XS_IS_DOMAIN_INTRODUCED, 0, text, &reply);
	if (r < 0)
		return r == -EPIPE ? r : -ENOENT;
	return reply->len > 0 && reply->body[0] == 'T' ? 0 : -ENOENT;
}

/* What a client sets is looked at before the path is. */
static int read_list(struct op *op)
{
	int r = perms_check_wanted(op->b->kind, op->req->perms, op->req->perms_len,
				   op->list, sizeof(op->list), &op->value_len);

	op->value = op->list;
	return r == 0 && op->b->kind == STORE_C ? check_owner_lives(op) : r;
}

/* ---- all of them ---- */

static int run_once(struct op *op)
{
	switch (op->req->type) {
	case XS_WRITE:
	case XS_MKDIR:
	case XS_SET_PERMS:
		return change_once(op);
	case XS_RM:
		return remove_once(op);
	default:
		return look_once(op);
	}
}

static unsigned wanted_right(const struct op *op)
{
	switch (op->req->type) {
	case XS_WRITE:
	case XS_MKDIR:
	case XS_RM:
	case XS_SET_PERMS:
		return RIGHT_WRITE;
	default:
		return RIGHT_READ;
	}
}

/* What needs no look at the node. */
static int prepare(struct op *op)
{
	int r;

	if (op->b->kind == STORE_O && op->req->type == XS_DIRECTORY_PART)
		return -ENOSYS;
	op->value = op->req->value;
	op->value_len = op->req->value_len;
	r = op->req->type == XS_SET_PERMS ? read_list(op) : 0;
	if (r == 0)
		r = path_resolve(op->b->kind, rules_home(op->b->rules), op->req->path,
				 op->path);
	if (r < 0)
		return r;
	return access_possible(op->b, op->path, wanted_right(op)) ? 0 : -EACCES;
}

/* The daemons refuse a guest who does too much in one transaction, and so do we: all of it
 * stays in the daemon's memory until the end. */
static int charge_transaction(struct op *op)
{
	if (!op->tx)
		return 0;
	if (op->b->kind == STORE_C)
		return tx_look(op->tx, op->path, op->path);
	if (op->tx->looked == TX_NODES)
		return -ENOSPC;
	op->tx->looked++;
	return 0;
}

static void charge_retry(struct broker *b)
{
	b->stats.retries++;
	b->stats.tokens_taken += LIMIT_COST_OPERATION;
	bucket_charge(&b->bucket, LIMIT_COST_OPERATION, b->now_ns);
}

int ops_run(struct op *op)
{
	int r = prepare(op);

	if (r == 0)
		r = charge_transaction(op);
	for (unsigned i = 0; r == 0 && i < OPS_TRIES; i++) {
		op->body = "OK";
		op->len = sizeof("OK");
		r = run_once(op);
		if (r == -EINPROGRESS && op->tx && op->b->kind == STORE_O)
			op->tx->looked--; /* it is asked again */
		if (r != -ERESTART && (r != -EAGAIN || op->tx))
			return r;
		if (r == -EAGAIN && identity_is_due(op->b)) {
			op->b->stats.retries++; /* its next turn is paid as any */
			return -ERESTART;
		}
		if (r == -EAGAIN)
			charge_retry(op->b);
		r = 0;
	}
	return r == 0 ? -EAGAIN : r;
}
