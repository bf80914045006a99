/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * netconf_backend - what each program that configures networks is made to do.
 *
 * What is ours on an interface is a struct netconf_state; the back end's files follow from
 * it and from what the administrator wrote, and its programs from the files.  So setting,
 * changing, taking away and restoring are all the same three calls.
 *
 * Owns:   nothing.
 * Errors: 0 or a negative errno, said in @why.
 */
#pragma once
#include <stddef.h>

#include "guest-agent/netconf_change.h"
#include "guest-agent/netconf_state.h"
#include "guest-agent/netconf_why.h"

struct netconf_backend {
	const char *name;
	/* Is it in charge of s->set.ifname?  1: yes; s->original says what it had
	 * before us (it is what an earlier change found when that still counts).  0: no. */
	int (*owns)(struct netconf_state *s, struct netconf_why *why);
	/* Adds the files as they are to be under @next (may be empty: as they were before
	 * us).  NULL: it has none. */
	int (*files)(const struct netconf_state *next, struct netconf_change *c,
		     struct netconf_why *why);
	/* Before the files change.  NULL: nothing. */
	int (*stop)(const struct netconf_state *now, struct netconf_why *why);
	/* Makes the program follow its files, or @next itself. */
	int (*start)(const struct netconf_state *next, struct netconf_why *why);
};

extern const struct netconf_backend netconf_networkmanager, netconf_networkd,
	netconf_netplan, netconf_ifupdown;

/* NULL: there is none of that name. */
const struct netconf_backend *netconf_backend_by_name(const char *name);
/* Whose is s->set.ifname?  -EOPNOTSUPP: nobody's that we know. */
int netconf_backend_find(struct netconf_state *s, const struct netconf_backend **ret,
			 struct netconf_why *why);
int netconf_backend_stop(const struct netconf_backend *b, const struct netconf_state *now,
			 struct netconf_why *why);
