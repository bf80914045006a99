/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * netlink_parse - links and addresses out of what rtnetlink sends; pure.
 * Owns:   nothing; the facts own what is added to them.
 * Errors: 0 or a negative errno.
 * Source: rtnetlink(7); linux include/uapi/linux/{rtnetlink,if_link,if_addr}.h
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>

#include "guest-agent/net_facts.h"

/* Add the links and addresses of one datagram of a dump.  1: the dump ends here, 0: more
 * comes, -EBADMSG: malformed, other: what the kernel answered.  *@disturbed is set when a
 * change fell into the dump: it has to be read to its end and asked for again. */
int netlink_parse_dump(void *data, size_t len, unsigned seq, struct net_facts *facts,
		       bool *disturbed);
