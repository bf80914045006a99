/* SPDX-License-Identifier: BSD-2-Clause */
#include "dom0-tools/broker_watch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dom0-tools/broker_access.h"
#include "dom0-tools/broker_quota.h"
#include "dom0-tools/broker_rules.h"
#include "dom0-tools/broker_session.h"
#include "lib/cleanup.h"
#include "lib/io.h"
#include "lib/log.h"

#define WATCHES_GROW 8
#define TOKEN_ROOM   16 /* of ours */

#define JUDGE_AT_ONCE 64 /* events in a batch, of at most half as many paths */
#define JUDGE_ROUNDS  32 /* then others have their turn: more than can wait */
#define NOT_ASKED     STORE_BATCH_MAX /* instead of a reply: it is known not to be there */

static void watch_done(struct watch *w)
{
	free(w->path);
	free(w->token);
}

void watches_done(struct watches *w)
{
	while (w->count > 0)
		watch_done(&w->watch[--w->count]);
	free(w->watch);
	w->watch = NULL;
	w->room = 0;
}

static struct watch *find(const struct watches *w, const char *path, const char *token)
{
	for (unsigned i = 0; i < w->count; i++)
		if (strcmp(w->watch[i].path, path) == 0 &&
		    strcmp(w->watch[i].token, token) == 0)
			return &w->watch[i];
	return NULL;
}

static struct watch *find_ours(const struct watches *w, const char *number)
{
	uint64_t ours;

	if (io_parse_u64(number, UINT32_MAX, &ours) < 0)
		return NULL;
	for (unsigned i = 0; i < w->count; i++)
		if (w->watch[i].ours == ours)
			return &w->watch[i];
	return NULL;
}

/* ---- setting ---- */

static int make_room(struct watches *w)
{
	struct watch *p;

	if (w->count < w->room)
		return 0;
	p = realloc(w->watch, (w->room + WATCHES_GROW) * sizeof(*p));
	if (!p)
		return -ENOMEM;
	w->watch = p;
	w->room += WATCHES_GROW;
	return 0;
}

static void add_upstream(struct session *s, uint32_t type, const struct watch *w)
{
	char number[TOKEN_ROOM];

	(void)snprintf(number, sizeof(number), "%u", w->ours);
	store_add2(&s->store, type, 0, w->path, strlen(w->path) + 1, number,
		   strlen(number) + 1);
}

static bool readable(const struct session *s, const char *path,
		     const struct store_reply *perms)
{
	return perms->err == 0 &&
	       access_allows(s->b, path, perms->body, perms->len, RIGHT_READ);
}

/* The watch upstream, and whether its path can be read at this time. */
static int set_upstream(struct session *s, struct watch *w)
{
	struct scope none = { .store = &s->store };
	bool gone;
	int r;

	if (w->local)
		return 0;
	gone = access_reach(s->b, &none, w->path, NULL) == -ENOENT; /* lost: seen below */
	store_begin(&s->store);
	add_upstream(s, XS_WATCH, w);
	if (!gone)
		store_add_text(&s->store, XS_GET_PERMS, 0, w->path);
	r = store_run(&s->store);
	if (r == 0)
		r = store_reply(&s->store, 0)->err;
	if (r < 0)
		return r;
	w->fresh = true;
	w->readable = !gone && readable(s, w->path, store_reply(&s->store, 1));
	return 0;
}

static int append(struct session *s, const struct wire_request *req, const char *path)
{
	struct watches *list = &s->watches;
	/* the daemon's own names are answered here; what no message holds never fires */
	struct watch w = { .ours = ++list->last,
			   .local = path_is_special(path) ||
				    strlen(path) + TOKEN_ROOM > WIRE_PAYLOAD_MAX };
	int r = make_room(list);

	if (r < 0)
		return r;
	w.path = strdup(path);
	w.token = strdup(req->token);
	if (req->path[0] != '/' && req->path[0] != '@')
		w.strip = (unsigned)(strlen(path) - strlen(req->path));
	r = w.path && w.token ? set_upstream(s, &w) : -ENOMEM;
	if (r < 0) {
		watch_done(&w);
		return r;
	}
	list->watch[list->count++] = w;
	s->b->stats.watches++;
	return 0;
}

int watch_add(struct session *s, const struct wire_request *req)
{
	char path[PATH_ROOM];
	int r = path_resolve_watch(s->b->kind, rules_home(s->b->rules), req->path, path);

	if (r < 0)
		return r;
	if (s->b->kind == STORE_O && !quota_watch(s->b))
		return -ENOSPC;
	if (find(&s->watches, path, req->token))
		return -EEXIST;
	if (!quota_watch(s->b))
		return -E2BIG;
	return append(s, req, path);
}

