/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * net_facts - the addresses of this network namespace, as plain data.
 * Owns:   struct net_facts owns its array.
 */
#pragma once
#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct address_fact {
	int family; /* AF_INET or AF_INET6 */
	union {
		struct in_addr in;
		struct in6_addr in6;
	};
	uint32_t flags; /* IFA_F_... of <linux/if_addr.h> */
	unsigned ifindex;
	char ifname[IF_NAMESIZE];
	uint32_t devid; /* of the vif, when it has one */
	bool has_vif;
};

struct net_facts {
	struct address_fact *address; /* owned; in the kernel's order */
	size_t count;
};

void net_facts_done(struct net_facts *net);
