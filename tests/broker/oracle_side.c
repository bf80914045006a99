/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/broker/oracle_side.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/log.h"
#include "tests/broker/oracle_paths.h"

#define DEPTH_MAX 100

int side_open(struct side *side, const char *name, const char *dir, const char *broker)
{
	char path[PATH_MAX];
	int r;

	memset(side, 0, sizeof(*side));
	(void)snprintf(path, sizeof(path), "%s/socket", dir);
	r = link_open_socket(&side->dom0, "dom0", path);
	if (r < 0)
		return r;
	if (broker)
		return link_open_socket(&side->guest, name, broker);
	return link_open_ring(&side->guest, name, dir, ORACLE_GUEST);
}

void side_close(struct side *side)
{
	link_close(&side->guest);
	link_close(&side->dom0);
}

uint32_t side_tx(const struct side *side, const struct op *op)
{
	switch (op->slot) {
	case TX_NONE:
		return 0;
	case TX_UNKNOWN:
		return TX_UNKNOWN_ID;
	case TX_DOM0:
		return side->dom0_tx;
	default:
		return side->tx[op->slot];
	}
}

int side_send(struct side *side, const struct op *op, uint32_t req_id)
{
	return link_send(op->dom0 ? &side->dom0 : &side->guest, op->type, req_id,
			 side_tx(side, op), op->body, op->len);
}

const char *message_error(const struct message *m)
{
	return m->h.type == XS_ERROR ? m->body : NULL;
}

int store_setup(struct link *dom0)
{
	autofree struct message *m = malloc(sizeof(*m));
	char body[XENSTORE_PAYLOAD_MAX];
	uint32_t type;
	size_t len;
	int r = m ? 0 : -ENOMEM;

	for (unsigned n = 0; r == 0 && setup_node(n, &type, body, &len); n++) {
		r = link_send(dom0, type, 0, 0, body, len);
		if (r == 0)
			r = link_receive(dom0, m);
		/* there may be nothing to remove */
		if (r == 0 && m->h.type == XS_ERROR && type != XS_RM)
			r = -EIO;
	}
	return r;
}

/* ---- trees ---- */

struct walk {
	struct side *a, *b;
	unsigned nodes;
	char *why;
	size_t size;
};

static int differ(struct walk *w, const char *path, const char *what)
{
	char left[200], right[200];

	(void)log_escape(left, sizeof(left), w->a->reply.body, w->a->reply.h.len);
	(void)log_escape(right, sizeof(right), w->b->reply.body, w->b->reply.h.len);
	(void)snprintf(w->why, w->size, "node %s: %s: left '%s', right '%s'", path, what,
		       left, right);
	return 1;
}

static bool replies_equal(const struct message *a, const struct message *b)
{
	return a->h.type == b->h.type && a->h.len == b->h.len &&
	       memcmp(a->body, b->body, a->h.len) == 0;
}

static int node_compare(struct walk *w, const char *path)
{
	static const struct {
		uint32_t type;
		const char *what;
	} asked[] = {
		{ XS_GET_PERMS, "permissions" },
		{ XS_READ, "value" },
		{ XS_DIRECTORY, "children" },
	};
	int r, found = 0;

	for (size_t i = 0; i < 3; i++) { /* all three at once, answered in order */
		r = link_send(&w->a->dom0, asked[i].type, 0, 0, path, strlen(path) + 1);
		if (r >= 0)
			r = link_send(&w->b->dom0, asked[i].type, 0, 0, path,
				      strlen(path) + 1);
		if (r < 0)
			return r;
	}
	for (size_t i = 0; i < 3; i++) {
		r = link_receive_both(&w->a->dom0, &w->a->reply, &w->b->dom0,
				      &w->b->reply);
		if (r < 0)
			return r;
		if (!found && !replies_equal(&w->a->reply, &w->b->reply))
			found = differ(w, path, asked[i].what);
	}
	w->nodes++;
	return found;
}

static int walk(struct walk *w, const char *path, int depth)
{
	autofree char *names = NULL;
	char child[PATH_TEXT_MAX + 1];
	size_t len;
	int r;

	if (depth > DEPTH_MAX)
		return -ELOOP;
	r = node_compare(w, path);
	/* xenstored has no listing over 4096 bytes, the same on both sides */
	if (r || message_error(&w->a->reply))
		return r;
	len = w->a->reply.h.len;
	names = malloc(len + 1);
	if (!names)
		return -ENOMEM;
	memcpy(names, w->a->reply.body, len);
	for (const char *name = names; name < names + len; name += strlen(name) + 1) {
		(void)snprintf(child, sizeof(child), "%s/%s", path[1] ? path : "", name);
		r = walk(w, child, depth + 1);
		if (r)
			return r;
	}
	return 0;
}

int sides_compare_trees(struct side *a, struct side *b, char *why, size_t size,
			unsigned *ret_nodes)
{
	struct walk w = { .a = a, .b = b, .why = why, .size = size };
	int r = walk(&w, "/", 0);

	if (r < 0)
		(void)snprintf(why, size, "a tree cannot be read: %s", strerror(-r));
	if (r == 0 && ret_nodes)
		*ret_nodes = w.nodes;
	return r;
}
