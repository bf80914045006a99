/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * static_ip_helper - the agent's end of the connection to xe-guest-network.
 *
 * Never blocks.  The connection is made once, while the agent still is root; when it ends,
 * it has ended for good, and the log says so.
 * Owns:   struct static_ip_helper owns its socket.
 * Trust:  the helper is privileged, but another program all the same: what it says is
 *         checked (network_wire.h), and a wrong message ends the connection.
 * Errors: 0 or a negative errno.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "guest-agent/network_wire.h"

struct static_ip_helper {
	int fd;		   /* owned; -1: it has ended */
	bool usable;	   /* it has offered a back end */
	bool busy;	   /* a request is under way */
	bool late;	   /* which nobody waits for any more */
	uint32_t id;	   /* of the last request */
	uint64_t until_ms; /* CLOCK_MONOTONIC: when to wait no more; counts while busy */
};

int static_ip_helper_open(struct static_ip_helper *h, const char *socket_path);
void static_ip_helper_close(struct static_ip_helper *h);
/* May a request be sent? */
bool static_ip_helper_is_free(const struct static_ip_helper *h);
/* -EBUSY: one is under way.  Anything else: the connection has ended. */
int static_ip_helper_send(struct static_ip_helper *h, const struct netconf *want);
/* 1: the result of the last request is in @ret_result; 0: none yet; negative: the
 * connection has ended, and no result will come.  -ETIMEDOUT, once: the helper takes too
 * long; it is not free until it answers after all. */
int static_ip_helper_hear(struct static_ip_helper *h, struct network_result *ret_result);
