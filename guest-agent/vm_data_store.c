/* SPDX-License-Identifier: BSD-2-Clause */
#include "guest-agent/vm_data_store.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest-agent/vm_data_map.h"
#include "lib/cleanup.h"
#include "lib/io.h"
#include "lib/xs_watch.h"

#define DOMAINS "/local/domain"

static bool is_number(const char *text)
{
	return *text && text[strspn(text, "0123456789")] == '\0';
}

/* Does the domain's home exist? -ENXIO: no. */
static int check_home(struct xs_conn *c, const char *home)
{
	autofree char *value = NULL;
	int r = xs_conn_read(c, home, &value, NULL);

	return r == -ENOENT ? -ENXIO : r;
}

static int find_domid(struct xs_conn *c, const char *text, unsigned *ret_domid)
{
	char home[sizeof(DOMAINS) + 16];
	uint64_t domid;
	int r = io_parse_u64(text, VM_DATA_DOMID_MAX, &domid);

	if (r < 0)
		return -ENXIO;
	(void)snprintf(home, sizeof(home), DOMAINS "/%u", (unsigned)domid);
	r = check_home(c, home);
	if (r >= 0)
		*ret_domid = (unsigned)domid;
	return r;
}

/* 1: domain @id, a name in /local/domain, is called @name; 0: no, or it has gone. */
static int has_name(struct xs_conn *c, const char *id, const char *name)
{
	autofree char *path = NULL, *value = NULL;
	size_t len = 0;
	int r;

	if (asprintf(&path, DOMAINS "/%s/name", id) < 0) {
		path = NULL; /* undefined after a failure */
		return -ENOMEM;
	}
	r = xs_conn_read(c, path, &value, &len);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	return len == strlen(name) && memcmp(value, name, len) == 0;
}

int vm_data_find_domain(struct xs_conn *c, const char *text, unsigned *ret_domid,
			char *ids, size_t ids_size)
{
	autofree char **all = NULL;
	unsigned count = 0, found = 0;
	size_t used = 0;
	int r;

	if (is_number(text))
		return find_domid(c, text, ret_domid);
	r = xs_conn_list(c, DOMAINS, &all, &count);
	for (unsigned i = 0; r >= 0 && i < count; i++) {
		uint64_t domid;

		if (io_parse_u64(all[i], VM_DATA_DOMID_MAX, &domid) < 0)
			continue; /* not a domain's home */
		r = has_name(c, all[i], text);
		if (r <= 0)
			continue;
		*ret_domid = (unsigned)domid;
		if (used < ids_size)
			used += (size_t)snprintf(ids + used, ids_size - used, "%s%s",
						 found ? ", " : "", all[i]);
		found++;
	}
	if (r < 0)
		return r;
	return found == 1 ? 0 : found == 0 ? -ENXIO : -ENOTUNIQ;
}

struct reading {
	const char *root; /* where to start */
	size_t skip;	  /* bytes of a path that are not part of a key */
	struct tree *out;
};

static int read_below(struct xs_conn *c, const struct reading *w, const char *path);

/* -ENOENT for the root only: another node may have gone meanwhile. */
static int read_node(struct xs_conn *c, const struct reading *w, const char *path)
{
	autofree char *value = NULL;
	size_t len = 0;
	int r = xs_conn_read(c, path, &value, &len);

	if (r == -ENOENT && path != w->root)
		return 0;
	if (r >= 0 && strlen(path) > w->skip)
		r = tree_set(w->out, path + w->skip, value, len);
	return r < 0 ? r : read_below(c, w, path);
}

static int read_below(struct xs_conn *c, const struct reading *w, const char *path)
{
	autofree char **names = NULL;
	unsigned count = 0;
	int r = xs_conn_list(c, path, &names, &count);

	if (r == -ENOENT)
		return 0;
	for (unsigned i = 0; r >= 0 && i < count; i++) {
		autofree char *child = NULL;

		if (asprintf(&child, "%s/%s", path, names[i]) < 0) {
			child = NULL; /* undefined after a failure */
			return -ENOMEM;
		}
		/* also the end of the recursion */
		r = strlen(child) > TREE_PATH_MAX ? -ENAMETOOLONG
						  : read_node(c, w, child);
	}
	return r;
}

static int read_all(struct xs_conn *c, void *arg)
{
	const struct reading *w = arg;

	tree_done(w->out); /* of an earlier try */
	tree_init(w->out);
	return read_node(c, w, w->root);
}

int vm_data_read(struct xs_conn *c, const char *top, const char *prefix,
		 struct tree *ret_nodes)
{
	autofree char *root = NULL;
	struct reading w = { .skip = strlen(top) + 1, .out = ret_nodes };
	int r;

