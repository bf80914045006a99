/* SPDX-License-Identifier: BSD-2-Clause */
#include "dom0-tools/broker_walk.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xen/io/xs_wire.h>

#include "dom0-tools/broker.h"
#include "dom0-tools/broker_perms.h"
#include "lib/log.h"

void walk_done(struct walk *w)
{
	while (w->count > 0)
		free(w->todo[--w->count]);
	free(w->todo);
	w->todo = NULL;
	w->room = 0;
	w->bytes = 0;
	w->on = false;
}

/* @name: of a child, or "" */
static int add(struct walk *w, const char *dir, const char *name)
{
	char **p = w->todo;
	int len;

	if (w->looked + w->count >= WALK_MOST || w->bytes >= WALK_ROOM) {
		w->cut = true;
		return 0;
	}
	if (w->count == w->room) {
		p = realloc(p, (w->room ? 2 * (size_t)w->room : 64) * sizeof(*p));
		if (!p)
			return -ENOMEM;
		w->todo = p;
		w->room = w->room ? 2 * w->room : 64;
	}
	len = asprintf(&p[w->count], "%s%s%s", dir, *name ? "/" : "", name);
	if (len < 0)
		return -ENOMEM;
	w->count++;
	w->bytes += (size_t)len;
	return 0;
}

/* What is elsewhere is looked at first: the home may have no end. */
static int begin(struct broker *b)
{
	const struct nodes *n = &b->nodes;
	const char *home = b->identity.home;
	struct walk *w = &b->walk;
	int r;

	w->on = true;
	w->cut = false;
	w->looked = 0;
	r = add(w, home, "");
	for (unsigned i = 0; r == 0 && i < n->count; i++)
		if (n->list[i].made_in == 0 && !path_is_below(n->list[i].path, home))
			r = add(w, n->list[i].path, "");
	return r;
}

static void end(struct broker *b, int r)
{
	struct walk *w = &b->walk;

	if (r == 0)
		nodes_walk_end(b, !w->cut);
	else if (r != -EPIPE) /* which the loop tells */
		log_warning("cannot count the domain's nodes: %s", strerror(-r));
	if (r != -EPIPE) {
		w->any = true;
		w->ended_ns = b->now_ns;
	}
	walk_done(w);
}

bool walk_wanted(struct broker *b, uint64_t since_ns)
{
	struct walk *w = &b->walk;
	int r;

	if (walk_has_ended(w, since_ns))
		return false;
	if (w->on)
		return true;
	nodes_walk_begin(&b->nodes);
	r = begin(b);
	if (r < 0)
		end(b, r);
	return r == 0;
}

/* The children of @path, from a reply that stays where it is. */
static int add_children(struct broker *b, const char *path,
			const struct store_reply *names)
{
	size_t at = 0;
	int r = 0;

	if (names->err < 0 && names->err != -ENOENT)
		nodes_walk_keep(&b->nodes, path); /* more than a list takes */
	if (names->err < 0 || names->len == 0 || names->body[names->len - 1] != '\0')
		return 0;
	while (r == 0 && at < names->len) {
		r = add(&b->walk, path, names->body + at);
		at += strlen(names->body + at) + 1;
	}
	return r;
}

static void found(struct broker *b, const char *path, const struct store_reply *perms)
{
	unsigned owner;

	if (perms->err == 0 && perms_owner(perms->body, perms->len, &owner) == 0)
		nodes_walk_found(&b->nodes, path, owner == b->domid);
	else if (perms->err != -ENOENT)
		nodes_walk_keep(&b->nodes, path);
}

/* Of the last few of what is to be looked at. */
static int look(struct broker *b)
{
	struct store *s = &b->identity.store;
	unsigned n = 0, perms[WALK_AT_ONCE], names[WALK_AT_ONCE];
	struct walk *w = &b->walk;
	char *path[WALK_AT_ONCE];
	int r;

	store_begin(s);
	for (; n < WALK_AT_ONCE && w->count > 0; n++) {
		path[n] = w->todo[--w->count];
		w->bytes -= strlen(path[n]);
		perms[n] = names[n] = store_add_text(s, XS_GET_PERMS, 0, path[n]);
		if (path_is_below(path[n], b->identity.home))
			names[n] = store_add_text(s, XS_DIRECTORY, 0, path[n]);
	}
	r = store_run(s);
	for (unsigned i = 0; i < n; i++) {
		if (r == 0)
			found(b, path[i], store_reply(s, perms[i]));
		if (r == 0 && names[i] != perms[i])
			r = add_children(b, path[i], store_reply(s, names[i]));
		free(path[i]);
	}
	w->looked += n;
	return r;
}

void walk_step(struct broker *b)
{
	int r = look(b);

	if (r < 0 || b->walk.count == 0 || nodes_walk_is_over(&b->nodes))
		end(b, r);
}
