/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * broker_metrics - the counters on a local socket, over HTTP/1.0: / as text, /json,
 * /metrics for Prometheus; anything else is 404.
 *
 * One connection is served at a time, for METRICS_MS at most; others wait to be accepted.
 * Nothing blocks.
 *
 * Source: RFC 1945
 * Owns:   both descriptors and the buffer.
 * Errors: none: a connection that fails is closed.
 */
#pragma once
#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dom0-tools/broker_stats.h"

#define METRICS_REQUEST_MAX 4096 /* bytes: line and headers of any client we know */
#define METRICS_MS	    2000 /* a local client asks and reads in much less */

struct metrics {
	int listen_fd; /* owned; -1: none are wanted */
	int fd;	       /* owned; -1: nobody is served */
	uint64_t until_ns;
	char *data; /* owned: the request, then the answer */
	size_t len, sent;
	bool answering;
};

void metrics_init(struct metrics *m, int listen_fd);
void metrics_done(struct metrics *m);
/* What to poll for; when to call metrics_serve() at the latest (0: whenever). */
struct pollfd metrics_pollfd(const struct metrics *m);
uint64_t metrics_deadline(const struct metrics *m);
/* @ready: what poll() said of that descriptor. */
void metrics_serve(struct metrics *m, short ready, const struct broker_stats *stats,
		   uint64_t now_ns);
