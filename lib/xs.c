/* SPDX-License-Identifier: BSD-2-Clause */
#include "lib/xs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/cleanup.h"
#include "lib/io.h"
#include "lib/text.h"

#define PAUSE_FIRST_US 500 /* a competing transaction of one write is over by then */
#define PAUSE_MAX_US   200000

struct xs_conn {
	struct xs_handle *handle; /* owned */
	xs_transaction_t tx;	  /* XBT_NULL outside */
	bool dead;
	bool overlong; /* dead of a reply too long, in a transaction */
	unsigned seed; /* of the jitter */
	char error[256];
};

int xs_conn_open(struct xs_conn **ret_conn)
{
	struct xs_conn *c = calloc(1, sizeof(*c));

	if (!c)
		return -ENOMEM;
	errno = 0;
	c->handle = xs_open(0);
	if (!c->handle) {
		int e = errno ? errno : EIO;

		free(c);
		return -e;
	}
	c->tx = XBT_NULL;
	c->seed = (unsigned)io_now_ms();
	*ret_conn = c;
	return 0;
}

void xs_conn_close(struct xs_conn *c)
{
	if (!c)
		return;
	xs_close(c->handle);
	free(c);
}

const char *xs_conn_error(const struct xs_conn *c)
{
	return c->error;
}

bool xs_conn_is_dead(const struct xs_conn *c)
{
	return c->dead;
}

/* Note what failed; the negative errno.  The errors listed are those that libxenstore
 * leaves when it has closed its descriptor, or that the descriptor itself gives. */
static int failed(struct xs_conn *c, const char *verb, const char *path)
{
	int e = errno ? errno : EIO;

	if (e == EBADF || e == EPIPE || e == ECONNRESET || e == ENOTCONN || e == ENODEV)
		c->dead = true;
	(void)snprintf(c->error, sizeof(c->error), "%s '%s': %s", verb, path,
		       strerror(e));
	return -e;
}

int xs_conn_read(struct xs_conn *c, const char *path, char **ret_value, size_t *ret_len)
{
	unsigned len = 0;
	char *value;

	errno = 0;
	value = xs_read(c->handle, c->tx, path, &len);
	if (!value)
		return failed(c, "read", path);
	*ret_value = value;
	if (ret_len)
		*ret_len = len;
	return 0;
}

int xs_conn_write(struct xs_conn *c, const char *path, const void *value, size_t len)
{
	errno = 0;
	if (len > XENSTORE_PAYLOAD_MAX)
		errno = E2BIG;
	else if (xs_write(c->handle, c->tx, path, value, (unsigned)len))
		return 0;
	return failed(c, "write", path);
}

int xs_conn_mkdir(struct xs_conn *c, const char *path)
{
	errno = 0;
	return xs_mkdir(c->handle, c->tx, path) ? 0 : failed(c, "make", path);
}

int xs_conn_remove(struct xs_conn *c, const char *path)
{
	errno = 0;
	if (xs_rm(c->handle, c->tx, path) || errno == ENOENT)
		return 0;
	return failed(c, "remove", path);
}

/* A new connection in place of one that libxenstore has closed. */
static bool reopen(struct xs_conn *c)
{
	struct xs_handle *fresh = xs_open(0);

	if (!fresh)
		return false; /* it was the daemon that went away */
	xs_close(c->handle);
	c->handle = fresh;
	c->dead = false;
	return true;
}

/* oxenstored answers with all names at once; over XENSTORE_PAYLOAD_MAX bytes libxenstore
 * closes its descriptor and then, asking in parts, says EBADF. */
static int list_failed(struct xs_conn *c, const char *path)
{
	bool closed = errno == EBADF && !c->dead;
	int r = failed(c, "list", path);

	if (!closed)
		return r;
	if (c->tx != XBT_NULL)
		c->overlong = true; /* what is still asked in it must fail */
	else if (!reopen(c))
		return r;
	(void)snprintf(c->error, sizeof(c->error),
		       "list '%s': more names than the store can send at once", path);
	return -EMSGSIZE;
}

int xs_conn_list(struct xs_conn *c, const char *path, char ***ret_names,
		 unsigned *ret_count)
{
	char **names;

	errno = 0;
	names = xs_directory(c->handle, c->tx, path, ret_count);
	if (!names)
		return list_failed(c, path);
	*ret_names = names;
	return 0;
}

