/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * xs_watch - one watch, as a descriptor for poll().
 *
 * Each watch has a connection of its own that is used for nothing else, and a thread that
 * blocks in xs_read_watch(): the static libxenstore has no reader thread, so that an
 * event coming while a reply is awaited would end the connection.  The same code serves
 * the dynamic one.
 *
 * A watch fires once at registration, for @path and every change below it, and, in a
 * guest, once more after resume or migration (the kernel registers it anew).  Equal paths
 * that were not fetched yet are given once; of more than XS_WATCH_QUEUE_MAX different
 * ones only the fact is kept (-EOVERFLOW: look at everything).
 *
 * Owns:   the connection, the thread and the queue, for the life of the process: a thread
 *         that blocks inside libxenstore cannot be stopped in a static program.
 * Errors: 0 or a negative errno.
 * Source: xen.git docs/misc/xenstore.txt; linux drivers/xen/xenbus/xenbus_xs.c (resume)
 */
#pragma once

#define XS_WATCH_QUEUE_MAX 1024 /* paths: some seconds of a busy host */

struct xs_watch;

int xs_watch_new(const char *path, struct xs_watch **ret_watch);

/* Readable when xs_watch_next() has something to give. */
int xs_watch_fd(const struct xs_watch *w);
/* 1 and the path that changed (free() it), 0: nothing, -EOVERFLOW: too much changed (the
 * queue is empty now), any other: the connection is dead. */
int xs_watch_next(struct xs_watch *w, char **ret_path);
