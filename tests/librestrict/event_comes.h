/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * event_comes - does a watch on a domain's node tell of a change, for tests.
 * Owns:   nothing; the nodes that it writes are removed.
 * Errors: an errno; ENOMSG: the watch is accepted and no event comes, although one that was
 *         caused later has come.
 */
#pragma once
#include <xenstore.h>

/* @watcher may watch @own's nodes in any case; @writer is dom0's. */
int event_comes(struct xs_handle *watcher, struct xs_handle *writer, unsigned own,
		unsigned domid);
