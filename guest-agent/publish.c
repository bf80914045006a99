/* SPDX-License-Identifier: BSD-2-Clause */
#include "guest-agent/publish.h"

#include <errno.h>
#include <string.h>

#include "guest-agent/publish_fit.h"
#include "guest-agent/publish_parts.h"
#include "guest-agent/schema_nodes.h"
#include "lib/cleanup.h"
#include "lib/log.h"

void publish_init(struct publisher *p, struct xs_conn *conn)
{
	*p = (struct publisher){ .conn = conn, .limit = PUBLISH_ALL };
}

void publish_forget(struct publisher *p)
{
	p->known = false;
	p->limit = PUBLISH_ALL;
	tree_done(&p->published);
	tree_done(&p->refused);
	tree_done(&p->foreign);
}

bool publish_is_intact(struct publisher *p)
{
	autofree char *value = NULL;

	return p->known && tree_find(&p->published, SCHEMA_PROBE_KEY) &&
	       xs_conn_read(p->conn, SCHEMA_PROBE_KEY, &value, NULL) >= 0;
}

void publish_done(struct publisher *p)
{
	publish_forget(p);
	xs_conn_close(p->conn);
	p->conn = NULL;
}

/* One run of a transaction. */
struct attempt {
	struct publisher *p;
	const struct tree *asked; /* borrowed */
	struct tree want; /* without what was refused before, with what others wrote */
	struct tree have; /* what the store holds */
	enum schema_stage stage;
	bool unheard, heard; /* changed in this run: what has no watch, what has one */
};

/* Note a refused key and go on without it. */
static int refused(struct publisher *p, const char *path, int error)
{
	static struct log_limit limit = { .burst = 5, .interval_ms = 600 * 1000 };

	if (schema_may_be_denied(path))
		log_debug("cannot %s; going on without it", xs_conn_error(p->conn));
	else
		log_limited(&limit, LOG_LEVEL_WARNING, "cannot %s; going on without it",
			    xs_conn_error(p->conn));
	return tree_setf(&p->refused, path, "%d", -error);
}

static void note_change(struct attempt *a, const char *path)
{
	a->heard = a->heard || schema_stage(path) == SCHEMA_WATCHED;
	a->unheard = a->unheard || schema_is_unheard(path);
}

static int store_remove(void *arg, const char *path)
{
	struct attempt *a = arg;
	int r;

	if (schema_stage(path) != a->stage || tree_find(&a->p->refused, path))
		return 0;
	r = xs_conn_remove(a->p->conn, path);
	if (r >= 0)
		note_change(a, path);
	return xs_is_refusal(r) ? refused(a->p, path, r) : r;
}

static int store_set(void *arg, const struct tree_entry *e)
{
	struct attempt *a = arg;
	int r;

	if (schema_stage(e->path) != a->stage)
		return 0;
	r = xs_conn_write(a->p->conn, e->path, e->value, e->value_len);
	if (r >= 0)
		note_change(a, e->path);
	return xs_is_refusal(r) ? refused(a->p, e->path, r) : r;
}

/* Of a host name alone the host would not hear: a watched key is written as it is. */
static int ring(struct attempt *a)
{
	const struct tree_entry *bell = tree_find(&a->want, SCHEMA_BELL_KEY);

	return a->unheard && !a->heard && bell ? store_set(a, bell) : 0;
}

/* Hosts that watch data/updated alone hear of nothing else: it is written, last, as if it
 * were new. */
static void ring_old_hosts(struct attempt *a)
{
	if (a->unheard || a->heard)
		tree_remove(&a->have, SCHEMA_LAST_KEY);
}

static int read_own(struct xs_conn *c, struct tree *out)
{
	int r = 0;

	for (size_t i = 0; r >= 0 && i < schema_own_count; i++) {
		const struct schema_own *own = &schema_own[i];

		r = own->below_only ? xs_conn_read_below(c, own->path, own->depth, out)
				    : xs_conn_read_tree(c, own->path, own->depth, out);
		/* others made more names there than oxenstored can send: what is ours
		 * among them is not known, and written again */
		if (r == -E2BIG)
			r = 0;
	}
	return r;
}

static int note_foreign(const struct tree *have, struct tree *foreign)
{
	int r = 0;

	tree_done(foreign);
	for (size_t i = 0; r >= 0 && i < have->count; i++) {
		const struct tree_entry *e = &have->entry[i];

		if (!schema_is_own(e->path))
			r = tree_set(foreign, e->path, e->value, e->value_len);
	}
	return r;
}

