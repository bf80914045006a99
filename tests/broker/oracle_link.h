/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * oracle_link - one way to a store daemon, a guest's ring or a socket, for the tests of
 * the broker: requests go out, replies come in one by one, watch events are put aside.
 * Source: <xen/io/xs_wire.h>; a reply and an event are told apart by the type alone.
 * Owns:   the ring or the descriptor, what is buffered, the events, until link_close().
 * Errors: 0 or a negative errno: -ECONNRESET the other side closed, -EPROTO what came is
 *         no message, -ETIMEDOUT nothing came in LINK_WAIT_MS.
 * Limits: LINK_MESSAGE_MAX bytes of a message; events that are put aside have none.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <xen/io/xs_wire.h>

#include "tests/daemon/ring.h"

#define LINK_WAIT_MS	 20000 /* of a busy machine; an answer takes 1 ms */
#define LINK_MESSAGE_MAX 65536 /* oxenstored's DIRECTORY on a socket passes 4096 */

struct message {
	struct xsd_sockmsg h;
	char body[LINK_MESSAGE_MAX + 1]; /* h.len bytes and a NUL */
};

struct event {
	size_t len;	  /* of the payload: path NUL token NUL */
	char *body;	  /* owned */
	bool may_miss;	  /* for who compares: the other side need not have it */
	bool may_be_more; /* the other side need not have it either, from the broker */
	bool judged;	  /* that has been decided */
};

struct events {
	struct event *list; /* owned, in the order of arrival */
	size_t count, room;
};

struct link {
	const char *name; /* borrowed, for messages */
	bool is_ring;
	struct ring ring;
	int fd;		/* of a socket; -1: a ring */
	char *out, *in; /* owned */
	size_t out_len, out_done, in_len;
	struct events events;
	uint64_t bytes_seen; /* all that ever came */
	/* told of all bytes that came, in order, also parts of messages; may be NULL */
	void (*tap)(void *arg, const char *bytes, size_t len);
	void *tap_arg; /* borrowed */
};

int link_open_ring(struct link *link, const char *name, const char *dir, unsigned domid);
int link_open_socket(struct link *link, const char *name, const char *path);
void link_close(struct link *link);

/* Queue one request; it leaves as the daemon takes it, in link_receive(). */
int link_send(struct link *link, uint32_t type, uint32_t req_id, uint32_t tx_id,
	      const char *body, size_t len);
/* Queue bytes as they are. */
int link_send_raw(struct link *link, const char *bytes, size_t len);
/* Take the next reply of both; the two daemons work at the same time.  Either may be
 * NULL. */
int link_receive_both(struct link *a, struct message *ma, struct link *b,
		      struct message *mb);
int link_receive(struct link *link, struct message *ret_message);
/* Send what is queued and take what has come, without waiting. */
int link_pump(struct link *link);
/* Wait until something can be read, at most @ms: 1 there may be, 0 not. */
int link_wait(struct link *link, int ms);
/* A reply that has come already: 1, 0 none, negative errno. */
int link_take(struct link *link, struct message *ret_message);

void events_clear(struct events *events);
