/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * xsh - one libxenstore handle driven by lines on stdin; each gets one line of answer, so
 * that a test can run several clients side by side, step by step.
 *
 *	read PATH           VALUE, escaped
 *	write PATH [VALUE]  ok
 *	fill PATH BYTES     ok: a value of so many bytes
 *	size PATH           how many bytes the value has
 *	mkdir PATH | rm PATH
 *	count PATH          how many children it has
 *	children PATH N     ok: makes PATH/0 .. PATH/N-1
 *	start | end | abort the transaction that what follows is part of
 *	watch PATH TOKEN | unwatch PATH TOKEN
 *	event               PATH TOKEN of the next event; waits at most EVENT_MS
 *	quiet               "quiet" when no event is there after a request has been
 *answered, else as event tree PATH           the subtree as lib/tree prints it, then "ok"
 *	quit                no answer
 * It ends with its parent. A failure is answered by "error NAME" (ENOENT, ...).
 */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <signal.h>
#include <sys/prctl.h>
#include <xenstore.h>

#include "lib/cleanup.h"
#include "lib/io.h"
#include "lib/log.h"
#include "lib/xs.h"

#define EVENT_MS   10000 /* of what takes microseconds */
#define TREE_DEPTH 64

struct shell {
	struct xs_handle *h;
	xs_transaction_t tx;
	char *arg[2];
};

static const char *error_name(void)
{
	return errno ? strerrorname_np(errno) : "unknown";
}

static void answer(bool good)
{
	if (good)
		printf("ok\n");
	else
		printf("error %s\n", error_name());
}

static void print_escaped(const char *value, size_t len)
{
	autofree char *text = malloc(4 * len + 1);

	if (!text)
		abort();
	(void)log_escape(text, 4 * len + 1, value, len);
	printf("%s\n", text);
}

static void do_read(struct shell *s)
{
	unsigned len;
	autofree char *value = xs_read(s->h, s->tx, s->arg[0], &len);

	if (value)
		print_escaped(value, len);
	else
		answer(false);
}

static void do_size(struct shell *s)
{
	unsigned len;
	autofree char *value = xs_read(s->h, s->tx, s->arg[0], &len);

	if (value)
		printf("%u\n", len);
	else
		answer(false);
}

static void do_write(struct shell *s)
{
	answer(xs_write(s->h, s->tx, s->arg[0], s->arg[1], (unsigned)strlen(s->arg[1])));
}

static void do_fill(struct shell *s)
{
	uint64_t len;
	autofree char *value = NULL;

	if (io_parse_u64(s->arg[1], 65536, &len) < 0 || !(value = malloc(len + 1))) {
		errno = EINVAL;
		answer(false);
		return;
	}
	memset(value, 'x', len);
	answer(xs_write(s->h, s->tx, s->arg[0], value, (unsigned)len));
}

static void do_mkdir(struct shell *s)
{
	answer(xs_mkdir(s->h, s->tx, s->arg[0]));
}

static void do_rm(struct shell *s)
{
	answer(xs_rm(s->h, s->tx, s->arg[0]));
}

static void do_count(struct shell *s)
{
	unsigned count;
	autofree char **names = xs_directory(s->h, s->tx, s->arg[0], &count);

	if (names)
		printf("%u\n", count);
	else
		answer(false);
}

static void do_children(struct shell *s)
{
	uint64_t count = 0;
	char path[1024];
	bool good = io_parse_u64(s->arg[1], 100000, &count) == 0;

	for (uint64_t i = 0; good && i < count; i++) {
		(void)snprintf(path, sizeof(path), "%s/%u", s->arg[0], (unsigned)i);
		good = xs_write(s->h, s->tx, path, "", 0);
	}
	answer(good);
}

static void do_start(struct shell *s)
{
	xs_transaction_t tx = xs_transaction_start(s->h);

	if (tx != XBT_NULL)
		s->tx = tx;
	answer(tx != XBT_NULL);
}

static void do_end(struct shell *s)
{
	xs_transaction_t tx = s->tx;

	s->tx = XBT_NULL;
	answer(xs_transaction_end(s->h, tx, false));
}

