/* SPDX-License-Identifier: BSD-2-Clause */
#include "guest-agent/static_ip.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "guest-agent/static_ip_helper.h"
#include "guest-agent/static_ip_order.h"
#include "guest-agent/static_ip_store.h"
#include "lib/cleanup.h"
#include "lib/io.h"
#include "lib/log.h"
#include "lib/xs_watch.h"

/* Covers vif and net-sriov-vf; nothing else is below it. */
#define WATCH "xenserver/device"

enum { FD_WATCH, FD_HELPER };

struct static_ip {
	struct static_ip_helper helper;
	struct xs_watch *watch; /* owned */
	static_ip_find *find;
	void *arg;		       /* borrowed */
	struct static_ip_orders known; /* owned */
	bool read;		       /* the store is to be read, at @read_at_ms */
	uint64_t read_at_ms;
	uint64_t read_pause_ms; /* the present one after failures; 0: none */
	bool look;		/* for interfaces that were not there */
};

int static_ip_open(const char *socket_path, static_ip_find *find, void *arg,
		   struct static_ip **ret_static_ip)
{
	autostaticip struct static_ip *s = calloc(1, sizeof(*s));
	int r;

	if (!s)
		return -ENOMEM;
	s->find = find;
	s->arg = arg;
	r = static_ip_helper_open(&s->helper, socket_path);
	if (r < 0)
		return r;
	r = xs_watch_new(WATCH, &s->watch);
	if (r < 0) {
		log_error("cannot watch '%s' in xenstore: %s", WATCH, strerror(-r));
		return r;
	}
	*ret_static_ip = steal_ptr(s);
	return 0;
}

void static_ip_free(struct static_ip *s)
{
	if (!s)
		return;
	static_ip_helper_close(&s->helper);
	xs_watch_free(s->watch);
	static_ip_orders_done(&s->known);
	free(s);
}

bool static_ip_usable(const struct static_ip *s)
{
	return s && s->helper.fd >= 0 && s->helper.usable && !s->helper.late;
}

void static_ip_poll(const struct static_ip *s, struct pollfd *ret_fds)
{
	ret_fds[FD_WATCH] =
		(struct pollfd){ .fd = s ? xs_watch_fd(s->watch) : -1, .events = POLLIN };
	ret_fds[FD_HELPER] =
		(struct pollfd){ .fd = s ? s->helper.fd : -1, .events = POLLIN };
}

void static_ip_interfaces_changed(struct static_ip *s)
{
	if (s)
		s->look = true;
}

/* ---- all of them ---- */

static bool same_order(const struct static_ip_order *a, const struct static_ip_order *b)
{
	return a->vf == b->vf && a->devid == b->devid && a->family == b->family &&
	       static_ip_setting_equal(&a->setting, &b->setting);
}

/* What is known of an order stays so while it is the same. */
static void take_over(const struct static_ip_orders *old, struct static_ip_orders *new)
{
	for (size_t i = 0; i < new->count; i++)
		for (size_t j = 0; j < old->count; j++)
			if (same_order(&new->order[i], &old->order[j]))
				new->order[i] = old->order[j];
}

static int read_store(struct static_ip *s, struct xs_conn *xs)
{
	static struct log_limit limit = { .burst = 3, .interval_ms = 600 * 1000 };
	struct static_ip_orders found = { 0 };
	int r = static_ip_store_read(xs, &found);

	if (r >= 0) {
		take_over(&s->known, &found);
		static_ip_orders_done(&s->known);
		s->known = found;
		s->read = false;
		s->read_pause_ms = 0;
		return 0;
	}
	if (xs_conn_is_dead(xs))
		return r;
	s->read_pause_ms = static_ip_pause_ms(s->read_pause_ms);
	s->read_at_ms = io_now_ms() + s->read_pause_ms;
	log_limited(&limit, LOG_LEVEL_WARNING,
		    "cannot see what the host wants: cannot %s; next try in %llu ms",
		    xs_conn_error(xs), (unsigned long long)s->read_pause_ms);
	return 0;
}

static void forget(struct static_ip *s, size_t i)
{
	s->known.count--;
	memmove(&s->known.order[i], &s->known.order[i + 1],
		(s->known.count - i) * sizeof(*s->known.order));
}

