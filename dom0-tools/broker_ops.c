/* SPDX-License-Identifier: BSD-2-Clause */
#include "dom0-tools/broker_ops.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "dom0-tools/broker_access.h"
#include "dom0-tools/broker_quota.h"
#include "dom0-tools/broker_rules.h"

/* What is known of a node before it is changed. */
struct node {
	bool exists;
	char list[ACCESS_LIST_ROOM]; /* permissions */
	size_t list_len;
	size_t value_len, children_len;
};

/* Of a node that is there.  C xenstored looks at its parent before it says so, and a
 * change of that conflicts with a guest's transaction from then on. */
static int denied(struct op *op)
{
	char parent[PATH_ROOM];

	if (op->tx && op->b->kind == STORE_C && path_parent(op->path, parent) > 0 &&
	    store_ask(op->store, XS_GET_PERMS, op->tx->upstream, parent, NULL) == -EPIPE)
		return -EPIPE;
	return -EACCES;
}

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
		return denied(op);
	if (reply->err < 0)
		return reply->err;
	if (reply->len > WIRE_PAYLOAD_MAX)
		return -E2BIG;
	op->body = reply->body;
	op->len = reply->len;
	return 0;
}

/* ---- changing ---- */

/* Permissions and, for C xenstored's limit of a node's size, the rest. */
static int node_read(struct op *op, struct scope *sc, const char *path, struct node *ret)
{
	const struct store_reply *perms, *value, *children;
	bool sizes = op->b->kind == STORE_C;
	unsigned first = scope_begin(sc);
	int r;

	store_add_text(op->store, XS_GET_PERMS, sc->id, path);
	if (sizes) {
		store_add_text(op->store, XS_READ, sc->id, path);
		store_add_text(op->store, XS_DIRECTORY, sc->id, path);
	}
	r = scope_run(sc);
	if (r < 0)
		return r;
	perms = store_reply(op->store, first);
	ret->exists = perms->err != -ENOENT;
	if (!ret->exists)
		return 0;
	if (perms->err < 0)
		return perms->err;
	if (perms->len > sizeof(ret->list))
		return -E2BIG;
	memcpy(ret->list, perms->body, perms->len);
	ret->list_len = perms->len;
	if (!sizes)
		return 0;
	value = store_reply(op->store, first + 1);
	children = store_reply(op->store, first + 2);
	ret->value_len = value->err < 0 ? 0 : value->len;
	/* -E2BIG: more names than a reply takes */
	ret->children_len = children->err < 0 ? WIRE_PAYLOAD_MAX : children->len;
	return 0;
}

/* Runs the batch with the change in it, and commits an own transaction. */
static int change_run(struct op *op, struct scope *sc, unsigned first)
{
	unsigned count = op->store->io->count;
	int r, done = 0;

	scope_add_end(sc, true);
	r = scope_run(sc);
	if (r == -EPIPE || r == -ERESTART)
		return r;
	for (unsigned i = first; i < count && done == 0; i++)
		done = store_reply(op->store, i)->err;
	/* some of it may be done, in a transaction that the client could commit */
	if (done < 0 && !sc->own && count - first > 1)
		op->tx->failed = true;
	return done < 0 ? done : r;
}

/* The path got longer, perhaps, by what was left out of a relative one. */
static bool request_fits(const struct op *op)
{
	return strlen(op->path) + 1 + op->req->value_len <= WIRE_PAYLOAD_MAX;
}

static void add_change(struct op *op, const struct scope *sc)
{
	const struct wire_request *req = op->req;

	store_add2(op->store, req->type, sc->id, op->path, strlen(op->path) + 1,
		   req->value, req->value_len);
}

/* The topmost node that will be made below @up: "/a/b" of "/a/b/c/d" below "/a". */
static void first_below(const char *path, const char *up, char ret_path[PATH_ROOM])
{
	size_t len = strcmp(up, "/") == 0 ? 0 : strlen(up);
	size_t end = len + 1 + strcspn(path + len + 1, "/");

	memcpy(ret_path, path, end);
	ret_path[end] = '\0';
}

