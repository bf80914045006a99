/* SPDX-License-Identifier: BSD-2-Clause */
#include "dom0-tools/broker_node.h"

#include <errno.h>
#include <string.h>

/* Permissions and, for C xenstored's limit of a node's size, the rest. */
int node_read(struct op *op, struct scope *sc, const char *path, struct node *ret)
{
	const struct store_reply *perms, *value, *children;
	bool sizes = op->b->kind == STORE_C;
	int r = access_reach(op->b, sc, path, NULL);
	unsigned first;

	ret->exists = r != -ENOENT;
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	first = scope_begin(sc);
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

/* C xenstored looks at its parent before it says so, and a change of that conflicts with a
 * guest's transaction from then on. */
int node_denied(struct op *op)
{
	char parent[PATH_ROOM];

	if (op->tx && op->b->kind == STORE_C && path_parent(op->path, parent) > 0 &&
	    store_ask(op->store, XS_GET_PERMS, op->tx->upstream, parent, NULL) == -EPIPE)
		return -EPIPE;
	return -EACCES;
}

int node_too_large(struct op *op)
{
	if (op->tx && op->b->kind == STORE_C)
		op->tx->failed = true;
	return -ENOSPC;
}

/* The path got longer, perhaps, by what was left out of a relative one. */
bool node_change_fits(const struct op *op)
{
	return strlen(op->path) + 1 + op->value_len <= WIRE_PAYLOAD_MAX;
}

void node_add_change(struct op *op, const struct scope *sc)
{
	store_add2(op->store, op->req->type, sc->id, op->path, strlen(op->path) + 1,
		   op->value, op->value_len);
}

int node_change(struct op *op, struct scope *sc, unsigned first)
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
