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
	uint64_t due;
	bool asked;
};

/* As many requests as the socket takes, every answer read: until it is killed. */
static void flood(const char *sock, const char *path)
{
	static struct link l;
	struct pollfd p = { .events = POLLIN | POLLOUT };

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* cannot fail for a valid signal */
	link_open(&l, sock);
	p.fd = l.fd;
	for (;;) {
		while (link_receive(&l))
			link_next(&l);
		while (link_send(&l, XS_READ, 1, 0, path, strlen(path) + 1))
			;
		if (poll(&p, 1, -1) < 0)
			die("poll");
	}
}

static pid_t flooder(const char *sock, const char *path)
{
	pid_t pid = fork();

	if (pid < 0)
		die("fork");
	if (pid == 0)
		flood(sock, path);
	return pid;
}

/* Time counts from when a request was due: one that the client itself was kept from
 * sending has waited, too. */
static void step(struct client *c, const char *path, uint64_t now, struct samples *s)
{
	while (c->asked && link_receive(&c->link)) {
		if (link_header(&c->link)->type != XS_READ) {
			errno = EBADMSG;
			die("answer");
		}
		link_next(&c->link);
		samples_add(s, now_ns() - c->due);
		c->due += PERIOD_NS;
		c->asked = false;
	}
	if (!c->asked && c->due <= now) {
		if (!link_send(&c->link, XS_READ, 2, 0, path, strlen(path) + 1))
			die("a socket that is empty is full");
		c->asked = true;
	}
}

static void crowd(struct client *clients, size_t n, const char *path, uint64_t end,
		  struct samples *s)
{
	struct pollfd fds[CLIENTS_MAX];
	uint64_t now;

	for (size_t i = 0; i < n; i++)
		fds[i] = (struct pollfd){ .fd = clients[i].link.fd, .events = POLLIN };
	while ((now = now_ns()) < end) {
		for (size_t i = 0; i < n; i++)
			step(&clients[i], path, now, s);
		if (poll(fds, n, 1) < 0)
			die("poll");
	}
}

/* crowd SOCKET PATH CLIENTS SECONDS FLOODERS : latency of all but the flooders */
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
		pids[i] = flooder(argv[0], argv[1]);
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
