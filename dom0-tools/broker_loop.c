/* SPDX-License-Identifier: BSD-2-Clause */
#include "dom0-tools/broker_loop.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "dom0-tools/broker_connect.h"
#include "dom0-tools/broker_limit.h"
#include "dom0-tools/broker_session.h"
#include "lib/io.h"
#include "lib/log.h"

#define FIXED_FDS      5	     /* signals, connector, listener, control, metrics */
#define ACCEPT_AT_ONCE 16	     /* those who are served do not wait for more */
#define PAUSE_FIRST_NS 20000000ULL   /* a daemon's restart takes that long at least */
#define PAUSE_MOST_NS  1000000000ULL /* and nobody should notice more than a second */

static uint64_t now_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t); /* cannot fail */
	return (uint64_t)t.tv_sec * 1000000000U + (uint64_t)t.tv_nsec;
}

int loop_init(struct loop *l, struct broker *b, unsigned max_clients)
{
	memset(l, 0, sizeof(*l));
	l->b = b;
	l->listen_fd = l->signals = -1;
	metrics_init(&l->metrics, -1);
	l->max_clients = max_clients;
	l->sessions = calloc(max_clients, sizeof(struct session *));
	b->now_ns = now_ns();
	return l->sessions ? 0 : -ENOMEM;
}

void loop_done(struct loop *l)
{
	while (l->count > 0)
		session_free(l->sessions[--l->count]);
	free(l->sessions);
	metrics_done(&l->metrics);
	if (l->listen_fd >= 0)
		(void)close(l->listen_fd); /* a socket */
	if (l->signals >= 0)
		(void)close(l->signals); /* nothing is written to it */
}

int loop_add_client(struct loop *l, int fd)
{
	int r;

	if (l->count == l->max_clients) {
		(void)close(fd); /* a socket: not ours to serve */
		return -EMFILE;
	}
	r = session_new(l->b, fd, &l->sessions[l->count]);
	if (r < 0)
		(void)close(fd); /* a socket: not ours to serve */
	else
		l->count++;
	return r;
}