/* @want as far as the quota allows, without what was refused, and with what others wrote
 * as it is: so it stays, and so do its parents. */
static int reconcile(struct tree *out, const struct tree *want, const struct publisher *p)
{
	int r = publish_fit(want, p->limit, out);

	for (size_t i = 0; r >= 0 && i < p->refused.count; i++)
		tree_remove(out, p->refused.entry[i].path);
	for (size_t i = 0; r >= 0 && i < p->foreign.count; i++) {
		const struct tree_entry *e = &p->foreign.entry[i];

		r = tree_set(out, e->path, e->value, e->value_len);
	}
	return r;
}

int publish_look(struct publisher *p, struct tree *ret_have)
{
	int r;

	if (p->known)
		return tree_copy(ret_have, &p->published);
	tree_done(ret_have);
	r = read_own(p->conn, ret_have);
	return r < 0 ? r : note_foreign(ret_have, &p->foreign);
}

static int attempt(struct xs_conn *c, void *arg)
{
	static const struct tree_diff_ops ops = { .remove = store_remove,
						  .set = store_set };
	struct attempt *a = arg;
	int r = publish_look(a->p, &a->have);

	(void)c; /* it is the publisher's */
	if (r >= 0)
		r = reconcile(&a->want, a->asked, a->p);
	a->unheard = a->heard = false;
	for (a->stage = 0; r >= 0 && a->stage < SCHEMA_STAGES; a->stage++) {
		if (a->stage == SCHEMA_UPDATED)
			ring_old_hosts(a);
		r = tree_diff(&a->have, &a->want, &ops, a);
		if (r >= 0 && a->stage == SCHEMA_WATCHED)
			r = ring(a);
	}
	return r;
}

static int found_difference(void *arg, const char *path)
{
	(void)arg, (void)path;
	return -1;
}

static int found_other_value(void *arg, const struct tree_entry *e)
{
	(void)arg, (void)e;
	return -1;
}

static bool differs(const struct tree *have, const struct tree *want)
{
	static const struct tree_diff_ops ops = { found_difference, found_other_value };

	return tree_diff(have, want, &ops, NULL) < 0;
}

/* The store makes parents by itself.  Remember those that are ours, so that a directory
 * goes with its last key. */
static int add_parents(struct tree *t)
{
	autotree struct tree parents = { 0 };
	int r = 0;

	for (size_t i = 0; r >= 0 && i < t->count; i++) {
		autofree char *path = strdup(t->entry[i].path);
		char *slash;

		if (!path)
			return -ENOMEM;
		while (r >= 0 && (slash = strrchr(path, '/'))) {
			*slash = '\0';
			if (schema_is_own(path))
				r = tree_set(&parents, path, "", 0);
		}
	}
	for (size_t i = 0; r >= 0 && i < parents.count; i++)
		if (!tree_find(t, parents.entry[i].path))
			r = tree_set(t, parents.entry[i].path, "", 0);
	return r;
}

/* Remember what the store holds now. */
static int remember(struct publisher *p, const struct tree *asked)
{
	int r = reconcile(&p->published, asked, p);

	if (r >= 0)
		r = add_parents(&p->published);
	p->known = r >= 0;
	return r;
}

/* A refused request may spoil its transaction: then again without those keys. */
int publish_transact(struct publisher *p, const struct tree *want)
{
	struct attempt a = { .p = p, .asked = want };
	size_t refusals;
	bool same;
	int r;

	do {
		refusals = p->refused.count;
		r = reconcile(&a.want, want, p);
		same = r >= 0 && p->known && !differs(&p->published, &a.want);
		if (r >= 0 && !same)
			r = xs_conn_transact(p->conn, attempt, &a);
	} while (r < 0 && p->refused.count > refusals && !xs_conn_is_dead(p->conn));
	tree_done(&a.want);
	tree_done(&a.have);
	return r < 0 || same ? r : remember(p, want);
}

static bool is_worth_retry(const struct tree *refusals)
{
	for (size_t i = 0; i < refusals->count; i++)
		if (!schema_may_be_denied(refusals->entry[i].path))
			return true;
	return false;
}

int publish(struct publisher *p, const struct tree *want)
{
	int r = publish_what_fits(p, want);

	if (r < 0)
		p->known = false;
	if (r >= 0 && (p->limit < want->count || is_worth_retry(&p->refused)))
		return PUBLISH_REFUSED;
	return r;
}
