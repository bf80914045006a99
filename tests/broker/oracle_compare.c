/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/broker/oracle.h"

#include <stdlib.h>
#include <string.h>

#include "lib/io.h"
#include "tests/broker/oracle_events.h"
#include "tests/broker/oracle_extra.h"
#include "tests/broker/oracle_snap.h"

#define EVENTS_MS 3000 /* that the broker may be later with events than the ring */

/* A request that changes nothing: what happened before it has been told before its
 * answer, or is told right after it. */
static int barrier(struct oracle *o)
{
	static const char path[] = "/local/domain/5";
	struct op op = { .type = XS_READ, .slot = TX_NONE, .len = sizeof(path) };
	int r;

	memcpy(op.body, path, sizeof(path));
	o->in_barrier = true;
	r = oracle_ask(o, &op);
	o->in_barrier = false;
	return r;
}

/* Both have told what there was to tell.  The broker looks at an event after the answer
 * before it, at the latest before the next. */
int oracle_settle(struct oracle *o)
{
	int r = barrier(o);

	return r ? r : barrier(o);
}

static void inject_event(struct oracle *o)
{
	struct events *e = &o->right.guest.events;

	if (o->injected || o->opt->inject != 'e' || o->asked < o->opt->ops / 2 ||
	    e->count == 0)
		return;
	free(e->list[--e->count].body);
	o->injected = true;
}

static int late_events(struct oracle *o)
{
	uint64_t end = io_now_ms() + EVENTS_MS;
	struct message *none = &o->right.reply;
	int r;

	do {
		r = link_wait(&o->right.guest, 50);
		if (r >= 0)
			r = link_pump(&o->right.guest);
		if (r >= 0)
			r = link_take(&o->right.guest, none);
		if (r < 0)
			return oracle_failed(o, r, "waiting for events");
		r = events_judge_extra(&o->right);
		if (r < 0)
			return oracle_failed(o, r, "judging events");
		r = events_compare(&o->left, &o->right, o->why, sizeof(o->why),
				   &o->missed, &o->extra);
	} while (r == 1 && io_now_ms() < end);
	return r;
}

int oracle_compare_events(struct oracle *o)
{
	int r = oracle_settle(o);

	if (r)
		return r;
	inject_event(o);
	r = events_compare(&o->left, &o->right, o->why, sizeof(o->why), &o->missed,
			   &o->extra);
	if (r == 1)
		r = late_events(o);
	if (r)
		return r;
	extra_forget();
	o->events += o->left.guest.events.count;
	events_clear(&o->left.guest.events);
	events_clear(&o->right.guest.events);
	return r;
}

/* dom0 changes the right store alone. */
static int inject_tree(struct oracle *o)
{
	static const char body[] = "/local/domain/7/data\0spoilt";
	int r;

	if (o->injected || o->opt->inject != 't' || o->asked < o->opt->ops / 2)
		return 0;
	o->injected = true;
	r = link_send(&o->right.dom0, XS_WRITE, 0, 0, body, sizeof(body) - 1);
	return r < 0 ? r : link_receive(&o->right.dom0, &o->right.reply);
}

int oracle_compare_trees(struct oracle *o)
{
	unsigned nodes = 0;
	int r = inject_tree(o);

	if (r == 0)
		r = sides_compare_trees(&o->left, &o->right, o->why, sizeof(o->why),
					&nodes);
	if (nodes > o->nodes_most)
		o->nodes_most = nodes;
	return r;
}

/* ---- after a difference that is known ---- */

static int guest_gives_up(struct side *side)
{
	int r = link_send(&side->guest, XS_RESET_WATCHES, 0, 0, "", 1);

	return r < 0 ? r : link_receive(&side->guest, &side->reply);
}

/* A guest's relative path can have a value that dom0, too, cannot write with the path in
 * full. */
static int remove_unwritable(struct link *dom0, struct message *reply)
{
	struct snap snap = { 0 };
	int r = snap_take(dom0, ORACLE_GUEST, &snap);

	for (size_t i = 0; r == 0 && i < snap.count; i++) {
		const struct snap_node *n = &snap.list[i];
		size_t len = strlen(n->path) + 1;

		if (len + n->value_len <= XENSTORE_PAYLOAD_MAX)
			continue;
		r = link_send(dom0, XS_RM, 0, 0, n->path, len);
		if (r == 0)
			r = link_receive(dom0, reply);
	}
	snap_free(&snap);
	return r;
}

int oracle_join(struct oracle *o)
{
	struct snap want = { 0 }, have = { 0 };
	int r = guest_gives_up(&o->left);

	if (r == 0)
		r = guest_gives_up(&o->right);
	if (r == 0)
		r = extra_drop(&o->left);
	if (r == 0)
		r = remove_unwritable(&o->left.dom0, &o->left.reply);
	if (r == 0)
		r = snap_take(&o->left.dom0, ORACLE_GUEST, &want);
	if (r == 0)
		r = snap_take(&o->right.dom0, ORACLE_GUEST, &have);
	if (r == 0)
		r = snap_restore(&o->right.dom0, &want, &have);
	o->lessened_ms = io_now_ms();
	snap_free(&want);
	snap_free(&have);
	if (r < 0)
		return oracle_failed(o, r, "making the stores alike again");
	gen_start_anew(&o->gen);
	o->apart = false;
	r = barrier(o);
	extra_forget();
	events_clear(&o->left.guest.events);
	events_clear(&o->right.guest.events);
	return r;
}
