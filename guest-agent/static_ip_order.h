/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * static_ip_order - one of the host's orders, from what it says to what becomes of it.
 * Owns:   nothing.
 * Errors: 0 or a negative errno; what goes wrong with an order is the order's own end.
 */
#pragma once
#include "guest-agent/static_ip.h"
#include "guest-agent/static_ip_helper.h"
#include "guest-agent/static_ip_store.h"

/* Of an order that is new or waits, to a helper that is free: it is sent, waits (again)
 * for its interface, or has ended. */
void static_ip_order_begin(struct static_ip_order *o, struct static_ip_helper *helper,
			   static_ip_find *find, void *arg);
/* @code: 0 or a negative errno, and why. */
__attribute__((format(printf, 3, 4))) void
static_ip_order_end(struct static_ip_order *o, int code, const char *fmt, ...);
/* Tell the host how it ended.  1: the order is over; 0: not yet, later (@o->at_ms);
 * negative: the connection is dead. */
int static_ip_order_tell(struct static_ip_order *o, struct xs_conn *xs);
/* The pause after @pause_ms (0: none yet) when xenstore does not take something. */
uint64_t static_ip_pause_ms(uint64_t pause_ms);
