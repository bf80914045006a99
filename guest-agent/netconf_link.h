/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * netconf_link - what the kernel has on an interface: addresses and default routes.
 * Source: rtnetlink(7).
 * Needs:  no privilege.
 * Owns:   nothing; plain data.
 * Errors: 0 or a negative errno, said in @why where there is one.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "guest-agent/netconf.h"
#include "guest-agent/netconf_why.h"

#define NETCONF_ADDRESSES_MAX 64 /* of one interface; more are not looked at */
#define NETCONF_GATEWAYS_MAX  16

struct netconf_address {
	int family;
	union {
		struct in_addr in;
		struct in6_addr in6;
	};
	uint8_t prefix;
	uint32_t flags; /* IFA_F_... of <linux/if_addr.h> */
	bool gone;	/* of a change: it was taken away */
};

struct netconf_link {
	unsigned ifindex;
	struct netconf_address address[NETCONF_ADDRESSES_MAX];
	size_t count;
	struct netconf_address gateway[NETCONF_GATEWAYS_MAX]; /* of default routes */
	size_t gateways;
};

/* Bytes of an address: 4 or 16. */
size_t netconf_address_len(int family);
/* Is there an interface @ifname, and (unless @mac is all zero) has it that MAC?  -ENODEV */
int netconf_link_check(const char *ifname, const uint8_t mac[MAC_LEN],
		       struct netconf_why *why);
/* One datagram of rtnetlink's answer to a dump, aligned as its messages are: what it says
 * of @l->ifindex is added.  1: it was the last one.  -EIO: the kernel refused. */
int netconf_link_take(struct netconf_link *l, void *buf, size_t len);
/* -ENODEV: no such interface. */
int netconf_link_read(const char *ifname, struct netconf_link *ret);
/* From now on the changes of addresses are noted. */
int netconf_link_watch(int *ret_fd);
/* The next one of interface link->ifindex, as its addresses.  False: there is none. */
bool netconf_link_seen(int fd, struct netconf_link *link);
/* Until all global addresses of @had have gone since @fd is watched, also where they are
 * there again.  -ETIMEDOUT */
int netconf_link_wait_lost(int fd, const struct netconf_link *had, unsigned limit_ms);
/* -EADDRINUSE: since @fd is watched, detection found that the static IPv6 address of @set
 * is another machine's; also where the program has taken it away since.  Else 0. */
int netconf_link_duplicate(int fd, const struct netconf *set, struct netconf_why *why);
/* Until every family that is ours in @set is on the interface: a static address that
 * passed duplicate-address detection, with its gateway; for IPv4 auto any address, but
 * one that was there @before without a lifetime only after some seconds: a program that
 * works on after it has answered may still take it away.
 * -ETIMEDOUT; -EADDRINUSE: detection found a duplicate. */
int netconf_link_wait(const struct netconf *set, const struct netconf_link *before,
		      unsigned limit_ms, struct netconf_why *why);
/* The same as one look.  -EAGAIN: not (yet); nothing is said. */
int netconf_link_has(const struct netconf_link *link, const struct netconf *set,
		     struct netconf_why *why);
/* Until the static addresses of @was that @set has not are gone, or some seconds are over:
 * the administrator may have the same. */
void netconf_link_wait_gone(const struct netconf *was, const struct netconf *set);
/* Until all permanent addresses of @before are there, and of each family that had any
 * other global address, one.  -ETIMEDOUT */
int netconf_link_wait_like(const char *ifname, const struct netconf_link *before,
			   unsigned limit_ms, struct netconf_why *why);