/* C xenstored makes a guest the owner of what it makes.  Made by us it would be the
 * parent's; what is made below then has our owner already. */
static int add_made(struct op *op, const struct scope *sc, const struct ancestor *up)
{
	char top[PATH_ROOM], list[ACCESS_LIST_ROOM + 8];
	size_t len = 0;
	int r;

	first_below(op->path, up->path, top);
	r = perms_with_owner(up->list, up->len, op->b->domid, list, sizeof(list), &len);
	if (r < 0)
		return r;
	if (strlen(top) + 1 + len > WIRE_PAYLOAD_MAX)
		return -ENOSPC;
	if (strcmp(top, op->path) == 0)
		add_change(op, sc);
	else
		store_add_text(op->store, XS_MKDIR, sc->id, top);
	store_add2(op->store, XS_SET_PERMS, sc->id, top, strlen(top) + 1, list, len);
	if (strcmp(top, op->path) != 0)
		add_change(op, sc);
	return 0;
}

/* oxenstored makes the missing parents, then looks at the length, then at the rights. */
static bool value_too_long(const struct op *op)
{
	return op->b->kind == STORE_O && op->req->value_len > QUOTA_VALUE_O;
}

/* C xenstored can not undo part of a write: the client's transaction is spoilt. */
static int too_large(struct op *op)
{
	if (op->tx && op->b->kind == STORE_C)
		op->tx->failed = true;
	return -ENOSPC;
}

/* Do the nodes to be made fit, and their names in their parents?  The first parent is
 * there, the others are made. */
static int check_made_sizes(struct op *op, struct scope *sc, const struct ancestor *up)
{
	unsigned perms = perms_count(up->list, up->len);
	const char *name = op->path + (strcmp(up->path, "/") == 0 ? 0 : strlen(up->path));
	struct node parent = { 0 };
	int r;

	if (op->b->kind == STORE_O)
		return 0;
	r = node_read(op, sc, up->path, &parent);
	if (r < 0)
		return r;
	while (*name == '/') {
		size_t len = strcspn(name + 1, "/");

		if (!quota_node_fits(op->b, perms, parent.value_len,
				     parent.children_len + len + 1))
			return too_large(op);
		parent.value_len = parent.children_len = 0;
		name += len + 1;
	}
	return quota_node_fits(op->b, perms, op->req->value_len, 0) ? 0 : too_large(op);
}

static unsigned count_levels(const char *path, const char *up)
{
	unsigned n = strcmp(up, "/") == 0;

	for (path += strlen(up); *path; path++)
		n += *path == '/';
	return n;
}

static int check_made_count(struct op *op, unsigned levels)
{
	unsigned left;

	if (quota_nodes_left(op->b, levels, &left))
		return 0;
	/* C xenstored makes the lowest first, and then not the next */
	return op->b->kind == STORE_C && left > 0 ? too_large(op) : -ENOSPC;
}

static void note_counted(struct op *op)
{
	if (op->tx)
		op->tx->counted = true;
}

/* May it make the node and what is missing above it?  Each by the profile's lines for its
 * own path: leave to make a node is none to make others above it. */
static bool may_make(const struct op *op, const struct ancestor *up)
{
	char path[PATH_ROOM], parent[PATH_ROOM];
	bool may = true;

	memcpy(path, op->path, strlen(op->path) + 1); /* the same room */
	while (may && strcmp(path, up->path) != 0) {
		may = access_allows(op->b, path, up->list, up->len, RIGHT_WRITE);
		if (path_parent(path, parent) == 0)
			break;
		memcpy(path, parent, strlen(parent) + 1);
	}
	return may;
}

