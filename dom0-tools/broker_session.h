/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * broker_session - a client: its frames in, its replies and events out, its connection to
 * the daemon.
 *
 * A session is not read while it has no connection to the daemon, while a request of its
 * waits, and while more than SESSION_QUEUE_STOP bytes wait for it to take them: a client
 * that does not read or that asks too much stops itself and nobody else.
 *
 * Owns:   everything in it.
 * Errors: 0 or a negative errno; anything but 0 of session_read(), session_turn() and
 *         session_flush() is the session's end.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dom0-tools/broker.h"
#include "dom0-tools/broker_tx.h"
#include "dom0-tools/broker_watch.h"
#include "dom0-tools/broker_wire.h"

#define SESSION_QUEUE_STOP (16U << 10) /* bytes: four full replies */

#define SESSION_TX_MOST 0x70000000U /* transactions of one connection to the daemon */

struct session {
	struct broker *b;   /* borrowed */
	int fd;		    /* owned: the client */
	struct store store; /* owned: its connection to the daemon */
	bool had_store;	    /* it is not the first */
	bool asked;	    /* a connection was asked for */
	bool eof;	    /* no more will come from the client */
	bool waits;	    /* for tokens, since @waits_since */
	uint64_t waits_since;
	struct wire_in in;
	bool has_frame; /* a request is to be answered: */
	bool again;	/* the daemon's connection was lost over it before */
	bool counting;	/* it waits for nodes to be counted, or has, since: */
	uint64_t counting_ns;
	struct xsd_sockmsg header;
	const char *body;
	struct tx_table txs;
	struct watches watches;
	char *out; /* owned: what the client is to take */
	size_t out_start, out_end, out_room;
};

int session_new(struct broker *b, int fd, struct session **ret_session);
void session_free(struct session *s);

/* The connection that it has been waiting for; what it had before is set up again. */
void session_give_store(struct session *s, int fd);
/* What does it need? */
bool session_wants_store(const struct session *s);
bool session_wants_read(const struct session *s);
bool session_wants_write(const struct session *s);
/* Is a request there that can be served now?  Its cost in tokens. */
bool session_has_work(const struct session *s, unsigned *ret_cost);
/* Does it wait for a walk, which it is to do a step of? */
bool session_is_counting(const struct session *s);
/* A count of nodes that ended then or later is good enough for its request, which takes one
 * that is @old_ns old, or that it has waited for. */
uint64_t session_counted_ns(const struct session *s, uint64_t old_ns);
/* Events that wait to be looked at, and a client that takes them. */
bool session_has_events(const struct session *s);
/* Nothing is left to do for a client that is gone. */
bool session_is_over(const struct session *s);

int session_read(struct session *s);
/* One operation. */
int session_turn(struct session *s);
/* Events that came by themselves. */
int session_events(struct session *s);
int session_flush(struct session *s);

/* The daemon has ended it, or it is lost. */
void session_end_tx(struct session *s, struct tx *tx, enum nodes_end end);

/* Queue a message to the client. */
int session_put(struct session *s, uint32_t type, uint32_t req_id, uint32_t tx_id,
		const void *body, size_t len);
