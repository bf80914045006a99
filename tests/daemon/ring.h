/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ring - a guest's end of the shared page that it and the store daemon talk through.
 * Source: <xen/io/xs_wire.h>; the files are those of fakexen.c.
 * Owns:   the mapping and two descriptors, until ring_close().
 * Errors: 0 or a negative errno.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct xenstore_domain_interface;

struct ring {
	struct xenstore_domain_interface *page; /* owned mapping, NULL when closed */
	int notify_fd; /* owned: readable when the daemon has notified */
	int evtchn_fd; /* owned: where the daemon is notified */
	uint32_t port; /* the daemon's end */
};

/* @dir: the instance's directory.  -ESRCH: there is no such domain. */
int ring_open(struct ring *ring, const char *dir, unsigned domid);
void ring_close(struct ring *ring);

/* As much of @data as there is room for; the bytes taken. */
size_t ring_write(struct ring *ring, const void *data, size_t len);
/* As much as there is, at most @max; the bytes given. */
size_t ring_read(struct ring *ring, void *data, size_t max);
/* Tell the daemon that something was written or read. */
int ring_notify(const struct ring *ring);
/* Take the daemon's notifications. */
void ring_acknowledge(const struct ring *ring);