int xs_conn_each_child(struct xs_conn *c, const char *path,
		       int (*visit)(struct xs_conn *c, const char *child, void *arg),
		       void *arg)
{
	autofree char **names = NULL;
	unsigned count = 0;
	int r = xs_conn_list(c, path, &names, &count);

	for (unsigned i = 0; r >= 0 && names && i < count; i++) {
		autofree char *child = text_printf("%s/%s", path, names[i]);

		if (!child)
			return -ENOMEM;
		/* also the end of a recursion */
		r = strlen(child) > TREE_PATH_MAX ? -ENAMETOOLONG : visit(c, child, arg);
	}
	return r < 0 ? r : 0;
}

int xs_conn_get_perms(struct xs_conn *c, const char *path,
		      struct xs_permissions **ret_perms, unsigned *ret_count)
{
	struct xs_permissions *perms;

	errno = 0;
	perms = xs_get_permissions(c->handle, c->tx, path, ret_count);
	if (!perms)
		return failed(c, "read permissions of", path);
	*ret_perms = perms;
	return 0;
}

int xs_conn_set_perms(struct xs_conn *c, const char *path, struct xs_permissions *perms,
		      unsigned count)
{
	errno = 0;
	if (xs_set_permissions(c->handle, c->tx, path, perms, count))
		return 0;
	return failed(c, "set permissions of", path);
}

bool xs_is_absent(int r)
{
	return r == -ENOENT || r == -EACCES;
}

bool xs_is_refusal(int r)
{
	return r == -EACCES || r == -EPERM || r == -E2BIG;
}

bool xs_is_quota(int r)
{
	return r == -ENOSPC || r == -EINVAL || r == -ENOMEM;
}

struct reading {
	unsigned depth;
	struct tree *out;
};

static int read_child(struct xs_conn *c, const char *path, void *arg)
{
	const struct reading *w = arg;

	return xs_conn_read_tree(c, path, w->depth, w->out);
}

int xs_conn_read_below(struct xs_conn *c, const char *path, unsigned depth,
		       struct tree *out)
{
	struct reading w = { .depth = depth - 1, .out = out };
	int r = depth > 0 ? xs_conn_each_child(c, path, read_child, &w) : 0;

	return xs_is_absent(r) ? 0 : r;
}

int xs_conn_read_tree(struct xs_conn *c, const char *path, unsigned depth,
		      struct tree *out)
{
	autofree char *value = NULL;
	size_t len = 0;
	int r = xs_conn_read(c, path, &value, &len);

	if (xs_is_absent(r))
		return 0;
	if (r >= 0)
		r = tree_set(out, path, value, len);
	return r < 0 ? r : xs_conn_read_below(c, path, depth, out);
}

/* Growing, and different for competitors that started together. */
static void pause_before_retry(struct xs_conn *c, unsigned try)
{
	unsigned long us = PAUSE_FIRST_US << (try < 9 ? try : 9);
	struct timespec ts;

	if (us > PAUSE_MAX_US)
		us = PAUSE_MAX_US;
	us = us / 2 + (unsigned long)rand_r(&c->seed) % us;
	ts = (struct timespec){ .tv_nsec = (long)us * 1000 };
	(void)nanosleep(&ts, NULL); /* cut short by a signal is fine */
}

static int transact_once(struct xs_conn *c, int (*body)(struct xs_conn *c, void *arg),
			 void *arg)
{
	int r;

	errno = 0;
	c->tx = xs_transaction_start(c->handle);
	if (c->tx == XBT_NULL)
		return failed(c, "start", "transaction");
	r = body(c, arg);
	if (c->overlong) {
		/* the daemon ended the transaction with its connection */
		(void)reopen(c); /* else it stays dead */
		r = r < 0 ? r : -EMSGSIZE;
	} else {
		errno = 0;
		if (!xs_transaction_end(c->handle, c->tx, r < 0) && r >= 0)
			r = failed(c, "commit", "transaction");
	}
	c->overlong = false;
	c->tx = XBT_NULL;
	return r;
}

int xs_conn_transact(struct xs_conn *c, int (*body)(struct xs_conn *c, void *arg),
		     void *arg)
{
	int r = -EBUSY;

	if (c->tx != XBT_NULL)
		return r;
	for (unsigned try = 0; try < XS_TRANSACTION_TRIES; try++) {
		if (try > 0)
			pause_before_retry(c, try - 1);
		r = transact_once(c, body, arg);
		if (r != -EAGAIN)
			break;
	}
	return r;
}
