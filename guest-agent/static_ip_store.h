/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * static_ip_store - the host's orders in xenstore: read all that are pending, and say how
 * one ended.
 *
 * Each is one transaction: the toolstack writes enabled, address and gateway in one.
 * Owns:   struct static_ip_orders owns its array.
 * Errors: 0 or a negative errno, as xs.h has them.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "guest-agent/netconf.h"
#include "guest-agent/static_ip_setting.h"
#include "lib/xs.h"

#define STATIC_IP_DEVICES_MAX 64 /* of each kind; XenServer gives at most 16 */

enum static_ip_state {
	STATIC_IP_NEW,
	STATIC_IP_WAITS, /* for an interface, until @at_ms */
	STATIC_IP_SENT,	 /* the helper is at it */
	STATIC_IP_ENDED, /* @code and @why are to be written, at @at_ms */
};

struct static_ip_order {
	bool vf;
	uint32_t devid;
	int family; /* AF_INET or AF_INET6 */
	struct static_ip_setting setting;
	enum static_ip_state state;
	uint64_t at_ms;	   /* CLOCK_MONOTONIC */
	uint64_t pause_ms; /* the present one of writing again */
	int code;	   /* 0 or a negative errno */
	char why[NETCONF_WHY_MAX];
};

struct static_ip_orders {
	struct static_ip_order *order; /* owned */
	size_t count;
};

void static_ip_orders_done(struct static_ip_orders *o);
/* All that are pending, each STATIC_IP_NEW; replaces nothing on failure. */
int static_ip_store_read(struct xs_conn *xs, struct static_ip_orders *ret);
/* Writes error-code (a positive errno) and error-msg, and removes enabled[6].  Both
 * families share the two: a success leaves the other family's error alone.
 * 1: the order is not the same any more, or gone, and nothing was written. */
int static_ip_store_finish(struct xs_conn *xs, const struct static_ip_order *order);