/* The node is not there: make it, if its nearest ancestor lets us. */
static int create(struct op *op, struct scope *sc)
{
	bool granted = access_granted(op->b, op->path, RIGHT_WRITE);
	unsigned owner = 0, first, levels;
	struct ancestor up;
	int r = access_ancestor(sc, op->path, &up);

	if (r == 0)
		r = perms_owner(up.list, up.len, &owner);
	if (r < 0)
		return r;
	levels = count_levels(op->path, up.path);
	if (levels == 1 && value_too_long(op))
		return -E2BIG;
	if (!may_make(op, &up))
		return -EACCES;
	if (value_too_long(op))
		return -E2BIG;
	r = check_made_sizes(op, sc, &up);
	if (r == 0 && granted && !quota_granted_left(op->b, levels))
		r = -ENOSPC;
	if (r == 0 && !granted)
		r = check_made_count(op, levels);
	if (r == 0 && !request_fits(op))
		r = -E2BIG;
	if (r < 0)
		return r;
	first = scope_begin(sc);
	if (op->b->kind == STORE_C && owner != op->b->domid && !granted)
		r = add_made(op, sc, &up);
	else
		add_change(op, sc);
	if (r == 0)
		r = change_run(op, sc, first);
	if (r == 0 && (owner == op->b->domid || (op->b->kind == STORE_C && !granted)))
		quota_nodes_made(op->b, levels);
	if (r == 0 && granted)
		quota_granted_made(op->b, levels);
	if (r == 0)
		note_counted(op);
	return r;
}

/* oxenstored does not look at who asks: it is there. */
static bool is_root_mkdir(const struct op *op)
{
	return op->b->kind == STORE_O && op->req->type == XS_MKDIR &&
	       strcmp(op->path, "/") == 0;
}

static int write_once(struct op *op)
{
	autoscope struct scope sc = { 0 };
	struct node node = { 0 };
	unsigned first;
	int r;

	scope_init(&sc, op->store, op->tx);
	r = node_read(op, &sc, op->path, &node);
	if (r < 0)
		return r;
	if (!node.exists)
		return create(op, &sc);
	if (is_root_mkdir(op)) /* that makes a transaction one of changes, even so */
		return op->tx ? store_ask(op->store, XS_MKDIR, op->tx->upstream, "/",
					  NULL)
			      : 0;
	if (value_too_long(op))
		return -E2BIG;
	if (!access_allows(op->b, op->path, node.list, node.list_len, RIGHT_WRITE))
		return denied(op);
	if (op->req->type == XS_MKDIR)
		return 0;
	if (!quota_node_fits(op->b, perms_count(node.list, node.list_len),
			     op->req->value_len, node.children_len))
		return too_large(op);
	if (!request_fits(op))
		return -E2BIG;
	first = scope_begin(&sc);
	add_change(op, &sc);
	return change_run(op, &sc, first);
}

static int parent_exists(struct op *op, struct scope *sc)
{
	char parent[PATH_ROOM];
	unsigned first;
	int r;

	if (path_parent(op->path, parent) == 0)
		return -ENOENT;
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
	autoscope struct scope sc = { 0 };
	const struct store_reply *perms, *children;
	unsigned first, owner = 0, gone;
	bool leaf = false;
	int r;

	if (strcmp(op->path, "/") == 0)
		return -EACCES; /* oxenstored would do it */
	scope_init(&sc, op->store, op->tx);
	first = scope_begin(&sc);
	store_add_text(op->store, XS_GET_PERMS, sc.id, op->path);
	/* oxenstored would compare the list at the commit, which a guest does not get */
	if (sc.own || op->b->kind == STORE_C)
		store_add_text(op->store, XS_DIRECTORY, sc.id, op->path);
	r = scope_run(&sc);
	if (r < 0)
		return r;
	perms = store_reply(op->store, first);
	if (perms->err == -ENOENT)
		return remove_missing(op, &sc);
	if (perms->err < 0)
		return perms->err;
	if (!access_allows(op->b, op->path, perms->body, perms->len, RIGHT_WRITE))
		return denied(op);
	if (sc.own || op->b->kind == STORE_C) {
		children = store_reply(op->store, first + 1);
		leaf = children->err == 0 && children->len == 0;
	}
	r = perms_owner(perms->body, perms->len, &owner);
	if (r < 0)
		return r;
	gone = leaf ? owner == op->b->domid : quota_nodes_below(op->b, op->path);
	first = scope_begin(&sc);
	store_add_text(op->store, XS_RM, sc.id, op->path);
	r = change_run(op, &sc, first);
	if (r == 0) {
		quota_nodes_removed(op->b, gone);
		/* in a transaction it may never be done */
		if (!op->tx && access_granted(op->b, op->path, RIGHT_WRITE))
			quota_granted_removed(op->b);
		note_counted(op);
	}
	return r;
}

