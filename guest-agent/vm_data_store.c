/* SPDX-License-Identifier: BSD-2-Clause */
#include "guest-agent/vm_data_store.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest-agent/vm_data_map.h"
#include "lib/cleanup.h"
#include "lib/domains.h"
#include "lib/io.h"
#include "lib/text.h"
#include "lib/xs_watch.h"

#define EVENTS_AT_ONCE 1000 /* then it looks, and at the time */

struct reading {
	const char *root; /* where to start */
	size_t skip;	  /* bytes of a path that are not part of a key */
	struct tree *out;
};

/* -ENOENT for the root only: another node may have gone meanwhile. */
static int read_node(struct xs_conn *c, const char *path, void *arg)
{
	const struct reading *w = arg;
	autofree char *value = NULL;
	size_t len = 0;
	int r = xs_conn_read(c, path, &value, &len);

	if (r == -ENOENT && path != w->root)
		return 0;
	if (r >= 0 && strlen(path) > w->skip)
		r = tree_set(w->out, path + w->skip, value, len);
	if (r < 0)
		return r;
	r = xs_conn_each_child(c, path, read_node, arg);
	return r == -ENOENT ? 0 : r;
}

static int read_all(struct xs_conn *c, void *arg)
{
	const struct reading *w = arg;

	tree_done(w->out); /* of an earlier try */
	tree_init(w->out);
	return read_node(c, w->root, arg);
}

int vm_data_read(struct xs_conn *c, const char *top, const char *prefix,
		 struct tree *ret_nodes)
{
	autofree char *root = text_printf("%s%s%s", top, *prefix ? "/" : "", prefix);
	struct reading w = { .root = root, .skip = strlen(top) + 1, .out = ret_nodes };
	int r;

	if (!root)
		return -ENOMEM;
	r = xs_conn_transact(c, read_all, &w);
	/* A guest's transaction holds only so many requests (1024 with oxenstored, whose
	 * EQUOTA libxenstore calls EINVAL; C xenstored: ENOSPC): then it goes without. */
	if (r == -EINVAL || r == -ENOSPC || r == -E2BIG)
		r = read_all(c, &w);
	return r;
}

struct counting {
	const char *except;
	unsigned domid, count;
};

/* Adds the nodes at and below @path that the domain owns, but for those at and below
 * @except. */
static int count_owned(struct xs_conn *c, const char *path, void *arg)
{
	struct counting *w = arg;
	autofree struct xs_permissions *perms = NULL;
	unsigned n = 0;
	int r;

	if (strcmp(path, w->except) == 0)
		return 0;
	r = xs_conn_get_perms(c, path, &perms, &n);
	if (r >= 0 && n > 0 && perms[0].id == w->domid)
		w->count++;
	if (r >= 0)
		r = xs_conn_each_child(c, path, count_owned, arg);
	return r == -ENOENT ? 0 : r; /* it has gone meanwhile */
}

struct replacing {
	const char *top;
	unsigned domid;
	const struct tree *nodes;
};

/* What xenopsd gives vm-data when a domain is built; what is made below would inherit it
 * from there, but says it for itself. */
static int give(struct xs_conn *c, unsigned domid, const char *path)
{
	struct xs_permissions owner = { .id = domid, .perms = XS_PERM_NONE };

	return xs_conn_set_perms(c, path, &owner, 1);
}

static int replace_all(struct xs_conn *c, void *arg)
{
	const struct replacing *w = arg;
	int r = domains_check(c, w->domid); /* a write would make it again */

	if (r >= 0)
		r = xs_conn_remove(c, w->top);
	if (r >= 0)
		r = xs_conn_mkdir(c, w->top);
	if (r >= 0)
		r = give(c, w->domid, w->top);
	for (size_t i = 0; r >= 0 && i < w->nodes->count; i++) {
		const struct tree_entry *e = &w->nodes->entry[i];
		autofree char *path = text_printf("%s/%s", w->top, e->path);

		if (!path)
			return -ENOMEM;
		r = xs_conn_write(c, path, e->value, e->value_len);
		if (r >= 0)
			r = give(c, w->domid, path);
	}
	return r;
}

int vm_data_replace(struct xs_conn *c, unsigned domid, const struct tree *nodes,
		    unsigned *ret_owned)
{
	char home[sizeof(DOMAINS_DIR) + 16], top[sizeof(home) + 16];
	struct replacing w = { .top = top, .domid = domid, .nodes = nodes };
	struct counting owned = { .except = top, .domid = domid };
	int r;

	(void)snprintf(home, sizeof(home), DOMAINS_DIR "/%u", domid);
	(void)snprintf(top, sizeof(top), "%s/vm-data", home);
	r = count_owned(c, home, &owned);
	*ret_owned = owned.count;
	if (r < 0)
		return r;
	if (owned.count + nodes->count + 1 > VM_DATA_NODES_MAX)
		return -EDQUOT;
	return xs_conn_transact(c, replace_all, &w);
}

/* 1: as wished; 0: not yet. */
static int look(struct xs_conn *c, const struct vm_data_wish *wish, char **ret_value,
		size_t *ret_len)
{
	autofree char *value = NULL;
	size_t len = 0;
	int r = xs_conn_read(c, wish->path, &value, &len);

	if (r == -ENOENT)
		return wish->home ? domains_check(c, wish->domid) : 0;
	if (r < 0)
		return r;
	if (wish->value &&
	    (len != strlen(wish->value) || memcmp(value, wish->value, len) != 0))
		return 0;
	*ret_value = steal_ptr(value);
	*ret_len = len;
	return 1;
}

/* Take what events there are, so many at once that a domain which writes without end
 * cannot keep us here.  1: one may be about the key, that is about it, something below it or
 * something above it that was removed; 0: none. */
static int take_events(struct xs_watch *watch, const char *key)
{
	int about = 0;

	for (int i = 0; i < EVENTS_AT_ONCE; i++) {
		autofree char *path = NULL;
		int r = xs_watch_next(watch, &path);

		if (r == 0)
			break;
		if (r < 0)
			return -ENOTCONN;
		if (tree_path_is_in(key, path) || tree_path_is_in(path, key))
			about = 1;
	}
	return about;
}

static int poll_until(int fd, uint64_t deadline_ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	int wait = io_wait_ms(deadline_ms);

	if (wait == 0)
		return -ETIME;
	return poll(&p, 1, wait) < 0 && errno != EINTR ? -errno : 0;
}

int vm_data_await(struct xs_watch *watch, const char *path, uint64_t deadline_ms)
{
	int r = poll_until(xs_watch_fd(watch), deadline_ms);

	return r < 0 ? r : take_events(watch, path);
}

int vm_data_wait(struct xs_conn *c, const struct vm_data_wish *wish, char **ret_value,
		 size_t *ret_len)
{
	uint64_t deadline_ms =
		wish->has_timeout ? io_now_ms() + wish->timeout_ms : UINT64_MAX;
	autowatch struct xs_watch *watch = NULL;
	int r = look(c, wish, ret_value, ret_len);

	if (r != 0)
		return r < 0 ? r : 0;
	if (wish->has_timeout && wish->timeout_ms == 0)
		return -ETIME;
	/* Of another domain the whole home: C xenstored tells nothing of an absent key
	 * when the home is removed.  The first event closes the gap since look(). */
	if (xs_watch_new(wish->home ? wish->home : wish->path, &watch) < 0)
		return -ENOTCONN;
	for (;;) {
		r = vm_data_await(watch, wish->path, deadline_ms);
		if (r > 0)
			r = look(c, wish, ret_value, ret_len);
		if (r != 0)
			return r < 0 ? r : 0;
	}
}
