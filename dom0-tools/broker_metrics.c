/* SPDX-License-Identifier: BSD-2-Clause */
#include "dom0-tools/broker_metrics.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/cleanup.h"

void metrics_init(struct metrics *m, int listen_fd)
{
	*m = (struct metrics){ .listen_fd = listen_fd, .fd = -1 };
}

static void hang_up(struct metrics *m)
{
	if (m->fd >= 0)
		(void)close(m->fd); /* what was not taken is lost */
	free(m->data);
	metrics_init(m, m->listen_fd);
}

void metrics_done(struct metrics *m)
{
	hang_up(m);
	if (m->listen_fd >= 0)
		(void)close(m->listen_fd); /* a socket */
	m->listen_fd = -1;
}

struct pollfd metrics_pollfd(const struct metrics *m)
{
	return (struct pollfd){ .fd = m->fd >= 0 ? m->fd : m->listen_fd,
				.events = m->answering ? POLLOUT : POLLIN };
}

uint64_t metrics_deadline(const struct metrics *m)
{
	return m->fd >= 0 ? m->until_ns : 0;
}

/* ---- the answer ---- */

static const struct page {
	const char *path, *type;
	enum stats_format format;
} pages[] = {
	{ "/", "text/plain; charset=utf-8", STATS_TEXT },
	{ "/json", "application/json", STATS_JSON },
	{ "/metrics", "text/plain; version=0.0.4; charset=utf-8", STATS_PROMETHEUS },
};

/* Of a request line "GET PATH" or "GET PATH HTTP/1.x", and what follows it. */
static const struct page *find_page(const char *request)
{
	size_t len;

	if (strncmp(request, "GET ", 4) != 0)
		return NULL;
	len = strcspn(request + 4, " \r\n");
	for (size_t i = 0; i < sizeof(pages) / sizeof(*pages); i++)
		if (strlen(pages[i].path) == len &&
		    memcmp(pages[i].path, request + 4, len) == 0)
			return &pages[i];
	return NULL;
}

static int print_body(const struct page *page, const struct broker_stats *stats,
		      char **ret_body, size_t *ret_len)
{
	FILE *out = open_memstream(ret_body, ret_len);
	int r = 0;

	if (!out)
		return -ENOMEM;
	if (page)
		r = stats_print(out, page->format, stats);
	else if (fputs("There are /, /json and /metrics.\n", out) < 0)
		r = -EIO;
	if (fclose(out) != 0)
		r = -ENOMEM;
	return r;
}

static int make_answer(struct metrics *m, const struct broker_stats *stats)
{
	const struct page *page = find_page(m->data);
	autofree char *body = NULL;
	char *answer = NULL;
	size_t len = 0;
	int n, r = print_body(page, stats, &body, &len);

	if (r < 0)
		return r;
	n = asprintf(&answer,
		     "HTTP/1.0 %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n"
		     "Connection: close\r\n\r\n%s",
		     page ? "200 OK" : "404 Not Found",
		     page ? page->type : "text/plain; charset=utf-8", len, body);
	if (n < 0)
		return -ENOMEM;
	free(m->data);
	m->data = answer;
	m->len = (size_t)n;
	m->answering = true;
	return 0;
}

/* ---- the connection ---- */

static void take_client(struct metrics *m, uint64_t now_ns)
{
	m->fd = accept4(m->listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (m->fd < 0)
		return;
	m->until_ns = now_ns + METRICS_MS * 1000000ULL;
	m->data = calloc(1, METRICS_REQUEST_MAX + 1);
	if (!m->data)
		hang_up(m);
}

static int send_answer(struct metrics *m)
{
	ssize_t n = send(m->fd, m->data + m->sent, m->len - m->sent,
			 MSG_DONTWAIT | MSG_NOSIGNAL);

	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	m->sent += (size_t)n;
	return m->sent == m->len ? -ESHUTDOWN : 0;
}

/* Until the empty line.  A NUL would end it for us and not for the client: refused. */
static int read_request(struct metrics *m, const struct broker_stats *stats)
{
	ssize_t n =
		recv(m->fd, m->data + m->len, METRICS_REQUEST_MAX - m->len, MSG_DONTWAIT);
	int r = 0;

	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	if (n == 0 || memchr(m->data + m->len, '\0', (size_t)n))
		return -EPROTO;
	m->len += (size_t)n;
	if (strstr(m->data, "\r\n\r\n") || strstr(m->data, "\n\n"))
		r = make_answer(m, stats);
	else if (m->len == METRICS_REQUEST_MAX)
		r = -EMSGSIZE;
	return r == 0 && m->answering ? send_answer(m) : r;
}

void metrics_serve(struct metrics *m, short ready, const struct broker_stats *stats,
		   uint64_t now_ns)
{
	int r = 0;

	if (m->fd < 0) {
		if (ready)
			take_client(m, now_ns);
		return;
	}
	if (ready)
		r = m->answering ? send_answer(m) : read_request(m, stats);
	if (r < 0 || now_ns >= m->until_ns)
		hang_up(m);
}
