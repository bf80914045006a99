/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * broker_loop - one poll() loop over the listening socket, the clients, their connections
 * to the daemon, the connector and the signals.  Each turn a client is served one
 * operation at most, in a circle, so that what one does costs another the time of one.
 *
 * Owns:   what struct loop says.
 * Errors: 0: told to end, or the domain ended, or the one client did.  Negative errno: a
 *         sentence was logged.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "dom0-tools/broker.h"
#include "dom0-tools/broker_metrics.h"

struct session;

struct loop {
	struct broker *b;	/* borrowed */
	int listen_fd;		/* owned; -1: one inherited client only */
	int signals;		/* owned: signalfd of SIGTERM and SIGINT */
	struct metrics metrics; /* owned */
	unsigned max_clients;
	struct session **sessions; /* owned */
	unsigned count;
	unsigned turn;	 /* who is first in this one */
	bool connecting; /* the connector was asked */
	bool control;	 /* for the control connection, that is */
	bool down;	 /* the daemon cannot be used, since: */
	uint64_t down_ns;
	uint64_t again_ns;     /* not asked again before */
	uint64_t pause_ns;     /* the next time longer */
	uint64_t reconnect_ns; /* how long that may last */
	int why_down;	       /* the last reason */
};

int loop_init(struct loop *l, struct broker *b, unsigned max_clients);
void loop_done(struct loop *l);
/* A client that is connected already; @fd is taken over. */
int loop_add_client(struct loop *l, int fd);
int loop_run(struct loop *l);
