/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * netconf_why - the one line that tells why something failed.
 * Owns:   nothing.
 */
#pragma once
#include "guest-agent/netconf.h"

struct netconf_why {
	char text[NETCONF_WHY_MAX]; /* printable ASCII; "": nothing was said */
};

/* Sets the line, and returns @r.  What was said first stays: it is nearer to the cause. */
__attribute__((format(printf, 3, 4))) int netconf_why(struct netconf_why *why, int r,
						      const char *fmt, ...);
/* More about what was said: "TEXT; MORE". */
__attribute__((format(printf, 2, 3))) void netconf_why_more(struct netconf_why *why,
							    const char *fmt, ...);
