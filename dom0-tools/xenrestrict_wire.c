/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The few requests that the library asks without libxenstore: on a broker's connection
 * before a handle gets it, and many at once about transactions.
 * Source: xen.git docs/misc/xenstore.txt, xen/include/public/io/xs_wire.h
 */
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <xen/io/xs_wire.h>

#include "dom0-tools/xenrestrict_priv.h"
#include "lib/io.h"

#define REPLY_MS      10000   /* a store that is slower than this has hung */
#define WINDOW	      64      /* requests on their way at once */
#define QUESTIONS_MAX 1000000 /* transactions asked for: about 10 s */

static int reply_error(const char *name)
{
	for (size_t i = 0; i < sizeof(xsd_errors) / sizeof(xsd_errors[0]); i++)
		if (strcmp(xsd_errors[i].errstring, name) == 0)
			return -xsd_errors[i].errnum;
	return -EINVAL; /* as libxenstore has it */
}

static int wait_for(int fd, short events, uint64_t end_ms)
{
	for (;;) {
		struct pollfd p = { .fd = fd, .events = events };
		uint64_t now = io_now_ms();
		int r;

		if (now >= end_ms)
			return -ETIMEDOUT;
		r = poll(&p, 1, (int)(end_ms - now));
		if (r > 0)
			return 0;
		if (r < 0 && errno != EINTR)
			return -errno;
	}
}

/* No SIGPIPE of a socket, and no waiting in it; a device has neither. */
static ssize_t put_some(int fd, const void *p, size_t len)
{
	ssize_t n = send(fd, p, len, MSG_NOSIGNAL | MSG_DONTWAIT);

	return n < 0 && errno == ENOTSOCK ? write(fd, p, len) : n;
}

/* (It is not asked beforehand whether there is room: /dev/xen/xenbus never says so.) */
static int put(int fd, const void *data, size_t len, uint64_t end_ms)
{
	const char *p = data;

	while (len > 0) {
		ssize_t n = put_some(fd, p, len);
		int r = 0;

		if (n > 0) {
			p += n;
			len -= (size_t)n;
		} else if (n < 0 && errno == EAGAIN) {
			r = wait_for(fd, POLLOUT, end_ms);
		} else if (n < 0 && errno != EINTR) {
			r = errno == ECONNRESET ? -EPIPE : -errno;
		}
		if (r < 0)
			return r;
	}
	return 0;
}

static int get(int fd, void *data, size_t len, uint64_t end_ms)
{
	char *p = data;

	while (len > 0) {
		int r = wait_for(fd, POLLIN, end_ms);
		ssize_t n;

		if (r < 0)
			return r;
		n = read(fd, p, len);
		if (n == 0 || (n < 0 && errno == ECONNRESET))
			return -EPIPE;
		if (n < 0 && errno != EINTR && errno != EAGAIN)
			return -errno;
		if (n > 0) {
			p += n;
			len -= (size_t)n;
		}
	}
	return 0;
}

static int send_request(int fd, uint32_t type, uint32_t tx, const char *arg,
			uint64_t end_ms)
{
	struct {
		struct xsd_sockmsg head;
		char body[XR_WIRE_MAX];
	} m;
	size_t len = strlen(arg) + 1;

	if (len > sizeof(m.body))
		return -E2BIG;
	m.head = (struct xsd_sockmsg){ .type = type, .tx_id = tx, .len = (uint32_t)len };
	memcpy(m.body, arg, len);
	return put(fd, &m, sizeof(m.head) + len, end_ms);
}

static int take_message(int fd, struct xsd_sockmsg *head, char *buf, uint64_t end_ms)
{
	int r = get(fd, head, sizeof(*head), end_ms);

	if (r < 0)
		return r;
	if (head->len > XR_WIRE_MAX)
		return -EBADMSG;
	r = get(fd, buf, head->len, end_ms);
	if (r >= 0)
		buf[head->len] = '\0';
	return r;
}

/* A watch event on the way is lost, but what follows is still in its place. */
static int take_reply(int fd, uint32_t type, uint32_t tx, char *buf, uint64_t end_ms)
{
	struct xsd_sockmsg head;
	bool watched = false;
	int r;

	while ((r = take_message(fd, &head, buf, end_ms)) >= 0 &&
	       head.type == XS_WATCH_EVENT)
		watched = true;
	if (r < 0)
		return r;
	if (watched)
		return -EBUSY;
	if (head.type == XS_ERROR)
		return reply_error(buf);
	return (uint32_t)head.type == type && (uint32_t)head.tx_id == tx ? 0 : -EBADMSG;
}

int xr_wire_ask(int fd, uint32_t type, uint32_t tx, const char *arg, char *buf)
{
	uint64_t end_ms = io_now_ms() + REPLY_MS;
	int r = send_request(fd, type, tx, arg, end_ms);

	return r < 0 ? r : take_reply(fd, type, tx, buf, end_ms);
}

bool xr_wire_is_lost(int r)
{
	return r == -EPIPE || r == -EBADMSG || r == -ETIMEDOUT;
}

int xr_wire_open_transactions(int fd, uint32_t last, int unknown)
{
	char buf[XR_WIRE_MAX + 1];
	bool watched = false;
	uint32_t asked = 0;
	int count = 0, r = 0;

	if (last > QUESTIONS_MAX)
		return -E2BIG;
	for (uint32_t taken = 0; taken < last; taken++) {
		uint64_t end_ms = io_now_ms() + REPLY_MS;

		for (r = 0; asked < last && asked - taken < WINDOW && r >= 0; asked++)
			r = send_request(fd, XS_READ, asked + 1, "/", end_ms);
		if (r < 0)
			return r;
		r = take_reply(fd, XS_READ, taken + 1, buf, end_ms);
		if (xr_wire_is_lost(r))
			return r;
		watched |= r == -EBUSY;
		count += r != unknown;
	}
	return watched ? -EBUSY : count;
}
