/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * netlink - the addresses of this network namespace, and word of their changes.
 *
 * Two sockets: one asks, one only hears.  What the second hears is not read for its
 * content: any change means that everything is asked again, so that a lost message
 * (ENOBUFS) is no special case.
 * Owns:   struct netlink owns both sockets.
 * Errors: 0 or a negative errno.
 * Source: rtnetlink(7); linux include/uapi/linux/{rtnetlink,if_addr}.h
 */
#pragma once
#include <stddef.h>

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
/* All addresses with the vif behind each, in the kernel's order.  -EAGAIN: they change too
 * fast to be read. */
int netlink_collect(struct netlink *nl, int rootfd, struct net_facts *ret);

/* Add the addresses of one datagram of a dump; pure.  1: the dump ends here, 0: more comes,
 * -EBADMSG: malformed, other: what the kernel answered.  *@disturbed is set when a change
 * fell into the dump: it has to be read to its end and asked for again. */
int netlink_parse_dump(void *data, size_t len, unsigned seq, struct net_facts *facts,
		       bool *disturbed);
