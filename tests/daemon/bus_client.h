/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bus_client - one program at the bus: its bytes, its transactions, its watches.  What
 * the two halves of the bus have to call of each other.
 * Owns:   as bus.h says.
 * Errors: none; a client that misbehaves is dropped.
 */
#pragma once
#include "tests/daemon/bus.h"

/* Out of memory ends the program: the test fails. */
void *bus_must(void *p);

/* Queue a message for the daemon.  @c NULL: the bus's own, nobody gets the reply. */
struct request *bus_request(struct bus *bus, struct client *c,
			    const struct xsd_sockmsg *hdr, const void *body);
/* A WATCH or UNWATCH for @w under the bus's token. */
struct request *bus_request_watch(struct bus *bus, struct client *c, uint32_t type,
				  const struct watch *w, uint32_t caller_id);

/* Act on the next whole message; false: there is none, or it has to wait. */
bool client_step(struct bus *bus, struct client *c);
void client_put(struct client *c, const void *data, size_t len);
void client_flush(struct client *c);
/* What closing the device does, then free; no request may be without its reply. */
void client_release(struct bus *bus, struct client *c);

/* The daemon's replies to @r, and its events. */
void client_transaction_reply(struct client *c, const struct request *r, uint32_t type,
			      const char *body);
void client_watch_reply(struct bus *bus, struct client *c, const struct request *r,
			uint32_t type);
void client_watch_event(struct bus *bus, const struct xsd_sockmsg *hdr, const char *body);
