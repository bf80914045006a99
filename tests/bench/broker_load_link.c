/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/bench/broker_load.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE_MS 60000 /* an empty bucket makes a client wait, but not for this long */

void die(const char *what)
{
	fprintf(stderr, "broker_load: %s: %s\n", what, strerror(errno));
	exit(1);
}

uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * SECOND_NS + (uint64_t)t.tv_nsec;
}

void link_open(struct link *l, const char *path)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };

	if (strlen(path) >= sizeof(un.sun_path)) {
		errno = ENAMETOOLONG;
		die(path);
	}
	memcpy(un.sun_path, path, strlen(path) + 1);
	l->have = 0;
	l->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (l->fd < 0 || connect(l->fd, (struct sockaddr *)&un, sizeof(un)) < 0 ||
	    fcntl(l->fd, F_SETFL, O_NONBLOCK) < 0)
		die(path);
}

void link_close(struct link *l)
{
	(void)close(l->fd);
	l->fd = -1;
}

bool link_send(struct link *l, uint32_t type, uint32_t id, uint32_t tx, const void *body,
	       size_t len)
{
	struct xsd_sockmsg head = {
		.type = type, .req_id = id, .tx_id = tx, .len = (uint32_t)len
	};
	uint8_t frame[FRAME_MAX];
	ssize_t n;

	if (len > FRAME_MAX - sizeof(head)) {
		errno = E2BIG;
		die("request");
	}
	memcpy(frame, &head, sizeof(head));
	memcpy(frame + sizeof(head), body, len);
	n = send(l->fd, frame, sizeof(head) + len, MSG_NOSIGNAL);
	if (n < 0 && errno == EAGAIN)
		return false;
	/* a stream socket of the kernel's takes a small packet whole or not at all */
	if (n != (ssize_t)(sizeof(head) + len))
		die("send");
	return true;
}

const struct xsd_sockmsg *link_header(const struct link *l)
{
	return (const struct xsd_sockmsg *)(const void *)l->in;
}

/* How much more the frame needs. */
static size_t wanted(const struct link *l)
{
	size_t whole = sizeof(struct xsd_sockmsg);

	if (l->have >= whole) {
		if (link_header(l)->len > FRAME_MAX - whole) {
			errno = EMSGSIZE;
			die("reply");
		}
		whole += link_header(l)->len;
	}
	return whole - l->have;
}

bool link_receive(struct link *l)
{
	size_t more;

	while ((more = wanted(l)) > 0) {
		ssize_t n = recv(l->fd, l->in + l->have, more, 0);

		if (n < 0 && errno == EAGAIN)
			return false;
		if (n == 0)
			errno = ECONNRESET;
		if (n <= 0)
			die("receive");
		l->have += (size_t)n;
	}
	return true;
}

void link_next(struct link *l)
{
	l->have = 0;
}

void link_wait_any(struct link *l)
{
	for (;;) {
		struct pollfd p = { .fd = l->fd, .events = POLLIN };

		if (!link_receive(l)) {
			if (poll(&p, 1, PATIENCE_MS) <= 0) {
				errno = ETIMEDOUT;
				die("reply");
			}
			continue;
		}
		if (link_header(l)->type != XS_WATCH_EVENT)
			return;
		link_next(l);
	}
}

void link_wait(struct link *l)
{
	link_wait_any(l);
	if (link_header(l)->type != XS_ERROR)
		return;
	fprintf(stderr, "broker_load: error reply: %.*s\n", (int)link_header(l)->len,
		(const char *)l->in + sizeof(struct xsd_sockmsg));
	exit(1);
}

void samples_add(struct samples *s, uint64_t ns)
{
	if (s->n == s->room) {
		s->room = s->room ? 2 * s->room : 4096;
		s->ns = reallocarray(s->ns, s->room, sizeof(*s->ns));
		if (!s->ns)
			die("memory");
	}
	s->ns[s->n++] = ns;
}

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

double samples_at(struct samples *s, unsigned per_mille)
{
	size_t at = s->n * per_mille / 1000;

	if (s->n == 0) {
		errno = ENODATA;
		die("samples");
	}
	qsort(s->ns, s->n, sizeof(*s->ns), by_value);
	return (double)s->ns[at] / 1e3;
}