static int unset_upstream(struct session *s, const struct watch *w)
{
	int r;

	if (w->local)
		return 0;
	store_begin(&s->store);
	add_upstream(s, XS_UNWATCH, w);
	r = store_run(&s->store);
	return r < 0 ? r : store_reply(&s->store, 0)->err;
}

/* What came before the daemon's reply is told before ours. */
static int deliver_all(struct session *s)
{
	int r = 0;

	while (r == 0 && s->store.first)
		r = watch_deliver(s);
	return r;
}

static int drop(struct session *s, struct watch *w)
{
	int r = unset_upstream(s, w);

	if (r == -EPIPE)
		return r;
	r = deliver_all(s);
	watch_done(w);
	*w = s->watches.watch[--s->watches.count];
	s->b->stats.watches--;
	return r;
}

int watch_remove(struct session *s, const struct wire_request *req)
{
	char path[PATH_ROOM];
	struct watch *w;
	int r = path_resolve_watch(s->b->kind, rules_home(s->b->rules), req->path, path);

	/* the daemons only look for a watch of that name; oxenstored knows that of none */
	if (r < 0)
		return s->b->kind == STORE_O && !*req->path ? -EINVAL : -ENOENT;
	w = find(&s->watches, path, req->token);
	return w ? drop(s, w) : -ENOENT;
}

int watch_remove_all(struct session *s)
{
	int r = 0;

	while (r == 0 && s->watches.count > 0)
		r = drop(s, &s->watches.watch[s->watches.count - 1]);
	return r;
}

void watch_set_again(struct session *s)
{
	for (unsigned i = 0; i < s->watches.count && !store_is_lost(&s->store); i++)
		if (set_upstream(s, &s->watches.watch[i]) < 0)
			log_warning("a watch could not be set again");
}

/* ---- telling ---- */

static int tell(struct session *s, const struct watch *w, const char *path)
{
	char body[WIRE_PAYLOAD_MAX];
	size_t len = wire_body(body, path + w->strip, w->token, strlen(w->token) + 1);

	if (len == 0) {
		s->b->stats.events_held_back++; /* over-long ones are dropped: XSA-324 */
		return 0;
	}
	s->b->stats.events_sent++;
	return session_put(s, XS_WATCH_EVENT, 0, 0, body, len);
}

int watch_tell_initial(struct session *s)
{
	const struct watch *w = &s->watches.watch[s->watches.count - 1];

	return s->watches.count > 0 && w->local ? tell(s, w, w->path) : 0;
}

int watch_tell_release(struct session *s)
{
	int r = 0;

	if (!rules_release_event(s->b->rules))
		return 0;
	for (unsigned i = 0; r == 0 && i < s->watches.count; i++)
		if (strcmp(s->watches.watch[i].path, "@releaseDomain") == 0)
			r = tell(s, &s->watches.watch[i], "@releaseDomain");
	return r;
}

/* An event that is looked at, and what is asked for it. */
struct look {
	struct store_event *event;
	struct watch *w;       /* NULL: it is not there any more */
	unsigned node, parent; /* replies */
	bool gone;	       /* neither is there, nor what is high above */
	bool own;	       /* the watch's path itself */
	bool unseen;	       /* an initial event */
};

/* Paths in a batch: each is asked for once, however many watches it is told to. */
struct asked {
	const char *path[STORE_BATCH_MAX]; /* borrowed: of events */
	size_t len[STORE_BATCH_MAX];
	unsigned count;
};

/* The reply with the permissions of the first @len bytes of @path. */
static unsigned ask(struct session *s, struct asked *a, const char *path, size_t len)
{
	char text[PATH_ROOM];

	for (unsigned i = 0; i < a->count; i++)
		if (a->len[i] == len && memcmp(a->path[i], path, len) == 0)
			return i;
	memcpy(text, path, len);
	text[len] = '\0';
	a->path[a->count] = path;
	a->len[a->count] = len;
	store_add_text(&s->store, XS_GET_PERMS, 0, text);
	return a->count++;
}

static struct watch *watch_of(const struct session *s, const struct store_event *e)
{
	struct watch *w = find_ours(&s->watches, e->token);

	return w && strlen(e->text) >= w->strip && strlen(e->text) < PATH_ROOM ? w : NULL;
}

