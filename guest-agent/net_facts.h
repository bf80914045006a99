/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * net_facts - the interfaces and addresses of this network namespace, as plain data.
 * Owns:   struct net_facts owns its arrays; pointers between facts lead into them.
 */
#pragma once
#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/io.h"

#define LINK_KIND_MAX 16 /* bytes with the NUL; the longest of Linux is "openvswitch" */

/* What the host knows an interface as.  Lower comes first where one has to be chosen. */
enum device_class {
	DEVICE_NONE,
	DEVICE_VIF, /* device/vif */
	DEVICE_VF,  /* xenserver/device/net-sriov-vf */
};

struct link_fact {
	unsigned ifindex;
	unsigned master; /* ifindex, 0: none */
	unsigned lower;	 /* ifindex in this namespace that it is made on, 0: none */
	char name[IF_NAMESIZE];	  /* fit for a path of sysfs, else "" */
	char kind[LINK_KIND_MAX]; /* IFLA_INFO_KIND: "bridge"; "": a driver's own */
	uint8_t mac[MAC_LEN];
	uint8_t born_mac[MAC_LEN]; /* the one it came with, where the kernel tells */
	bool has_mac, has_born_mac;
	bool by_mac;		  /* hardware of which sysfs does not say what it is */
	bool excluded;		  /* by configuration; the agent's to fill in */
	enum device_class device; /* what it is itself */
	uint32_t devid;		  /* of that device */
	/* the device that its addresses belong to, or NULL */
	const struct link_fact *under;
};

struct address_fact {
	int family; /* AF_INET or AF_INET6 */
	union {
		struct in_addr in;
		struct in6_addr in6;
	};
	uint32_t flags; /* IFA_F_... of <linux/if_addr.h> */
	unsigned ifindex;
	char ifname[IF_NAMESIZE];
	uint8_t prefix_len;
	bool excluded;		      /* by configuration; the agent's to fill in */
	const struct link_fact *link; /* its interface */
};

struct net_facts {
	struct address_fact *address; /* owned; in the kernel's order */
	size_t count;
	struct link_fact *link; /* owned; by ifindex */
	size_t link_count;
	bool without_legacy_keys; /* by configuration; the agent's to fill in */
};

void net_facts_done(struct net_facts *net);
