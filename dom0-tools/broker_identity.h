/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * broker_identity - is the domain still the one that we serve?
 *
 * A control connection of the broker's own watches @releaseDomain, @introduceDomain and
 * whether the domain's home comes or goes.  When the domain is gone, or when its number may
 * be another's now, every session ends before anything else is served.
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
	char home[32];	    /* its path */
	char watched[40];   /* what tells that it comes and goes */
	char *vm;	    /* owned: the domain's /vm/UUID; NULL: it has none */
	bool good;	    /* it is known that the domain is ours: serve */
	bool had_home;	    /* at the first look */
	bool homeless;	    /* it had one, which was not there at a later look */
	bool told, told_introduce, told_home; /* events since the last look */
};

/* The first look, over a connection that is taken over: which daemon is it, is the domain
 * there?  A sentence is logged. */
int identity_open(struct broker *b, int fd);
/* The same on a new connection, after the old one was lost.  -ENXIO: the domain is not
 * there (yet).  -ESTALE: it is another, which is told. */
int identity_reopen(struct broker *b, int fd);
void identity_close(struct broker *b);

/* Has something come that must be looked at before anything else is done? */
bool identity_is_due(const struct broker *b);
/* Look.  -ENXIO: the domain has ended.  -ESTALE: its number is another's, perhaps.
 * -EPIPE: the connection was lost. */
int identity_check(struct broker *b);