/* Which of them are deep in what is not there?  How many there are. */
static unsigned look_above(struct session *s, struct store_event *e, struct look *list,
			   unsigned room)
{
	struct scope none = { .store = &s->store };
	struct reach known = { .there = "", .gone = "" };
	unsigned n = 0;

	for (; e && n < room; e = e->next, n++) {
		struct watch *w = watch_of(s, e);

		list[n] = (struct look){ .event = e, .w = w };
		list[n].gone = w && access_reach(s->b, &none, e->text, &known) == -ENOENT;
	}
	return n;
}

/* Begin a batch with what must be known of up to @room events from @e on. */
static unsigned look_at(struct session *s, struct store_event *e, struct look *list,
			unsigned room)
{
	unsigned n, count = look_above(s, e, list, room);
	struct asked asked = { .count = 0 };

	store_begin(&s->store);
	for (n = 0; n < count && asked.count + 2 <= STORE_BATCH_MAX; n++) {
		struct look *l = &list[n];
		struct watch *w = l->w;
		char parent[PATH_ROOM];

		e = l->event;
		if (!w)
			continue;
		(void)path_parent(e->text, parent);
		l->own = strcmp(e->text, w->path) == 0;
		l->unseen = w->fresh && l->own && !e->judged;
		w->fresh = false;
		l->node = l->parent = NOT_ASKED;
		if (l->gone)
			continue;
		l->node = ask(s, &asked, e->text, strlen(e->text));
		l->parent = ask(s, &asked, *parent ? e->text : "/",
				*parent ? strlen(parent) : 1);
	}
	return n;
}

static const struct store_reply *look_reply(const struct session *s, unsigned index)
{
	static const struct store_reply none = { .type = XS_ERROR, .err = -ENOENT };

	return index == NOT_ASKED ? &none : store_reply(&s->store, index);
}

/* May it be told?  Permissions of the node and of its parent, or why there are none, are
 * those of now; its own path may be told to have gone or to be shut if it was readable. */
static bool judge_new(const struct session *s, const struct look *l, bool now, bool above)
{
	struct watch *w = l->w;
	bool was = w->readable;
	char parent[PATH_ROOM];

	(void)path_parent(l->event->text, parent);
	if (l->own)
		w->readable = now;
	else if (strcmp(parent, w->path) == 0)
		w->readable = above;
	if (now || (above && access_possible(s->b, l->event->text, RIGHT_READ)))
		return true;
	return l->unseen || (l->own && was);
}

static bool judge(const struct session *s, const struct look *l)
{
	const struct store_reply *node, *parents;
	const char *path = l->event->text;
	char parent[PATH_ROOM];
	bool now, above;

	if (!l->w)
		return false;
	node = look_reply(s, l->node);
	parents = look_reply(s, l->parent);
	(void)path_parent(path, parent);
	now = readable(s, path, node);
	above = readable(s, parent, parents);
	if (!l->event->judged)
		return judge_new(s, l, now, above);
	/* it was good when it came, and nothing is there that is shut by now */
	return l->own || now || (above && access_possible(s->b, path, RIGHT_READ)) ||
	       (node->err == -ENOENT && parents->err == -ENOENT);
}

/* An initial event may be among those lost: none is told unseen any more. */
static void forget_fresh(struct session *s)
{
	if (s->store.events_lost == s->watches.events_lost)
		return;
	s->watches.events_lost = s->store.events_lost;
	for (unsigned i = 0; i < s->watches.count; i++)
		s->watches.watch[i].fresh = false;
}

int watch_deliver(struct session *s)
{
	struct look list[WATCH_AT_ONCE];
	unsigned n;
	int lost, r = 0;

	forget_fresh(s);
	n = look_at(s, s->store.first, list, WATCH_AT_ONCE);
	lost = n > 0 ? store_run(&s->store) : 0;
	for (unsigned i = 0; i < n; i++) {
		if (r == 0 && lost == 0 && judge(s, &list[i]))
			r = tell(s, list[i].w, list[i].event->text);
		else if (lost == 0 && list[i].w)
			s->b->stats.events_held_back++;
		free(store_take_event(&s->store)); /* list[i].event: the oldest */
	}
	return r;
}

void watch_judge(struct session *s)
{
	struct look list[JUDGE_AT_ONCE];
	unsigned n;

	forget_fresh(s);
	for (unsigned k = 0; k < JUDGE_ROUNDS && s->store.unjudged; k++) {
		n = look_at(s, s->store.unjudged, list, JUDGE_AT_ONCE);
		if (store_run(&s->store) < 0)
			return; /* with the connection, they are dropped */
		for (unsigned i = 0; i < n; i++) {
			bool good = judge(s, &list[i]);

			if (!good && list[i].w)
				s->b->stats.events_held_back++;
			store_judge_event(&s->store, good);
		}
	}
}
