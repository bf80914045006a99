/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/librestrict/event_comes.h"

struct party {
	struct xs_handle *watcher;
	struct xs_handle *writer;
	unsigned own;
};

static void node_of(char path[64], unsigned domid, const char *node)
{
	(void)snprintf(path, 64, "/local/domain/%u/data/%s", domid, node);
}

/* Waits until the token @until comes; counts those of @token.  -1: none came at all. */
static int events_until(struct xs_handle *xsh, const char *until, const char *token)
{
	int n = 0;

	for (;;) {
		struct pollfd p = { .fd = xs_fileno(xsh), .events = POLLIN };
		char **event = xs_check_watch(xsh);
		bool is_last = false;

		if (!event && poll(&p, 1, 20000) <= 0)
			return -1;
		if (event) {
			n += strcmp(event[XS_WATCH_TOKEN], token) == 0;
			is_last = strcmp(event[XS_WATCH_TOKEN], until) == 0;
		}
		free(event);
		if (is_last)
			return n;
	}
}

/* One more event of the own domain's: what came before has been seen then. */
static int events_until_now(const struct party *h, const char *token)
{
	char path[64];

	node_of(path, h->own, "restrict-mark");
	if (!xs_write(h->writer, XBT_NULL, path, "1", 1))
		return -1;
	return events_until(h->watcher, "mark", token);
}

static int watch_both(const struct party *h, const char *path, const char *mark)
{
	int first = -1, n = -1;

	if (!xs_watch(h->watcher, mark, "mark"))
		return errno;
	/* each watch is answered by an event at once: those are no news */
	if (xs_watch(h->watcher, path, "asked") &&
	    events_until(h->watcher, "mark", "") == 0 && events_until_now(h, "") == 0 &&
	    xs_write(h->writer, XBT_NULL, path, "1", 1)) {
		first = events_until_now(h, "asked");
		n = events_until_now(h, "asked");
	}
	(void)xs_unwatch(h->watcher, path, "asked");
	(void)xs_unwatch(h->watcher, mark, "mark");
	if (first < 0 || n < 0)
		return ETIMEDOUT;
	return first + n > 0 ? 0 : ENOMSG;
}

int event_comes(struct xs_handle *watcher, struct xs_handle *writer, unsigned own,
		unsigned domid)
{
	struct party h = { .watcher = watcher, .writer = writer, .own = own };
	char path[64], mark[64];
	int r;

	node_of(path, domid, "restrict-watched");
	node_of(mark, own, "restrict-mark");
	r = watch_both(&h, path, mark);
	(void)xs_rm(writer, XBT_NULL, path);
	(void)xs_rm(writer, XBT_NULL, mark);
	return r;
}
