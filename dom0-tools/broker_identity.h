/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * broker_identity - is the domain still the one that we serve?
 *
 * A control connection of the broker's own watches @releaseDomain, @introduceDomain and
 * the domain's home.  When the domain is gone, or when its number may be another's now,
 * every session ends before anything else is served.
 *
 * Owns:   what the struct says.
 * Errors: 0 or a negative errno.
 */
#pragma once
#include <stdbool.h>

#include "dom0-tools/broker_store.h"

struct broker;

struct identity {
	struct store store; /* owned: the control connection */
	char *vm;	    /* owned: the domain's /vm/UUID; NULL: it has none */
};

/* The first look, over a connection that is taken over: which daemon is it, is the domain
 * there?  A sentence is logged. */
int identity_open(struct broker *b, int fd);
void identity_close(struct broker *b);
