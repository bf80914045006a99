/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * xs - a xenstore connection: transactions that retry, errors that say what failed.
 *
 * A thin layer over libxenstore (struct xs_handle).  A connection never carries watches:
 * see xs_watch.h.  It is used by one thread.
 *
 * Paths:  relative ones are relative to the guest's home (/local/domain/<domid>) in a
 *         guest and to /local/domain/0 on dom0's socket.
 * Errors: 0 or a negative errno: -ENOENT absent, -EACCES denied (also what a guest gets
 *         for a missing node that it could not read), -EINVAL bad path, -E2BIG or -ENOSPC
 *         over a size limit or quota, -EAGAIN only after XS_TRANSACTION_TRIES conflicts.
 *         A guest that is resumed in the midst of a transaction gets -ENOENT (C
 *         xenstored) or -EIO (oxenstored) for what it still asks in it.
 *         xs_conn_is_dead() tells whether the connection can still be used: after some
 *         failures libxenstore closes its descriptor and everything then gives EBADF.
 *         xs_conn_error() is the sentence for a log: operation, path and reason.
 * Limits: path and value are at most 4096 bytes together, 4080 on /dev/xen/xenbus, where
 *         more ends the connection; guests: values 2015 (C xenstored) or 2048
 *         (oxenstored) bytes.  Nothing is retried but transactions.
 * Where:  XENSTORED_PATH, else the daemon's socket, else /dev/xen/xenbus, else
 *         /proc/xen/xenbus (libxenstore's own order).
 * Source: xen.git tools/include/xenstore.h, docs/misc/xenstore.txt
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <xenstore.h>

#include "lib/tree.h"

#define XS_TRANSACTION_TRIES 20 /* with growing, jittered pauses: about 2 s in all */

struct xs_conn;

int xs_conn_open(struct xs_conn **ret_conn);
void xs_conn_close(struct xs_conn *c);
static inline void xs_conn_closep(struct xs_conn **c)
{
	xs_conn_close(*c);
}
#define autoxs __attribute__((cleanup(xs_conn_closep)))

/* "write 'attr/x': Permission denied": the last failure; valid until the next call. */
const char *xs_conn_error(const struct xs_conn *c);
bool xs_conn_is_dead(const struct xs_conn *c);
/* Went away or was never there, or others keep it to themselves. */
bool xs_is_absent(int r);
/* The store does not let this be written, whatever else there is room for. */
bool xs_is_refusal(int r);
/* No room for another node, or for another request in this transaction: ENOSPC of C
 * xenstored (ENOMEM at its end), EQUOTA of oxenstored, which libxenstore does not know
 * and calls EINVAL.  For callers whose paths and values are never invalid or too long. */
bool xs_is_quota(int r);

/* The value belongs to the caller (free()); a NUL follows it. */
int xs_conn_read(struct xs_conn *c, const char *path, char **ret_value, size_t *ret_len);
int xs_conn_write(struct xs_conn *c, const char *path, const void *value, size_t len);
int xs_conn_mkdir(struct xs_conn *c, const char *path);
/* 0 also when there was nothing to remove. */
int xs_conn_remove(struct xs_conn *c, const char *path);
/* Names of the children, one allocation (free()); in the store's order.
 * -EMSGSIZE: they are too many for oxenstored's answer (4096 bytes of names).  The
 * connection was opened anew; a transaction is lost and must be given up by its body. */
int xs_conn_list(struct xs_conn *c, const char *path, char ***ret_names,
		 unsigned *ret_count);
/* Call @visit with the path of each child, below @path as it was given, until it returns
 * a negative result, which is returned.  -ENAMETOOLONG: over TREE_PATH_MAX. */
int xs_conn_each_child(struct xs_conn *c, const char *path,
		       int (*visit)(struct xs_conn *c, const char *child, void *arg),
		       void *arg);
/* First entry: owner and everyone's rights, as xs_get_permissions(); free() the array. */
int xs_conn_get_perms(struct xs_conn *c, const char *path,
		      struct xs_permissions **ret_perms, unsigned *ret_count);
int xs_conn_set_perms(struct xs_conn *c, const char *path, struct xs_permissions *perms,
		      unsigned count);
/* Add what is below @path, at most @depth levels, but not @path itself; see the next. */
int xs_conn_read_below(struct xs_conn *c, const char *path, unsigned depth,
		       struct tree *out);
/* Add @path and what is at most @depth levels below it to @out, under the paths that were
 * asked for.  Absent or unreadable nodes are passed over (0 is returned). */
int xs_conn_read_tree(struct xs_conn *c, const char *path, unsigned depth,
		      struct tree *out);

/* Run @body inside a transaction, again from its start when another client was in the
 * way.  A negative result of @body aborts and is returned.  Not nestable (-EBUSY). */
int xs_conn_transact(struct xs_conn *c, int (*body)(struct xs_conn *c, void *arg),
		     void *arg);
