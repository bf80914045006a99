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

#define FIXED_FDS 3 /* signals, connector, listener */

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

static void accept_client(struct loop *l)
{
	int fd = accept4(l->listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd >= 0 && loop_add_client(l, fd) < 0)
		log_warning("no room for another client");
}

static void end_session(struct loop *l, unsigned i, int why)
{
	if (why < 0 && why != -ECONNRESET)
		log_debug("a client is cut off: %s", strerror(-why));
	session_free(l->sessions[i]);
	l->sessions[i] = l->sessions[--l->count];
}

/* ---- connections to the daemon ---- */

static void ask_connection(struct loop *l)
{
	for (unsigned i = 0; i < l->count && !l->connecting; i++) {
		struct session *s = l->sessions[i];

		if (!session_wants_store(s))
			continue;
		if (connect_request(l->b->connector) == 0)
			l->connecting = s->asked = true;
		return;
	}
}

static struct session *who_asked(const struct loop *l)
{
	for (unsigned i = 0; i < l->count; i++)
		if (l->sessions[i]->asked)
			return l->sessions[i];
	return NULL;
}

static int take_connection(struct loop *l)
{
	struct session *s = who_asked(l);
	int fd = -1, why = 0;
	int r = connect_take(l->b->connector, &fd, &why);

	if (r < 0)
		return r;
	l->connecting = false;
	if (s && why == 0)
		return session_give_store(s, fd);
	if (fd >= 0)
		(void)close(fd); /* who asked has gone */
	if (s)
		s->asked = false;
	return 0;
}

/* ---- turns ---- */

/* May the request of @s be served now?  It is not read while it waits for tokens. */
static bool may_go(struct loop *l, struct session *s)
{
	struct broker *b = l->b;
	unsigned cost;

	if (!session_has_work(s, &cost))
		return false;
	if (!bucket_take(&b->bucket, cost, b->now_ns)) {
		if (!s->waits) {
			s->waits = true;
			s->waits_since = b->now_ns;
			b->stats.waits++;
		}
		return false;
	}
	b->stats.tokens_taken += cost;
	if (s->waits)
		b->stats.wait_ns += b->now_ns - s->waits_since;
	s->waits = false;
	return true;
}

static void serve_sessions(struct loop *l)
{
	l->turn++;
	for (unsigned n = l->count, k = 0; k < n && l->count > 0; k++) {
		unsigned i = (l->turn + k) % l->count;
		struct session *s = l->sessions[i];
		int r = 0;

		if (may_go(l, s))
			r = session_turn(s);
		if (r == 0)
			r = session_events(s);
		if (r < 0 || session_is_over(s))
			end_session(l, i, r);
	}
}

/* Milliseconds until something is to be done without anybody's doing. */
static int time_left(const struct loop *l)
{
	uint64_t least = UINT64_MAX;

	for (unsigned i = 0; i < l->count; i++) {
		uint64_t wait;
		unsigned cost;

		if (!session_has_work(l->sessions[i], &cost))
			continue;
		wait = bucket_wait_ns(&l->b->bucket, cost, l->b->now_ns);
		if (wait < least)
			least = wait;
	}
	return least == UINT64_MAX ? -1 : (int)((least + 999999) / 1000000);
}

static unsigned fill_fds(const struct loop *l, struct pollfd *fds)
{
	unsigned n = FIXED_FDS;

	fds[0] = (struct pollfd){ .fd = l->signals, .events = POLLIN };
	fds[1] = (struct pollfd){ .fd = l->b->connector, .events = POLLIN };
	fds[2] = (struct pollfd){ .fd = l->count < l->max_clients ? l->listen_fd : -1,
				  .events = POLLIN };
	for (unsigned i = 0; i < l->count; i++, n += 2) {
		const struct session *s = l->sessions[i];
		short events = (short)((session_wants_read(s) ? POLLIN : 0) |
				       (session_wants_write(s) ? POLLOUT : 0));

		/* nothing wanted: a hang-up would wake us again and again */
		fds[n] = (struct pollfd){ .fd = events ? s->fd : -1, .events = events };
		fds[n + 1] = (struct pollfd){ .fd = s->store.fd, .events = POLLIN };
	}
	return n;
}

/* What the descriptors of a session had to tell. */
static int serve_fds(struct session *s, const struct pollfd *fds)
{
	int r = 0;

	if (fds[1].revents)
		(void)store_read_events(&s->store); /* lost: it waits for another */
	if (fds[0].revents & POLLOUT)
		r = session_flush(s);
	if (r == 0 && (fds[0].revents & (POLLIN | POLLHUP | POLLERR)) &&
	    session_wants_read(s))
		r = session_read(s);
	return r;
}

static int serve_all(struct loop *l, const struct pollfd *fds)
{
	unsigned count = l->count;
	int r = 0;

	for (unsigned i = count; i-- > 0;) {
		r = serve_fds(l->sessions[i], &fds[FIXED_FDS + 2 * i]);
		if (r < 0)
			end_session(l, i, r);
	}
	if (fds[1].revents) {
		r = take_connection(l);
		if (r < 0)
			return r;
	}
	if (fds[2].revents)
		accept_client(l);
	serve_sessions(l);
	ask_connection(l);
	return 0;
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
		r = serve_all(l, fds);
	}
	free(fds);
	return r;
}
