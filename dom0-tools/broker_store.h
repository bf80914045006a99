/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * broker_store - a connection to the store daemon: batches of requests, their replies, and
 * the events that come in between.
 *
 * A batch is sent in one piece and its replies are waited for (STORE_WAIT_S), so that a
 * whole check costs one round trip.  All connections share one pair of buffers (struct
 * store_io): a reply is valid until the next batch on any of them.
 *
 * Source: xen.git docs/misc/xenstore.txt; both daemons answer in the order of requests and
 *         number the transactions of a connection one by one, from 1.
 * Owns:   the descriptor, the events that were not taken yet.
 * Errors: 0 or a negative errno; -EPIPE: the connection is lost, by whatever the daemon
 *         did (closed, silent for too long, nonsense): nothing more comes from it.
 * Limits: a batch has STORE_BATCH_MAX requests; a daemon's reply at most STORE_REPLY_MAX
 *         bytes (oxenstored's lists are longer than the protocol's 4096); unread events
 *         at most STORE_EVENTS_MAX or STORE_EVENTS_BYTES, further ones are counted only.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STORE_BATCH_MAX	   64
#define STORE_REPLY_MAX	   (1U << 20)
#define STORE_WAIT_S	   5	/* a daemon answers in microseconds */
#define STORE_EVENTS_MAX   1024 /* as oxenstored's for a guest */
#define STORE_EVENTS_BYTES (256U << 10)

/* What a watch told; owned by who took it (free()). */
struct store_event {
	struct store_event *next;
	const char *token; /* within text */
	size_t len;	   /* of text */
	bool judged;	   /* by who takes them: it was found good when it came */
	char text[];	   /* path NUL token NUL */
};

struct store_reply {
	uint32_t type;
	int err;	  /* negative errno of an error reply, else 0 */
	const char *body; /* error replies: the name */
	size_t len;
};

struct store_io {
	char *out, *in; /* owned */
	size_t out_len, out_room;
	size_t in_len, in_room;
	size_t at[STORE_BATCH_MAX]; /* replies' offsets in in[] */
	struct store_reply reply[STORE_BATCH_MAX];
	uint32_t sent_type[STORE_BATCH_MAX];
	unsigned count, got;
};

struct store {
	struct store_io *io; /* borrowed */
	int fd;		     /* owned; -1: not connected or lost */
	uint32_t next_tx;    /* what the daemon will call the next transaction */
	char *rest;	     /* owned: a message of which a part has come */
	size_t rest_len;
	struct store_event *first, *last; /* owned */
	struct store_event *unjudged;	  /* the oldest that nobody has looked at */
	unsigned events;
	size_t events_bytes;
	uint64_t events_lost;
	uint64_t *lost_total; /* borrowed: counted there, too; may be NULL */
	const char *narrow;   /* borrowed: events below it are dropped; may be NULL */
	bool collapse;	      /* so are those equal to a waiting one, as by C xenstored */
};

void store_io_done(struct store_io *io);

/* @fd is taken over; it should have timeouts (store_set_timeouts()). */
void store_init(struct store *s, struct store_io *io, int fd);
void store_done(struct store *s);
static inline bool store_is_lost(const struct store *s)
{
	return s->fd < 0;
}

/* Start a batch, add requests, run it.  @body may be given in two parts. */
void store_begin(struct store *s);
unsigned store_add(struct store *s, uint32_t type, uint32_t tx, const void *body,
		   size_t len);
unsigned store_add2(struct store *s, uint32_t type, uint32_t tx, const void *a,
		    size_t a_len, const void *b, size_t b_len);
/* The same for a path or another text, whose NUL is sent. */
unsigned store_add_text(struct store *s, uint32_t type, uint32_t tx, const char *text);
int store_run(struct store *s);
const struct store_reply *store_reply(const struct store *s, unsigned index);
/* One request by itself; its error as the result. */
int store_ask(struct store *s, uint32_t type, uint32_t tx, const char *text,
	      const struct store_reply **ret_reply);

/* Read what is there without waiting. */
int store_read_events(struct store *s);
/* The oldest one or NULL. */
struct store_event *store_take_event(struct store *s);
/* The oldest that was not judged yet is good, and waits; or it is thrown away. */
void store_judge_event(struct store *s, bool good);
