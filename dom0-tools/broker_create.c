/* SPDX-License-Identifier: BSD-2-Clause */
#include "dom0-tools/broker_create.h"

#include <errno.h>
#include <string.h>

#include "dom0-tools/broker_access.h"
#include "dom0-tools/broker_node.h"
#include "dom0-tools/broker_quota.h"

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
		node_add_change(op, sc);
	else
		store_add_text(op->store, XS_MKDIR, sc->id, top);
	store_add2(op->store, XS_SET_PERMS, sc->id, top, strlen(top) + 1, list, len);
	if (strcmp(top, op->path) != 0)
		node_add_change(op, sc);
	return 0;
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
			return node_too_large(op);
		parent.value_len = parent.children_len = 0;
		name += len + 1;
	}
	return quota_node_fits(op->b, perms, op->req->value_len, 0) ? 0
								    : node_too_large(op);
}

static unsigned count_levels(const char *path, const char *up)
{
	unsigned n = strcmp(up, "/") == 0;

	for (path += strlen(up); *path; path++)
		n += *path == '/';
	return n;
}

static int check_made_count(struct op *op, enum nodes_kind kind, unsigned levels)
{
	unsigned left = 0;
	int r = nodes_check(op->b, op->tx, kind, levels, op->counted_ns, &left);

	/* C xenstored makes the lowest first, and then not the next */
	return r == -ENOSPC && op->b->kind == STORE_C && left > 0 ? node_too_large(op)
								  : r;
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

bool create_is_too_long(const struct op *op)
{
	return op->b->kind == STORE_O && op->req->value_len > QUOTA_VALUE_O;
}

/* oxenstored makes the missing parents, then looks at the length, then at the rights. */
static int check_rights(const struct op *op, const struct ancestor *up, unsigned levels)
{
	if (levels == 1 && create_is_too_long(op))
		return -E2BIG;
	if (!may_make(op, up))
		return -EACCES;
	return create_is_too_long(op) ? -E2BIG : 0;
}

/* What is made by no grant is the clients' even if it is another's, as is what oxenstored
 * lets them make below another's: of that the other has none left. */
static void count_made(struct op *op, unsigned levels, bool granted, bool ours)
{
	unsigned kinds = granted ? 1U << NODES_GRANTED : 0;

	if (ours || !granted)
		kinds |= 1U << NODES_OWNED;
	nodes_made(op->b, op->tx, op->path, levels, kinds, ours);
}

int create_node(struct op *op, struct scope *sc)
{
	bool granted = access_granted(op->b, op->path, RIGHT_WRITE), becomes_ours;
	unsigned owner = 0, first, levels;
	struct ancestor up;
	int r = access_ancestor(sc, op->path, &up);

	if (r == 0 && op->tx && op->b->kind == STORE_C)
		r = tx_look(op->tx, op->path, up.path);
	if (r == 0)
		r = perms_owner(up.list, up.len, &owner);
	if (r < 0)
		return r;
	levels = count_levels(op->path, up.path);
	becomes_ours = op->b->kind == STORE_C && owner != op->b->domid && !granted;
	r = check_rights(op, &up, levels);
	if (r == 0)
		r = check_made_sizes(op, sc, &up);
	if (r == 0)
		r = check_made_count(op, granted ? NODES_GRANTED : NODES_OWNED, levels);
	if (r == 0 && !node_change_fits(op))
		r = -E2BIG;
	if (r < 0)
		return r;
	first = scope_begin(sc);
	if (becomes_ours)
		r = add_made(op, sc, &up);
	else
		node_add_change(op, sc);
	if (r == 0)
		r = node_change(op, sc, first);
	if (r == 0 || r == -EPIPE) /* which leaves it open */
		count_made(op, levels, granted, becomes_ours || owner == op->b->domid);
	return r;
}