	if (asprintf(&root, "%s%s%s", top, *prefix ? "/" : "", prefix) < 0) {
		root = NULL; /* undefined after a failure */
		return -ENOMEM;
	}
	w.root = root;
	r = xs_conn_transact(c, read_all, &w);
	/* A guest's transaction holds only so many requests (1024 with oxenstored, whose
	 * EQUOTA libxenstore calls EINVAL; C xenstored: ENOSPC): then it goes without. */
	if (r == -EINVAL || r == -ENOSPC || r == -E2BIG)
		r = read_all(c, &w);
	return r;
}

/* Nodes at and below @path that @domid owns, but for those at and below @except. */
static int count_owned(struct xs_conn *c, const char *path, const char *except,
		       unsigned domid, unsigned *count)
{
	autofree struct xs_permissions *perms = NULL;
	autofree char **names = NULL;
	unsigned n = 0;
	int r = xs_conn_get_perms(c, path, &perms, &n);

	if (r >= 0 && n > 0 && perms[0].id == domid)
		++*count;
	if (r >= 0)
		r = xs_conn_list(c, path, &names, &n);
	for (unsigned i = 0; r >= 0 && i < n; i++) {
		autofree char *child = NULL;

		if (asprintf(&child, "%s/%s", path, names[i]) < 0) {
			child = NULL; /* undefined after a failure */
			return -ENOMEM;
		}
		if (strcmp(child, except) != 0 && strlen(child) <= TREE_PATH_MAX)
			r = count_owned(c, child, except, domid, count);
	}
	return r == -ENOENT ? 0 : r; /* it has gone meanwhile */
}

struct replacing {
	const char *home, *top;
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
	int r = check_home(c, w->home); /* a write would make it again */

	if (r >= 0)
		r = xs_conn_remove(c, w->top);
	if (r >= 0)
		r = xs_conn_mkdir(c, w->top);
	if (r >= 0)
		r = give(c, w->domid, w->top);
	for (size_t i = 0; r >= 0 && i < w->nodes->count; i++) {
		const struct tree_entry *e = &w->nodes->entry[i];
		autofree char *path = NULL;

		if (asprintf(&path, "%s/%s", w->top, e->path) < 0) {
			path = NULL; /* undefined after a failure */
			return -ENOMEM;
		}
		r = xs_conn_write(c, path, e->value, e->value_len);
		if (r >= 0)
			r = give(c, w->domid, path);
	}
	return r;
}

int vm_data_replace(struct xs_conn *c, unsigned domid, const struct tree *nodes,
		    unsigned *ret_owned)
{
	char home[sizeof(DOMAINS) + 16], top[sizeof(home) + 16];
	struct replacing w = { .home = home, .top = top, .domid = domid, .nodes = nodes };
	unsigned owned = 0;
	int r;

	(void)snprintf(home, sizeof(home), DOMAINS "/%u", domid);
	(void)snprintf(top, sizeof(top), "%s/vm-data", home);
	r = count_owned(c, home, top, domid, &owned);
	*ret_owned = owned;
	if (r < 0)
		return r;
	if (domid != 0 && owned + nodes->count + 1 > VM_DATA_NODES_MAX)
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
		return wish->home ? check_home(c, wish->home) : 0;
	if (r < 0)
		return r;
	if (wish->value &&
	    (len != strlen(wish->value) || memcmp(value, wish->value, len) != 0))
		return 0;
	*ret_value = steal_ptr(value);
	*ret_len = len;
	return 1;
}

/* Take all events.  1: one may be about the key, that is about it or about something
 * above it that was removed; 0: none. */
static int take_events(struct xs_watch *watch, const char *key)
{
	int about = 0, r;

	for (;;) {
		autofree char *path = NULL;

		r = xs_watch_next(watch, &path);
		if (r == 0)
			return about;
		if (r < 0)
			return -ENOTCONN;
		if (tree_path_is_in(key, path))
			about = 1;
	}
}

static int poll_until(int fd, bool has_deadline, uint64_t deadline_ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	int wait = -1;

	if (has_deadline) {
		uint64_t now = io_now_ms();

		if (now >= deadline_ms)
			return -ETIME;
		wait = deadline_ms - now > INT_MAX ? INT_MAX : (int)(deadline_ms - now);
	}
	return poll(&p, 1, wait) < 0 && errno != EINTR ? -errno : 0;
}

int vm_data_wait(struct xs_conn *c, const struct vm_data_wish *wish, char **ret_value,
		 size_t *ret_len)
{
	uint64_t deadline_ms = io_now_ms() + wish->timeout_ms;
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
		r = poll_until(xs_watch_fd(watch), wish->has_timeout, deadline_ms);
		if (r >= 0)
			r = take_events(watch, wish->path);
		if (r > 0)
			r = look(c, wish, ret_value, ret_len);
		if (r != 0)
			return r < 0 ? r : 0;
	}
}
