/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/broker/oracle_link.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/io.h"

#define OUT_ROOM (1U << 20)
#define IN_ROOM	 (2 * (LINK_MESSAGE_MAX + sizeof(struct xsd_sockmsg)))

static int buffers_make(struct link *link)
{
	link->out = malloc(OUT_ROOM);
	link->in = malloc(IN_ROOM);
	return link->out && link->in ? 0 : -ENOMEM;
}

int link_open_ring(struct link *link, const char *name, const char *dir, unsigned domid)
{
	memset(link, 0, sizeof(*link));
	link->name = name;
	link->is_ring = true;
	link->fd = -1;
	if (buffers_make(link) < 0)
		return -ENOMEM;
	return ring_open(&link->ring, dir, domid);
}

int link_open_socket(struct link *link, const char *name, const char *path)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	autoclose int fd = -1;

	memset(link, 0, sizeof(*link));
	link->name = name;
	link->fd = -1;
	if (buffers_make(link) < 0)
		return -ENOMEM;
	if (strlen(path) >= sizeof(un.sun_path))
		return -ENAMETOOLONG;
	memcpy(un.sun_path, path, strlen(path));
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&un, sizeof(un)) < 0)
		return -errno;
	link->fd = steal_fd(&fd);
	return 0;
}

void link_close(struct link *link)
{
	if (link->is_ring)
		ring_close(&link->ring);
	if (link->fd >= 0)
		(void)close(link->fd); /* nothing is lost: what was asked was answered */
	link->fd = -1;
	free(link->out);
	free(link->in);
	link->out = link->in = NULL;
	events_clear(&link->events);
	free(link->events.list);
	link->events.list = NULL;
	link->events.room = 0;
}

int link_send_raw(struct link *link, const char *bytes, size_t len)
{
	if (link->out_done == link->out_len)
		link->out_done = link->out_len = 0;
	if (OUT_ROOM - link->out_len < len)
		return -ENOBUFS;
	memcpy(link->out + link->out_len, bytes, len);
	link->out_len += len;
	return 0;
}

int link_send(struct link *link, uint32_t type, uint32_t req_id, uint32_t tx_id,
	      const char *body, size_t len)
{
	const struct xsd_sockmsg h = {
		.type = type, .req_id = req_id, .tx_id = tx_id, .len = (uint32_t)len
	};
	int r = link_send_raw(link, (const char *)&h, sizeof(h));

	return r < 0 ? r : link_send_raw(link, body, len);
}

/* ---- bytes ---- */

