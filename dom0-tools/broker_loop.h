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

struct session;

struct loop {
	struct broker *b; /* borrowed */
	int listen_fd;	  /* owned; -1: one inherited client only */
	int signals;	  /* owned: signalfd of SIGTERM and SIGINT */
	unsigned max_clients;
	struct session **sessions; /* owned */
	unsigned count;
	unsigned turn;	 /* who is first in this one */
	bool connecting; /* the connector was asked */
	bool refused;	 /* it could not, since: */
	uint64_t refused_ms;
	uint64_t again_ms; /* ask again then; 0: at once */
};

int loop_init(struct loop *l, struct broker *b, unsigned max_clients);
void loop_done(struct loop *l);
/* A client that is connected already; @fd is taken over. */
int loop_add_client(struct loop *l, int fd);
int loop_run(struct loop *l);
