/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * broker_load - what the parts of the load generator of tests/bench/broker share: frames
 * of the xenstore protocol on sockets that do not block, and the time.
 * Source: <xen/io/xs_wire.h>
 * Owns:   a connection owns its descriptor, until link_close().
 * Errors: a load generator that cannot go on says why and exits with 1.
 * Limits: FRAME_MAX bytes of a frame; one request of a connection is under way at a time.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <xen/io/xs_wire.h>

#define SECOND_NS 1000000000ULL
#define FRAME_MAX (sizeof(struct xsd_sockmsg) + 4096)

struct link {
	int fd;
	size_t have; /* bytes of @in */
	uint8_t in[FRAME_MAX];
};

void die(const char *what) __attribute__((noreturn));
uint64_t now_ns(void);

void link_open(struct link *l, const char *path);
void link_close(struct link *l);
/* A whole frame, which must fit into the socket; false: it is full. */
bool link_send(struct link *l, uint32_t type, uint32_t id, uint32_t tx, const void *body,
	       size_t len);
/* Take what has come, at most until a frame is whole; true: it is, in @l->in, until
 * link_next() is called. */
bool link_receive(struct link *l);
void link_next(struct link *l);
const struct xsd_sockmsg *link_header(const struct link *l);
/* Wait for the reply to a request that was sent, over events; an error reply is fatal,
 * unless it is asked for any. */
void link_wait(struct link *l);
void link_wait_any(struct link *l);

/* Durations: they are sorted when they are looked at. */
struct samples {
	uint64_t *ns; /* owned */
	size_t n, room;
};

void samples_add(struct samples *s, uint64_t ns);
/* In microseconds, @per_mille of them are below it. */
double samples_at(struct samples *s, unsigned per_mille);

int crowd_main(char *argv[]); /* a NULL ends them */
int fill_main(char *argv[]);
int tokens_main(char *argv[]);
