/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * netconf - an interface's addresses, set through what configures the guest's network:
 * systemd-networkd, NetworkManager, ifupdown, or netplan on top of systemd-networkd.
 *
 * What is set lies in that program's own configuration, so it survives a reboot.  What was
 * there before is kept until it is asked for again (NETCONF_NONE).
 *
 * Needs:  root in the guest's own namespaces; /etc, /run and /var/lib writable.
 * Owns:   the files that netconf_state.h names, and the back end's files of our own name.
 * Errors: 0 or a negative errno, and @ret_why says in one line of printable ASCII (bytes
 *         of programs and files are escaped) what failed and what can be done.
 */
#pragma once
#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/io.h"

#define NETCONF_BACKEND_MAX 64	/* bytes that are enough for the name of a back end */
#define NETCONF_WHY_MAX	    512 /* bytes that are enough for @ret_why; longer is cut */

enum netconf_mode {
	NETCONF_KEEP, /* this family was not asked about: it stays as it is */
	NETCONF_NONE, /* what we have set is taken away, what was there before is back */
	NETCONF_STATIC, /* @address alone, and @gateway */
	NETCONF_AUTO,	/* IPv4: DHCP.  IPv6: router advertisements, and DHCPv6 where they
			 * say so */
};

/* One address family of an interface.  @address, @prefix and the gateway count with
 * NETCONF_STATIC only; which member of the unions, the place in struct netconf says. */
struct netconf_family {
	enum netconf_mode mode;
	union {
		struct in_addr in;
		struct in6_addr in6;
	} address;
	bool by_host; /* the host's wish: its NETCONF_NONE leaves alone what others set here,
		       * since it says that at every boot */
	uint8_t prefix; /* bits: 1 to 32, or 1 to 128 */
	bool has_gateway;
	union {
		struct in_addr in;
		struct in6_addr in6;
	} gateway;
};

struct netconf {
	char ifname[IF_NAMESIZE];
	uint8_t mac[MAC_LEN]; /* the interface's; all zero: not known, and not compared */
	struct netconf_family v4, v6;
};

/* Can addresses be set at all, and by what: for the interface of every vif (or, where there
 * is none, any Ethernet interface) the back end in charge is looked for, and the first
 * found is named ("systemd-networkd", "NetworkManager", "ifupdown", "netplan").
 * -EOPNOTSUPP: there is none that we can use.  Nothing is changed, and it takes well under
 * a second where nothing hangs. */
int netconf_probe(char *ret_backend, size_t size, char *ret_why, size_t why_size);

/* The same for the one interface @ifname.
 * -ENODEV: there is no such interface.  -EOPNOTSUPP: nobody, or nobody we know, has it. */
int netconf_probe_interface(const char *ifname, char *ret_backend, size_t size,
			    char *ret_why, size_t why_size);

/* All or nothing: both families are as wanted, and seen on the interface, or what was
 * configured before is back (and @ret_why says so, or that it is not).  Blocks until then:
 * at most about a minute.  The same wish again does nothing but look (and notes whose it
 * is), NETCONF_NONE of what is not ours not even that.
 * -EINVAL: @want makes no sense.  -ENODEV: no interface of that name and MAC.
 * -EOPNOTSUPP: no back end.  -EBUSY: another process is at it.  -EROFS: /etc is read-only.
 * -EADDRINUSE: another machine has the address.  -ETIMEDOUT: it did not come up in time. */
int netconf_apply(const struct netconf *want, char *ret_why, size_t size);

/* What a kill or a power cut left half done is taken back.  Every netconf_apply() does this
 * first; a service does it when it starts. */
int netconf_repair(char *ret_why, size_t size);

#define NETCONF_INTERFACES_MAX 64 /* more are not looked at */

struct netconf_interface {
	unsigned index;
	char ifname[IF_NAMESIZE];
	uint8_t mac[MAC_LEN];
	bool vif;		   /* a Xen network device */
	char port_of[IF_NAMESIZE]; /* a bridge or bond, which has its addresses; or "" */
};

/* The Ethernet interfaces of this network namespace, vifs first, then by index. */
int netconf_list(struct netconf_interface *ret, size_t max, size_t *ret_count);