static ssize_t part_write(struct link *link)
{
	const char *from = link->out + link->out_done;
	size_t len = link->out_len - link->out_done;
	ssize_t n;

	if (len == 0)
		return 0;
	if (link->is_ring)
		return (ssize_t)ring_write(&link->ring, from, len);
	n = send(link->fd, from, len, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (n < 0)
		return errno == EAGAIN ? 0 : -errno;
	return n;
}

static ssize_t part_read(struct link *link)
{
	char *to = link->in + link->in_len;
	size_t room = IN_ROOM - link->in_len;
	ssize_t n;

	if (link->is_ring)
		return (ssize_t)ring_read(&link->ring, to, room);
	if (room == 0)
		return 0;
	n = recv(link->fd, to, room, MSG_DONTWAIT);
	if (n < 0)
		return errno == EAGAIN ? 0 : -errno;
	return n == 0 ? -ECONNRESET : n;
}

int link_pump(struct link *link)
{
	ssize_t sent, got, moved = 0;

	if (link->is_ring)
		ring_acknowledge(&link->ring);
	do {
		sent = part_write(link);
		if (sent < 0)
			return (int)sent;
		link->out_done += (size_t)sent;
		got = part_read(link);
		if (got < 0)
			return (int)got;
		if (link->tap && got > 0)
			link->tap(link->tap_arg, link->in + link->in_len, (size_t)got);
		link->in_len += (size_t)got;
		link->bytes_seen += (uint64_t)got;
		moved += sent + got;
	} while (link->is_ring && sent + got > 0);
	return link->is_ring && moved > 0 ? ring_notify(&link->ring) : 0;
}

static void poll_on(const struct link *link, struct pollfd *p)
{
	p->fd = link->is_ring ? link->ring.notify_fd : link->fd;
	p->events = POLLIN;
	if (!link->is_ring && link->out_done < link->out_len)
		p->events |= POLLOUT;
}

int link_wait(struct link *link, int ms)
{
	struct pollfd p;
	int r;

	poll_on(link, &p);
	r = poll(&p, 1, ms);
	return r < 0 && errno != EINTR ? -errno : r > 0;
}

/* ---- messages ---- */

void events_clear(struct events *events)
{
	for (size_t i = 0; i < events->count; i++)
		free(events->list[i].body);
	events->count = 0;
}

static int event_add(struct events *events, const char *body, size_t len)
{
	struct event *e;

	if (events->count == events->room) {
		size_t room = events->room ? events->room * 2 : 64;
		struct event *list =
			reallocarray(events->list, room, sizeof(*events->list));

		if (!list)
			return -ENOMEM;
		events->list = list;
		events->room = room;
	}
	e = &events->list[events->count];
	*e = (struct event){ .len = len, .body = malloc(len + 1) };
	if (!e->body)
		return -ENOMEM;
	memcpy(e->body, body, len);
	e->body[len] = '\0';
	events->count++;
	return 0;
}

/* The first buffered message: 1 and its length, 0 when it is not whole yet. */
static int message_whole(const struct link *link, struct xsd_sockmsg *h)
{
	if (link->in_len < sizeof(*h))
		return 0;
	memcpy(h, link->in, sizeof(*h));
	if (h->len > LINK_MESSAGE_MAX)
		return -EPROTO;
	return link->in_len - sizeof(*h) >= h->len;
}

int link_take(struct link *link, struct message *ret_message)
{
	struct xsd_sockmsg h;
	int r;

	while ((r = message_whole(link, &h)) > 0) {
		const char *body = link->in + sizeof(h);
		size_t all = sizeof(h) + h.len;
		bool is_event = h.type == XS_WATCH_EVENT;

		if (is_event) {
			r = event_add(&link->events, body, h.len);
		} else {
			ret_message->h = h;
			memcpy(ret_message->body, body, h.len);
			ret_message->body[h.len] = '\0';
		}
		link->in_len -= all;
		memmove(link->in, link->in + all, link->in_len);
		if (!is_event || r < 0)
			return r;
	}
	return r;
}

/* @done stays true once the reply is there. */
static int step(struct link *link, struct message *m, bool *done)
{
	int r = 0;

	if (link && m && !*done)
		r = link_take(link, m);
	if (r > 0)
		*done = true;
	return r;
}

int link_receive_both(struct link *a, struct message *ma, struct link *b,
		      struct message *mb)
{
	struct link *links[2] = { a, b };
	struct message *messages[2] = { ma, mb };
	bool done[2] = { !a, !b };
	uint64_t end = io_now_ms() + LINK_WAIT_MS;

	for (;;) {
		struct pollfd p[2] = { { .fd = -1 }, { .fd = -1 } };

		for (int i = 0; i < 2; i++) {
			int r = links[i] ? link_pump(links[i]) : 0;

			if (r >= 0)
				r = step(links[i], messages[i], &done[i]);
			if (r < 0)
				return r;
			if (links[i])
				poll_on(links[i], &p[i]);
		}
		if (done[0] && done[1])
			return 0;
		if (io_now_ms() > end)
			return -ETIMEDOUT;
		if (poll(p, 2, 1000) < 0 && errno != EINTR)
			return -errno;
	}
}

int link_receive(struct link *link, struct message *ret_message)
{
	return link_receive_both(link, ret_message, NULL, NULL);
}
