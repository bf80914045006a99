/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * netlink - links and addresses of this network namespace, and word of their changes.
 *
 * Two sockets: one asks, one only hears.  What the second hears is not read for its
 * content: any change means that everything is asked again, so that a lost message
 * (ENOBUFS) is no special case.
 * Owns:   struct netlink owns both sockets.
 * Errors: 0 or a negative errno.
 * Source: rtnetlink(7); linux include/uapi/linux/{rtnetlink,if_link,if_addr}.h
 */
#pragma once
#include <stdbool.h>

#include "guest-agent/net_facts.h"

struct netlink {
	int ask;  /* owned */
	int hear; /* owned; readable after a change of links or addresses */
	unsigned seq;
};

int netlink_open(struct netlink *nl);
void netlink_close(struct netlink *nl);
/* Throw away what was heard; true when there was something. */
bool netlink_drain(struct netlink *nl);
/* All links and addresses, the latter in the kernel's order, and what sysfs below @rootfd
 * says of them: what else is needed where links_unexplained() is not 0 says links.h.
 * -EAGAIN: they change too fast to be read. */
int netlink_collect(struct netlink *nl, int rootfd, struct net_facts *ret);