static int set_perms_once(struct op *op)
{
	const unsigned want = RIGHT_WRITE | RIGHT_OWN;
	autoscope struct scope sc = { 0 };
	struct node node = { 0 };
	unsigned first;
	int r;

	scope_init(&sc, op->store, op->tx);
	r = node_read(op, &sc, op->path, &node);
	if (r < 0)
		return r;
	if (!node.exists)
		return access_missing(op->b, &sc, op->path, want);
	if (!access_allows(op->b, op->path, node.list, node.list_len, want))
		return denied(op);
	r = perms_check_change(op->b->kind, node.list, node.list_len, op->list,
			       op->list_len, op->b->domid);
	if (r < 0)
		return r;
	if (!quota_node_fits(op->b, perms_count(op->list, op->list_len), node.value_len,
			     node.children_len))
		return too_large(op);
	if (strlen(op->path) + 1 + op->list_len > WIRE_PAYLOAD_MAX)
		return -E2BIG;
	first = scope_begin(&sc);
	store_add2(op->store, XS_SET_PERMS, sc.id, op->path, strlen(op->path) + 1,
		   op->list, op->list_len);
	return change_run(op, &sc, first);
}

/* C xenstored looks first of all whether the first id is a domain's. */
static int check_owner_lives(struct op *op)
{
	const struct store_reply *reply;
	unsigned owner = 0;
	char text[16];
	int r = perms_owner(op->list, op->list_len, &owner);

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
				   op->list, sizeof(op->list), &op->list_len);

	return r == 0 && op->b->kind == STORE_C ? check_owner_lives(op) : r;
}

/* ---- all of them ---- */

static int run_once(struct op *op)
{
	switch (op->req->type) {
	case XS_WRITE:
	case XS_MKDIR:
		return write_once(op);
	case XS_RM:
		return remove_once(op);
	case XS_SET_PERMS:
		return set_perms_once(op);
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
	r = op->req->type == XS_SET_PERMS ? read_list(op) : 0;

	if (r == 0)
		r = path_resolve(op->b->kind, rules_home(op->b->rules), op->req->path,
				 op->path);
	if (r < 0)
		return r;
	return access_possible(op->b, op->path, wanted_right(op)) ? 0 : -EACCES;
}

/* The daemons refuse a guest who looks at too much in one transaction, and so do we: all of
 * it stays in the daemon's memory until the end.  C xenstored's is spoilt by that. */
static int charge_transaction(struct op *op)
{
	if (!op->tx)
		return 0;
	if (op->tx->nodes >= QUOTA_TX_NODES)
		return too_large(op);
	op->tx->nodes++;
	return 0;
}

/* What is missing is looked for upwards, and each of these is kept, too. */
static void charge_missing(struct op *op, int r)
{
	const char *p = op->path;
	unsigned levels = 0;

	if (!op->tx || (r != -ENOENT && r != -EACCES))
		return;
	while ((p = strchr(p, '/'))) {
		levels++;
		p++;
	}
	op->tx->nodes += levels / 8; /* the upper ones are mostly the same */
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
		if (r != -ERESTART && (r != -EAGAIN || op->tx)) {
			charge_missing(op, r);
			return r;
		}
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
