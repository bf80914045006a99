/* SPDX-License-Identifier: BSD-2-Clause */
#include "eliloader/xapi_conn.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "eliloader/limits.h"
#include "eliloader/xapi_http.h"
#include "lib/cleanup.h"
#include "lib/io.h"
#include "lib/unix_socket.h"

#define RESTART_POLL_MS 200
#define SEND_TRIES	3 /* of one request that no server has taken */

void xapi_conn_init(struct xapi_conn *c, const char *path, unsigned timeout_s)
{
	*c = (struct xapi_conn){ .path = path, .timeout_s = timeout_s, .fd = -1 };
}

void xapi_conn_close(struct xapi_conn *c)
{
	close_fd(&c->fd); /* what was sent was answered, or is given up */
	c->used = false;
}

int xapi_conn_format(const char *body, size_t len, bool close, char **ret_text,
		     size_t *ret_len)
{
	int n = asprintf(ret_text,
			 "POST / HTTP/1.1\r\nHost: localhost\r\nUser-Agent: eliloader\r\n"
			 "Content-Type: text/xml\r\nContent-Length: %zu\r\n%s\r\n%.*s",
			 len, close ? "Connection: close\r\n" : "", (int)len, body);

	if (n < 0)
		return -ENOMEM;
	*ret_len = (size_t)n;
	return 0;
}

static unsigned left_ms(uint64_t deadline)
{
	uint64_t now = io_now_ms();

	return now >= deadline ? 0 : (unsigned)(deadline - now);
}

static int connect_once(const char *path, uint64_t deadline)
{
	struct sockaddr_un address;
	unsigned left = left_ms(deadline);
	struct timeval tv = { .tv_sec = left / 1000, .tv_usec = left % 1000 * 1000 + 1 };
	autoclose int fd = -1;
	int r = unix_address(path, &address);

	if (r < 0)
		return r;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	/* it bounds connect() too, which waits while the server's queue is full */
	if (setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv)) < 0)
		return -errno;
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		return errno == EAGAIN ? -ETIMEDOUT : -errno;
	return steal_fd(&fd);
}

/* XAPI may be restarted while we are at work ("xe-toolstack-restart"): then its socket is
 * absent or refuses for some seconds. */
static bool is_restart(int r)
{
	return r == -ECONNREFUSED || r == -ENOENT || r == -ECONNRESET;
}

static int conn_open(struct xapi_conn *c, uint64_t deadline)
{
	int fd = connect_once(c->path, deadline);

	while (fd < 0 && c->was_there && is_restart(fd) && left_ms(deadline) > 0) {
		(void)poll(NULL, 0, RESTART_POLL_MS); /* a pause */
		fd = connect_once(c->path, deadline);
	}
	if (fd < 0)
		return fd;
	c->fd = fd;
	c->used = false;
	c->was_there = true;
	return 0;
}

/* 0 when @fd is ready. */
static int wait_fd(int fd, short events, uint64_t deadline)
{
	struct pollfd p = { .fd = fd, .events = events };

	for (;;) {
		unsigned left = left_ms(deadline);
		int n = left > 0 ? poll(&p, 1, (int)left) : 0;

		if (n > 0)
			return 0;
		if (n == 0) /* also when bytes still trickle */
			return -ETIMEDOUT;
		if (errno !=
		    EINTR) /* a handler has run; what it noted is looked at later */
			return -errno;
	}
}

static int send_all(int fd, const char *data, size_t len, uint64_t deadline)
{
	while (len > 0) {
		ssize_t n = send(fd, data, len, MSG_NOSIGNAL | MSG_DONTWAIT);
		int r;

		if (n >= 0) {
			data += n;
			len -= (size_t)n;
			continue;
		}
		if (errno == EINTR)
			continue;
		if (errno != EAGAIN)
			return -errno;
		r = wait_fd(fd, POLLOUT, deadline);
		if (r < 0)
			return r;
	}
	return 0;
}