/* 1: the order is over.  It is not begun again before the host was told. */
static int step(struct static_ip *s, struct xs_conn *xs, struct static_ip_order *o)
{
	bool due = io_now_ms() >= o->at_ms;
	bool begins = o->state == STATIC_IP_NEW ||
		      (o->state == STATIC_IP_WAITS && (due || s->look));

	if (begins && static_ip_helper_is_free(&s->helper))
		static_ip_order_begin(o, &s->helper, s->find, s->arg);
	if (o->state == STATIC_IP_ENDED && io_now_ms() >= o->at_ms)
		return static_ip_order_tell(o, xs);
	return 0;
}

static int step_all(struct static_ip *s, struct xs_conn *xs)
{
	int r = 0;

	for (size_t i = 0; r >= 0 && i < s->known.count;) {
		r = step(s, xs, &s->known.order[i]);
		if (r == 1)
			forget(s, i);
		else
			i++;
	}
	if (static_ip_helper_is_free(&s->helper))
		s->look = false;
	return r < 0 ? r : 0;
}

/* ---- events ---- */

/* The one that the helper was at; NULL: the host wants something else by now. */
static struct static_ip_order *sent_order(struct static_ip *s)
{
	for (size_t i = 0; i < s->known.count; i++)
		if (s->known.order[i].state == STATIC_IP_SENT)
			return &s->known.order[i];
	return NULL;
}

static void hear_helper(struct static_ip *s)
{
	struct network_result result;
	struct static_ip_order *o;
	int r;

	while (s->helper.fd >= 0 &&
	       (r = static_ip_helper_hear(&s->helper, &result)) != 0) {
		o = sent_order(s);
		if (!o)
			continue;
		if (r == 1)
			static_ip_order_end(o, result.code, "%s",
					    result.text[0] ? result.text
							   : strerror(-result.code));
		else if (r == -ETIMEDOUT)
			static_ip_order_end(o, r,
					    "xe-guest-network has not answered for %u s",
					    STATIC_IP_RESULT_MS / 1000);
		else
			static_ip_order_end(o, r,
					    "xe-guest-network ended in the midst of it");
	}
}

static int hear_watch(struct static_ip *s)
{
	char *path = NULL;
	int r;

	while ((r = xs_watch_next(s->watch, &path)) > 0) {
		free(steal_ptr(path));
		s->read = true;
		if (!s->read_pause_ms)
			s->read_at_ms = 0;
	}
	if (r < 0)
		log_error("xenstore is gone: watch '%s': %s", WATCH, strerror(-r));
	return r;
}

int static_ip_handle(struct static_ip *s, struct xs_conn *xs)
{
	int r;

	if (!s)
		return 0;
	r = hear_watch(s);
	if (r < 0)
		return -ENOTCONN;
	hear_helper(s);
	if (s->read && io_now_ms() >= s->read_at_ms)
		r = read_store(s, xs);
	if (r >= 0)
		r = step_all(s, xs);
	if (r < 0)
		log_error("xenstore is gone: cannot %s", xs_conn_error(xs));
	return r < 0 ? -ENOTCONN : 0;
}

/* ---- time ---- */

static uint64_t order_at_ms(const struct static_ip *s, const struct static_ip_order *o)
{
	bool is_free = static_ip_helper_is_free(&s->helper);

	if (o->state == STATIC_IP_ENDED)
		return o->at_ms;
	if (o->state == STATIC_IP_NEW && is_free)
		return 0;
	if (o->state == STATIC_IP_WAITS && is_free)
		return s->look ? 0 : o->at_ms;
	return UINT64_MAX;
}

uint64_t static_ip_due_ms(const struct static_ip *s)
{
	uint64_t at_ms = UINT64_MAX;

	if (!s)
		return at_ms;
	if (s->read)
		at_ms = s->read_at_ms;
	if (s->helper.busy && !s->helper.late)
		at_ms = io_earlier(at_ms, s->helper.until_ms);
	for (size_t i = 0; i < s->known.count; i++)
		at_ms = io_earlier(at_ms, order_at_ms(s, &s->known.order[i]));
	return at_ms;
}
