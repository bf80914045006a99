/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * xs_watch - one watch, as a descriptor for poll().
 *
 * Speaks the wire protocol for this one request itself.  The static libxenstore has no
 * reader thread: it takes the first message that comes for the reply, and the kernel's
 * /dev/xen/xenbus may well hand out the watch's first event before the reply (seen on
 * real Xen; the library then closes its descriptor and says EINVAL).  Here either order
 * is fine, and neither thread nor lock is needed.
 *
 * A watch fires once at registration, for @path and every change below it, and, in a
 * guest, once more after resume or migration (the kernel registers it anew).
 *
 * Owns:   the connection, which carries nothing else; xs_watch_free() ends it.
 * Errors: 0 or a negative errno.
 * Source: xen.git docs/misc/xenstore.txt, public/io/xs_wire.h; linux
 *         drivers/xen/xenbus/xenbus_dev_frontend.c, xenbus_xs.c (resume)
 */
#pragma once

struct xs_watch;

/* Ask for the watch.  A refusal may come here (a guest's kernel) or from xs_watch_next().
 */
int xs_watch_new(const char *path, struct xs_watch **ret_watch);
void xs_watch_free(struct xs_watch *w);
static inline void xs_watch_freep(struct xs_watch **w)
{
	xs_watch_free(*w);
}
#define autowatch __attribute__((cleanup(xs_watch_freep)))

/* Readable when xs_watch_next() may have something to give. */
int xs_watch_fd(const struct xs_watch *w);
/* Never blocks.  1 and the path that changed (free() it), 0: nothing yet, negative: the
 * watch was refused or the connection is dead. */
int xs_watch_next(struct xs_watch *w, char **ret_path);
