/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * broker_load - what tests/bench/broker measures with.
 *
 *	broker_load compare read|write PATH MS ROUNDS SOCKET...
 *		one libxenstore client on each socket, by turns of MS milliseconds, so
 *		that what else the machine does meets them all alike; a line for each:
 *		"SOCKET rate R median US p99 US"
 *	broker_load crowd SOCKET PATH CLIENTS SECONDS FLOODERS [NODE]
 *		clients that each read PATH every half second: "crowd requests N median US
 *		p99 US"; flooders read it without end, or make NODE without end
 *	broker_load fill SOCKET PATH
 *		a client that makes nodes below PATH until it is refused: "filled N"
 *	broker_load tokens SOCKET PATH SECONDS RATE BURST
 *		a client that always wants more: "tokens taken N over T short T"; over:
 *		the most that was had beyond the bucket's, short: what was lost, at the
 *		end
 *	broker_load hold SOCKET PATH CLIENTS
 *		clients that have written, read and set a watch; "ready", then they stay
 *		until stdin ends
 */
#include "tests/bench/broker_load.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xenstore.h>

#include "lib/io.h"

#define SOCKETS_MAX 8
#define HOLD_MAX    1000

struct side {
	const char *sock;
	struct xs_handle *h;
	struct samples samples;
	uint64_t busy_ns;
	unsigned writes;
};

static void one(struct side *s, const char *path, bool writes)
{
	unsigned len;
	char *value;

	if (writes) {
		char text[16];
		int n = snprintf(text, sizeof(text), "%u", s->writes++);

		if (!xs_write(s->h, XBT_NULL, path, text, (unsigned)n))
			die(path);
		return;
	}
	value = xs_read(s->h, XBT_NULL, path, &len);
	if (!value)
		die(path);
	free(value);
}

static void turn(struct side *s, const char *path, bool writes, uint64_t ns)
{
	uint64_t start = now_ns(), before = start, now = start;

	while (now - start < ns) {
		one(s, path, writes);
		now = now_ns();
		samples_add(&s->samples, now - before);
		before = now;
	}
	s->busy_ns += now - start;
}

static void side_open(struct side *s, const char *sock)
{
	s->sock = sock;
	if (setenv("XENSTORED_PATH", sock, 1) < 0)
		die("setenv");
	s->h = xs_open(0);
	if (!s->h)
		die(sock);
}

static void side_report(struct side *s)
{
	double rate = (double)s->samples.n * (double)SECOND_NS / (double)s->busy_ns;

	printf("%s rate %.0f median %.1f p99 %.1f\n", s->sock, rate,
	       samples_at(&s->samples, 500), samples_at(&s->samples, 990));
	xs_close(s->h);
	free(s->samples.ns);
}

static int compare_main(int argc, char *argv[])
{
	static struct side sides[SOCKETS_MAX];
	bool writes = strcmp(argv[0], "write") == 0;
	uint64_t ms, rounds;
	int n = argc - 4;

	if (n > SOCKETS_MAX || (!writes && strcmp(argv[0], "read") != 0) ||
	    io_parse_u64(argv[2], 60000, &ms) < 0 ||
	    io_parse_u64(argv[3], 1000, &rounds) < 0)
		return 2;
	for (int i = 0; i < n; i++) {
		side_open(&sides[i], argv[4 + i]);
		one(&sides[i], argv[1],
		    writes); /* connections are not what is measured */
	}
	for (uint64_t r = 0; r < rounds; r++)
		for (int i = 0; i < n; i++)
			turn(&sides[i], argv[1], writes, ms * (SECOND_NS / 1000));
	for (int i = 0; i < n; i++)
		side_report(&sides[i]);
	return 0;
}

/* A value of a size that real programs have, and a watch of its own. */
static void hold(struct link *l, const char *sock, const char *path, unsigned i)
{
	char body[512];
	int n = snprintf(body, sizeof(body), "%s/%u%c%0200u", path, i, 0, i);

	link_open(l, sock);
	(void)link_send(l, XS_WRITE, 1, 0, body,
			(size_t)n); /* link_wait() sees a lost one */
	link_wait(l);
	link_next(l);
	(void)link_send(l, XS_READ, 1, 0, body, strlen(body) + 1);
	link_wait(l);
	link_next(l);
	n = snprintf(body, sizeof(body), "%s/%u%ctoken", path, i, 0);
	(void)link_send(l, XS_WATCH, 1, 0, body, (size_t)n + 1);
	link_wait(l);
	link_next(l);
}

static int hold_main(char *argv[])
{
	struct link *links;
	uint64_t n;
	char c;

	if (io_parse_u64(argv[2], HOLD_MAX, &n) < 0 || n == 0)
		return 2;
	links = calloc(n, sizeof(*links));
	if (!links)
		die("memory");
	for (unsigned i = 0; i < n; i++)
		hold(&links[i], argv[0], argv[1], i);
	puts("ready");
	(void)fflush(stdout);
	while (read(STDIN_FILENO, &c, 1) > 0)
		;
	free(links);
	return 0;
}

static int usage(void)
{
	fprintf(stderr,
		"usage: broker_load compare read|write PATH MS ROUNDS SOCKET...\n"
		"       broker_load crowd SOCKET PATH CLIENTS SECONDS FLOODERS [NODE]\n"
		"       broker_load fill SOCKET PATH\n"
		"       broker_load tokens SOCKET PATH SECONDS RATE BURST\n"
		"       broker_load hold SOCKET PATH CLIENTS\n");
	return 2;
}

int main(int argc, char *argv[])
{
	const char *what = argc > 1 ? argv[1] : "";
	int r = 2;

	if (strcmp(what, "compare") == 0 && argc >= 7)
		r = compare_main(argc - 2, argv + 2);
	else if (strcmp(what, "crowd") == 0 && (argc == 7 || argc == 8))
		r = crowd_main(argv + 2);
	else if (strcmp(what, "fill") == 0 && argc == 4)
		r = fill_main(argv + 2);
	else if (strcmp(what, "tokens") == 0 && argc == 7)
		r = tokens_main(argv + 2);
	else if (strcmp(what, "hold") == 0 && argc == 5)
		r = hold_main(argv + 2);
	return r == 2 ? usage() : r;
}