static void accept_clients(struct loop *l)
{
	for (unsigned i = 0; i < ACCEPT_AT_ONCE && l->count < l->max_clients; i++) {
		int fd = accept4(l->listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

		if (fd < 0)
			return; /* no more, or gone again */
		if (loop_add_client(l, fd) < 0)
			log_warning("no room for another client");
	}
}

static bool is_awaited(const struct loop *l)
{
	bool is = false;

	for (unsigned i = 0; i < l->count; i++)
		is |= session_is_counting(l->sessions[i]);
	return is;
}

static void end_session(struct loop *l, unsigned i, int why)
{
	if (why < 0 && why != -ECONNRESET)
		log_debug("a client is cut off: %s", strerror(-why));
	session_free(l->sessions[i]);
	l->sessions[i] = l->sessions[--l->count];
	if (walk_is_on(&l->b->walk) && !is_awaited(l))
		walk_done(&l->b->walk);
}

/* ---- connections to the daemon ---- */

/* The first of: the control connection, then clients' in their order. */
static void ask_connection(struct loop *l)
{
	bool *asked = NULL;

	if (l->connecting || l->b->now_ns < l->again_ns)
		return;
	if (!l->b->identity.good)
		asked = &l->control;
	for (unsigned i = 0; i < l->count && !asked; i++)
		if (session_wants_store(l->sessions[i]))
			asked = &l->sessions[i]->asked;
	if (asked && connect_request(l->b->connector) == 0)
		*asked = l->connecting = true;
}

static struct session *who_asked(const struct loop *l)
{
	for (unsigned i = 0; i < l->count; i++)
		if (l->sessions[i]->asked)
			return l->sessions[i];
	return NULL;
}

/* The daemon cannot be used: clients wait, and it is tried again after a while. */
static void set_down(struct loop *l, int why)
{
	if (!l->down) {
		log_warning("the connection to the store is lost: %s", strerror(-why));
		l->down_ns = l->b->now_ns;
		l->pause_ns = PAUSE_FIRST_NS;
	}
	l->down = true;
	l->why_down = why;
	l->again_ns = l->b->now_ns + l->pause_ns;
	if (l->pause_ns < PAUSE_MOST_NS)
		l->pause_ns *= 2;
}

static void set_up(struct loop *l)
{
	if (l->down)
		log_info("the store is there again");
	l->down = false;
	l->again_ns = 0;
	l->b->stats.reconnects++;
}

static int give_control(struct loop *l, int fd)
{
	int r = identity_reopen(l->b, fd);

	walk_done(&l->b->walk); /* it would go on with what the old daemon said */
	if (r == 0)
		set_up(l);
	else if (r != -ESTALE)
		set_down(l, r);
	return r == -ESTALE ? r : 0;
}

static int take_connection(struct loop *l)
{
	struct session *s = who_asked(l);
	bool control = l->control;
	int fd = -1, why = 0;
	int r = connect_take(l->b->connector, &fd, &why);

	if (r < 0)
		return r == -EAGAIN ? 0 : r;
	l->connecting = l->control = false;
	if (s)
		s->asked = false;
	if (why < 0)
		set_down(l, why);
	else if (control)
		return give_control(l, fd);
	else if (s)
		session_give_store(s, fd);
	else
		(void)close(fd); /* who asked has gone */
	return 0;
}

/* Since when nothing works is long enough?  -EPIPE: so it is. */
static int check_down(const struct loop *l)
{
	if (!l->down || l->b->now_ns - l->down_ns < l->reconnect_ns)
		return 0;
	if (l->why_down == -ENXIO)
		log_error("the store is there again, but domain %u is not", l->b->domid);
	else
		log_error("the store cannot be reached any more: %s",
			  strerror(-l->why_down));
	return -EPIPE;
}

/* ---- the domain ---- */

static void end_all(struct loop *l)
{
	for (unsigned i = 0; i < l->count; i++) {
		struct session *s = l->sessions[i];

		if (watch_tell_release(s) == 0)
			(void)session_flush(s); /* as much as the client takes */
	}
	while (l->count > 0)
		session_free(l->sessions[--l->count]);
}

/* Before anything is served: is it still the domain?  Negative: every session is ended. */
static int check_domain(struct loop *l)
{
	int r;

	if (!l->b->identity.good || !identity_is_due(l->b))
		return 0;
	r = identity_check(l->b);
	if (r == -ENXIO || r == -ESTALE)
		return r;
	if (r < 0)
		set_down(l, r);
	return 0;
}

/* What ended the loop, as a sentence and a result. */
static int tell_end(struct loop *l, int r)
{
	if (r == -ENXIO)
		log_info("domain %u has ended", l->b->domid);
	else if (r == -ESTALE && l->down)
		log_error("the store is there again, but domain %u is another one now",
			  l->b->domid);
	else if (r == -ESTALE)
		log_info("domain %u may be another one now: ended", l->b->domid);
	else if (r < 0 && !l->down)
		log_error("cannot go on: %s", strerror(-r));
	end_all(l);
	return r == -ENXIO || (r == -ESTALE && !l->down) ? 0 : r;
}

/* ---- turns ---- */

/* May the request of @s be served now?  It is not read while it waits for tokens. */
static bool may_go(struct loop *l, struct session *s)
{
	struct broker *b = l->b;
	unsigned cost;

	if (!session_has_work(s, &cost))
		return false;
	if (!bucket_take(&b->bucket, cost, b->now_ns))
		return false; /* note_wait() counts it */
	b->stats.tokens_taken += cost;
	if (s->waits)
		b->stats.wait_ns += b->now_ns - s->waits_since;
	s->waits = false;
	return true;
}

/* Or may it do a step of the walk that it waits for? */
static bool may_walk(struct loop *l, const struct session *s)
{
	struct broker *b = l->b;

	if (!session_is_counting(s) ||
	    !bucket_take(&b->bucket, LIMIT_COST_OPERATION, b->now_ns))
		return false;
	b->stats.tokens_taken += LIMIT_COST_OPERATION;
	return true;
}

/* It has a next request, for which there are no tokens yet. */
static void note_wait(struct loop *l, struct session *s)
{
	unsigned cost;

	if (s->waits || !session_has_work(s, &cost) ||
	    bucket_wait_ns(&l->b->bucket, cost, l->b->now_ns) == 0)
		return;
	s->waits = true;
	s->waits_since = l->b->now_ns;
	l->b->stats.waits++;
}

/* One that does not answer one client answers none: they do not each wait for it. */
static void note_silence(struct loop *l, const struct session *s, uint64_t since)
{
	if (!store_is_lost(&s->store) || now_ns() - since < STORE_WAIT_S * 1000000000ULL)
		return;
	store_done(&l->b->identity.store);
	l->b->identity.good = false;
	l->b->now_ns = now_ns();
	set_down(l, -ETIMEDOUT);
}

/* Each one operation, in a circle that begins behind who was served last.  What the domain
 * has been told to have done is looked at before anything else. */
static void serve_sessions(struct loop *l)
{
	unsigned start = l->turn;

	for (unsigned n = l->count, k = 0; k < n && l->count > 0; k++) {
		unsigned i = (start + k) % l->count;
		struct session *s = l->sessions[i];
		uint64_t since = now_ns();
		int r = 0;

		if (!l->b->identity.good || identity_is_due(l->b))
			return; /* at once in the next turn */
		if (may_walk(l, s)) {
			walk_step(l->b);
			l->turn = i + 1;
		} else if (may_go(l, s)) {
			r = session_turn(s);
			l->turn = i + 1;
		}
		if (r == 0)
			r = session_events(s);
		note_silence(l, s, since);
		if (r < 0 || session_is_over(s))
			end_session(l, i, r);
		else
			note_wait(l, s);
	}
}

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* Milliseconds until something is to be done without anybody's doing. */
static int time_left(const struct loop *l)
{
	const struct broker *b = l->b;
	uint64_t wait = UINT64_MAX;
	unsigned cost;

	for (unsigned i = 0; b->identity.good && i < l->count; i++) {
		if (session_has_work(l->sessions[i], &cost))
			wait = least(wait, bucket_wait_ns(&b->bucket, cost, b->now_ns));
		else if (session_has_events(l->sessions[i]))
			wait = 0;
		if (session_is_counting(l->sessions[i]))
			wait = least(wait,
				     bucket_wait_ns(&b->bucket, LIMIT_COST_OPERATION,
						    b->now_ns));
	}
	if (l->again_ns > b->now_ns)
		wait = least(wait, l->again_ns - b->now_ns);
	if (metrics_deadline(&l->metrics) > b->now_ns)
		wait = least(wait, metrics_deadline(&l->metrics) - b->now_ns);
	if (l->down && !l->connecting)
		wait = least(wait, PAUSE_MOST_NS);
	return wait == UINT64_MAX ? -1 : (int)((wait + 999999) / 1000000);
}

static unsigned fill_fds(const struct loop *l, struct pollfd *fds)
{
	bool room = l->count < l->max_clients;
	unsigned n = FIXED_FDS;

	fds[0] = (struct pollfd){ .fd = l->signals, .events = POLLIN };
	fds[1] = (struct pollfd){ .fd = l->b->connector, .events = POLLIN };
	fds[2] = (struct pollfd){ .fd = room ? l->listen_fd : -1, .events = POLLIN };
	fds[3] = (struct pollfd){ .fd = l->b->identity.store.fd, .events = POLLIN };
	fds[4] = metrics_pollfd(&l->metrics);
	for (unsigned i = 0; i < l->count; i++, n += 2) {
		const struct session *s = l->sessions[i];
		short events = (short)((session_wants_read(s) ? POLLIN : 0) |
				       (session_wants_write(s) ? POLLOUT : 0));

		fds[n] = (struct pollfd){ .fd = s->fd, .events = events };
		fds[n + 1] = (struct pollfd){ .fd = s->store.fd, .events = POLLIN };
	}
	return n;
}

/* What the descriptors of a session had to tell. */
static int serve_fds(struct session *s, const struct pollfd *fds)
{
	int r = 0;

	if (fds[1].revents) {
		(void)store_read_events(&s->store); /* lost: it waits for another */
		/* before any client changes what they are judged by */
		if (s->b->identity.good && !identity_is_due(s->b))
			r = session_events(s);
		if (r < 0)
			return r;
	}
	/* who has gone does not wait: poll() would tell it again and again */
	if ((fds[0].revents & (POLLHUP | POLLERR)) &&
	    (s->waits || s->counting || s->eof || store_is_lost(&s->store)))
		return -ECONNRESET;
	if (fds[0].revents & POLLOUT)
		r = session_flush(s);
	if (r == 0 && (fds[0].revents & (POLLIN | POLLHUP | POLLERR)) &&
	    session_wants_read(s))
		r = session_read(s);
	return r;
}

static int serve_all(struct loop *l, const struct pollfd *fds)
{
	int r = check_domain(l);

	for (unsigned i = l->count; r == 0 && i-- > 0;) {
		int end = serve_fds(l->sessions[i], &fds[FIXED_FDS + 2 * i]);

		if (end < 0)
			end_session(l, i, end);
	}
	if (r == 0 && fds[1].revents)
		r = take_connection(l);
	if (r == 0 && fds[2].revents)
		accept_clients(l);
	if (r == 0 && l->b->identity.good)
		serve_sessions(l);
	return r == 0 ? check_down(l) : r;
}

int loop_run(struct loop *l)
{
	struct pollfd *fds = calloc(FIXED_FDS + 2 * (size_t)l->max_clients, sizeof(*fds));
	int r = fds ? 0 : -ENOMEM;

	while (r == 0 && (l->count > 0 || l->listen_fd >= 0)) {
		ask_connection(l);
		if (poll(fds, fill_fds(l, fds), time_left(l)) < 0) {
			r = errno == EINTR ? 0 : -errno;
			continue;
		}
		l->b->now_ns = now_ns();
		if (fds[0].revents)
			break;
		metrics_serve(&l->metrics, fds[4].revents, &l->b->stats, l->b->now_ns);
		r = serve_all(l, fds);
	}
	free(fds);
	return tell_end(l, r);
}