/* @ret_any: a byte has come. */
static int receive(int fd, struct http_reply *h, uint64_t deadline, bool *ret_any)
{
	char buf[16384];
	int r;

	for (;;) {
		ssize_t n;

		r = wait_fd(fd, POLLIN, deadline);
		if (r < 0)
			return r;
		n = recv(fd, buf, sizeof(buf), MSG_DONTWAIT);
		if (n < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			return http_reply_end(h);
		*ret_any = true;
		r = http_reply_feed(h, buf, (size_t)n);
		if (r != 0)
			return r;
	}
}

/* Between two requests nothing must come: else it is the end, or nothing to be trusted. */
static bool is_idle(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN | POLLRDHUP };

	return poll(&p, 1, 0) == 0;
}

static bool was_closed(int r)
{
	return r == -EPIPE || r == -ECONNRESET;
}

/* Connect when there is no connection, send, receive.  @ret_again: the request may be sent
 * again.  No byte has come, and either the server closed an old connection, perhaps before
 * it read anything; or the connection was reset, which on this kind of socket means that
 * the request was not read to its end (a server that ends leaves those queued so). */
static int attempt(struct xapi_conn *c, const char *text, size_t len, uint64_t deadline,
		   struct http_reply *h, bool *ret_again)
{
	bool any = false;
	int r;

	*ret_again = false;
	if (c->fd >= 0 && !is_idle(c->fd))
		xapi_conn_close(c);
	if (c->fd < 0) {
		r = conn_open(c, deadline);
		if (r < 0)
			return r;
	}
	r = send_all(c->fd, text, len, deadline);
	/* even a server that has closed its side may have answered before */
	if (r == 0 || was_closed(r))
		r = receive(c->fd, h, deadline, &any);
	*ret_again = !any && (r == -ECONNRESET || (r == -EPIPE && c->used));
	return r;
}

static int attempt_all(struct xapi_conn *c, const char *text, size_t len,
		       uint64_t deadline, struct http_reply *h)
{
	bool again;
	int r = attempt(c, text, len, deadline, h, &again);

	for (int i = 1; again && i < SEND_TRIES; i++) {
		xapi_conn_close(c);
		if (r == -ECONNRESET)
			(void)poll(NULL, 0, RESTART_POLL_MS); /* a pause */
		r = attempt(c, text, len, deadline, h, &again);
	}
	c->used = true;
	return r;
}

static int explain(const struct xapi_conn *c, int r, int status, char *why, size_t size)
{
	if (r > 0) {
		(void)snprintf(why, size, "XAPI answered with HTTP status %d", status);
		return -EBADMSG;
	}
	switch (r) {
	case -ETIMEDOUT:
		(void)snprintf(why, size, "no answer from XAPI within %u s",
			       c->timeout_s);
		break;
	case -EPIPE:
	case -ECONNRESET:
		(void)snprintf(why, size, "XAPI closed the connection without an answer");
		r = -EPIPE;
		break;
	case -EBADMSG:
		(void)snprintf(why, size, "what XAPI answered is not HTTP");
		break;
	case -EFBIG:
		(void)snprintf(why, size, "XAPI's answer is too long");
		break;
	default:
		(void)snprintf(why, size, "XAPI cannot be reached at %s: %s", c->path,
			       strerror(-r));
	}
	return r;
}

int xapi_conn_post(struct xapi_conn *c, const char *body, size_t len, bool once,
		   char **ret_reply, size_t *ret_len, char *why, size_t size)
{
	uint64_t deadline = io_now_ms() + (uint64_t)c->timeout_s * 1000;
	autofree char *text = NULL;
	autohttp struct http_reply h;
	size_t text_len;
	int r;

	http_reply_init(&h, XAPI_REPLY_MAX);
	r = xapi_conn_format(body, len, false, &text, &text_len);
	if (r < 0)
		return explain(c, r, 0, why, size);
	if (once)
		xapi_conn_close(c);
	r = attempt_all(c, text, text_len, deadline, &h);
	if (r <= 0 || !h.keep)
		xapi_conn_close(c);
	if (r <= 0 || h.status != 200)
		return explain(c, r, h.status, why, size);
	*ret_reply = h.body ? steal_ptr(h.body) : strdup("");
	*ret_len = h.body_len;
	return *ret_reply ? 0 : -ENOMEM;
}
