/* SPDX-License-Identifier: BSD-2-Clause */
/* Many clients that each ask now and then, and perhaps one that asks without end. */
#include "tests/bench/broker_load.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/io.h"

#define CLIENTS_MAX 1000
#define PERIOD_NS   (SECOND_NS / 2) /* each asks so often */

struct client {
	struct link link;
	uint64_t due;  /* when it wants to ask next */
	uint64_t from; /* when the request that is asked was wanted */
	bool asked;
};

/* As many requests as the socket takes, every answer read: until it is killed. */
static void flood(const char *sock, uint32_t type, const char *path)
{
	static struct link l;
	struct pollfd p = { .events = POLLIN | POLLOUT };

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* cannot fail for a valid signal */
	link_open(&l, sock);
	p.fd = l.fd;
	for (;;) {
		while (link_receive(&l))
			link_next(&l);
		while (link_send(&l, type, 1, 0, path, strlen(path) + 1))
			;
		if (poll(&p, 1, -1) < 0)
			die("poll");
	}
}

static pid_t flooder(const char *sock, uint32_t type, const char *path)
{
	pid_t pid = fork();

	if (pid < 0)
		die("fork");
	if (pid == 0)
		flood(sock, type, path);
	return pid;
}

/* A request that had to wait for the answer to the one before counts from when it was
 * due; for others it is no fault of the store's that this process was late. */
static void ask(struct client *c, const char *path, uint64_t now, bool waited)
{
	if (!link_send(&c->link, XS_READ, 2, 0, path, strlen(path) + 1))
		die("a socket that is empty is full");
	c->from = waited ? c->due : now;
	c->due += PERIOD_NS;
	c->asked = true;
}

static void step(struct client *c, const char *path, struct samples *s)
{
	uint64_t now = now_ns();
	bool waited = false;

	if (c->asked && link_receive(&c->link)) {
		if (link_header(&c->link)->type != XS_READ) {
			errno = EBADMSG;
			die("answer");
		}
		link_next(&c->link);
		samples_add(s, now - c->from);
		c->asked = false;
		waited = c->due < now;
	}
	if (!c->asked && c->due <= now)
		ask(c, path, now, waited);
}

/* Until somebody wants to ask. */
static struct timespec pause_of(const struct client *clients, size_t n)
{
	uint64_t now = now_ns(), first = now + PERIOD_NS;

	for (size_t i = 0; i < n; i++)
		if (!clients[i].asked && clients[i].due < first)
			first = clients[i].due;
	return (struct timespec){ .tv_nsec = first > now ? (long)(first - now) : 0 };
}

static void crowd(struct client *clients, size_t n, const char *path, uint64_t end,
		  struct samples *s)
{
	struct pollfd fds[CLIENTS_MAX];

	for (size_t i = 0; i < n; i++)
		fds[i] = (struct pollfd){ .fd = clients[i].link.fd, .events = POLLIN };
	while (now_ns() < end) {
		struct timespec pause = pause_of(clients, n);

		if (ppoll(fds, n, &pause, NULL) < 0)
			die("poll");
		for (size_t i = 0; i < n; i++)
			if (fds[i].revents || clients[i].due <= now_ns())
				step(&clients[i], path, s);
	}
}

/* Nodes below @path until it is refused; how many. */
static unsigned fill(struct link *l, const char *path)
{
	char body[256];
	unsigned n = 0;

	do {
		int len = snprintf(body, sizeof(body), "%s/%u/%u", path, n / 100, n);

		if (n > 0)
			link_next(l);
		if (!link_send(l, XS_MKDIR, 1, 0, body, (size_t)len + 1) || n > 100000)
			die("filling");
		link_wait_any(l);
		n++;
	} while (link_header(l)->type == XS_MKDIR);
	link_next(l);
	return n - 1;
}

/* fill SOCKET PATH : all nodes that a client may have */
int fill_main(char *argv[])
{
	static struct link l;

	link_open(&l, argv[0]);
	printf("filled %u\n", fill(&l, argv[1]));
	link_close(&l);
	return 0;
}

/* crowd SOCKET PATH CLIENTS SECONDS FLOODERS [NODE] : latency of all but the flooders */
int crowd_main(char *argv[])
{
	uint64_t n, seconds, floods;
	struct client *clients;
	struct samples s = { 0 };
	pid_t pids[8];

	if (io_parse_u64(argv[2], CLIENTS_MAX, &n) < 0 || n == 0 ||
	    io_parse_u64(argv[3], 600, &seconds) < 0 ||
	    io_parse_u64(argv[4], sizeof(pids) / sizeof(pids[0]), &floods) < 0)
		return 2;
	clients = calloc(n, sizeof(*clients));
	if (!clients)
		die("memory");
	for (uint64_t i = 0; i < floods; i++)
		pids[i] = argv[5] ? flooder(argv[0], XS_MKDIR, argv[5])
				  : flooder(argv[0], XS_READ, argv[1]);
	for (size_t i = 0; i < n; i++)
		link_open(&clients[i].link, argv[0]);
	for (size_t i = 0; i < n; i++) /* spread over the period */
		clients[i].due = now_ns() + i * PERIOD_NS / n;
	crowd(clients, n, argv[1], now_ns() + seconds * SECOND_NS, &s);
	printf("crowd requests %zu median %.0f p99 %.0f\n", s.n, samples_at(&s, 500),
	       samples_at(&s, 990));
	for (uint64_t i = 0; i < floods; i++) {
		(void)kill(pids[i], SIGKILL); /* our child, not waited for yet */
		(void)waitpid(pids[i], NULL, 0);
	}
	free(clients);
	free(s.ns);
	return 0;
}
