/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bus - what a guest kernel's xenbus driver does for the programs that open
 * /dev/xen/xenbus: many clients share the one ring of the domain.
 *
 * - A request gets an id of the bus's own, the reply goes back with the client's.
 * - A watch gets a token of the bus's own; events go to the client that set the watch,
 *   with its token.  A watch that the daemon refuses ends that client's connection, as
 *   the kernel fails the write() and libxenstore then closes its descriptor.
 * - A message of more than XENSTORE_PAYLOAD_MAX bytes with its header ends it, too.
 * - A client that goes away has its transactions aborted and its watches removed.
 * - Over a suspend all requests rest; after a resume every watch is set again and fires,
 *   a transaction from before cannot be committed (EAGAIN), its number means nothing to
 *   the daemon any more.
 * Kernels before 5.11 wait at a suspend until clients have ended their transactions; this
 * is one of 5.11 or later.
 *
 * Owns:   clients, watches and requests, from bus_init() to the end of the process.
 * Errors: 0 or a negative errno.
 * Source: linux drivers/xen/xenbus/xenbus_dev_frontend.c, xenbus_xs.c, xenbus_comms.c
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <xen/io/xs_wire.h>

#include "tests/daemon/ring.h"

#define BUS_TYPES 32 /* message types that are counted one by one */

struct message {
	struct xsd_sockmsg hdr;
	char body[]; /* hdr.len bytes */
};

struct watch {
	struct watch *next;
	struct client *client; /* borrowed */
	uint32_t id;	       /* the token on the ring, in hexadecimal */
	char *path, *token;    /* owned */
};

struct transaction {
	struct transaction *next;
	uint32_t id;	     /* 0 until the daemon has answered */
	unsigned generation; /* of the connection it was started on */
};

struct client {
	struct client *next;
	unsigned number;   /* for the log: 1, 2, ... */
	int fd;		   /* owned; -1 when it went away */
	bool waiting;	   /* inside write() for a watch: nothing more is read */
	bool ended;	   /* no more input */
	unsigned inflight; /* requests without a reply */
	size_t in_len;
	char in[XENSTORE_PAYLOAD_MAX];
	char *out; /* owned: replies and events not yet taken */
	size_t out_len, out_room;
	struct transaction *transactions; /* owned */
};

struct request {
	struct request *next;
	struct client *client; /* borrowed; NULL: the bus's own */
	struct watch *watch;   /* WATCH: what is to be registered; owned until then */
	uint32_t caller_id;
	size_t sent; /* bytes of the message in the ring */
	struct message msg;
};

struct bus {
	const char *dir; /* borrowed */
	unsigned domid;
	struct ring ring;
	struct client *clients;
	unsigned client_count; /* ever */
	struct watch *watches;
	struct request *requests; /* in order; those without a reply */
	uint32_t next_id;
	unsigned generation; /* of the connection to the daemon */
	bool suspended;
	size_t reply_len; /* bytes received of the reply or event */
	union {
		struct xsd_sockmsg hdr;
		char bytes[sizeof(struct xsd_sockmsg) + XENSTORE_PAYLOAD_MAX + 1];
	} reply;
	unsigned count[BUS_TYPES], events,
		own; /* requests by type, events, the bus's own */
	FILE *log;   /* owned; NULL: none */
};

int bus_init(struct bus *bus, const char *dir, unsigned domid);

/* Take over a connected descriptor. */
int bus_add_client(struct bus *bus, int fd);
/* Read what a client has written. */
void bus_client_readable(struct bus *bus, struct client *c);
bool bus_client_may_read(const struct bus *bus, const struct client *c);
/* Whatever can be done now: take replies, act on requests, fill the ring, give replies to
 * clients, forget those that are gone.  Negative: the ring is unusable. */
int bus_work(struct bus *bus);

/* No request is without its reply. */
bool bus_is_idle(const struct bus *bus);
void bus_suspend(struct bus *bus); /* takes effect when bus_is_idle() */
/* After a suspend: use @domid's ring and set all watches again. */
int bus_resume(struct bus *bus, unsigned domid);
/* After a suspend that did not happen (checkpoint, failed migration). */
void bus_cancel(struct bus *bus);

/* One line for each request from now on: client, transaction, type, result, path, and for
 * a WRITE the value in quotes, escaped.  NULL: none any more. */
int bus_log_to(struct bus *bus, const char *path);
void bus_print_stats(const struct bus *bus, FILE *out);
void bus_reset_stats(struct bus *bus);