static void do_abort(struct shell *s)
{
	xs_transaction_t tx = s->tx;

	s->tx = XBT_NULL;
	answer(xs_transaction_end(s->h, tx, true));
}

static void do_watch(struct shell *s)
{
	answer(xs_watch(s->h, s->arg[0], s->arg[1]));
}

static void do_unwatch(struct shell *s)
{
	answer(xs_unwatch(s->h, s->arg[0], s->arg[1]));
}

static bool print_event(struct shell *s)
{
	autofree char **event = xs_check_watch(s->h);

	if (event)
		printf("%s %s\n", event[XS_WATCH_PATH], event[XS_WATCH_TOKEN]);
	return event;
}

static void do_event(struct shell *s)
{
	struct pollfd p = { .fd = xs_fileno(s->h), .events = POLLIN };
	uint64_t end = io_now_ms() + EVENT_MS;

	while (!print_event(s)) {
		int left = (int)(end - io_now_ms());

		if ((errno != 0 && errno != EAGAIN) || left <= 0 ||
		    poll(&p, 1, left) <= 0) {
			errno = errno == 0 || errno == EAGAIN ? ETIMEDOUT : errno;
			answer(false);
			return;
		}
	}
}

/* The daemon puts events of the past before a later reply: none can be on its way. */
static void do_quiet(struct shell *s)
{
	char *value = xs_read(s->h, XBT_NULL, "domid", NULL);

	free(value);
	if (!print_event(s))
		printf("quiet\n");
}

static void do_tree(struct shell *s)
{
	autotree struct tree t = { 0 };
	autoxs struct xs_conn *c = NULL;
	int r = xs_conn_open(&c);

	if (r == 0)
		r = xs_conn_read_tree(c, s->arg[0], TREE_DEPTH, &t);
	if (r == 0)
		tree_print(stdout, &t);
	errno = -r;
	answer(r == 0);
}

static const struct verb {
	const char *name;
	int args;
	void (*run)(struct shell *s);
} verbs[] = {
	{ "read", 1, do_read },	      { "write", 2, do_write },
	{ "fill", 2, do_fill },	      { "size", 1, do_size },
	{ "mkdir", 1, do_mkdir },     { "rm", 1, do_rm },
	{ "count", 1, do_count },     { "children", 2, do_children },
	{ "start", 0, do_start },     { "end", 0, do_end },
	{ "abort", 0, do_abort },     { "watch", 2, do_watch },
	{ "unwatch", 2, do_unwatch }, { "event", 0, do_event },
	{ "quiet", 0, do_quiet },     { "tree", 1, do_tree },
};

static void run_line(struct shell *s, char *line)
{
	char *rest = line, *name = strsep(&rest, " ");
	char empty[1] = "";

	s->arg[0] = s->arg[1] = empty;
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		if (strcmp(verbs[i].name, name) != 0)
			continue;
		/* the last argument takes the rest of the line, spaces and all */
		if (rest && verbs[i].args == 2)
			s->arg[0] = strsep(&rest, " ");
		if (rest)
			s->arg[verbs[i].args == 2] = rest;
		errno = 0;
		verbs[i].run(s);
		return;
	}
	printf("error unknown verb '%s'\n", name);
}

int main(void)
{
	struct shell s = { .tx = XBT_NULL };
	autofree char *line = NULL;
	size_t room = 0;
	ssize_t len;

	log_open("xsh", false, false);
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* cannot fail for a valid signal */
	s.h = xs_open(0);
	if (!s.h) {
		log_error("cannot reach the store: %s", strerror(errno));
		return 1;
	}
	printf("ready\n");
	(void)fflush(stdout);
	while ((len = getline(&line, &room, stdin)) > 0) {
		if (line[len - 1] == '\n')
			line[len - 1] = '\0';
		if (strcmp(line, "quit") == 0)
			break;
		run_line(&s, line);
		(void)fflush(stdout);
	}
	xs_close(s.h);
	return 0;
}
