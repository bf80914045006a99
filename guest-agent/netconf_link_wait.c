/* SPDX-License-Identifier: BSD-2-Clause */
/* netconf_link.h: whether an interface is as it should be, and waiting for it. */
#include <errno.h>
#include <linux/if_addr.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>

#include "guest-agent/netconf_link.h"
#include "guest-agent/netconf_state.h"
#include "lib/io.h"

#define LOOK_MS	 50    /* between two looks at an interface */
#define GONE_MS	 3000  /* until an old address is gone; networkd needs some 100 */
#define STALE_MS 10000 /* the same after the start of a daemon, on a busy machine */

static const struct netconf_address *find(const struct netconf_link *l, int family,
					  const void *address, unsigned prefix)
{
	for (size_t i = 0; i < l->count; i++)
		if (l->address[i].family == family && l->address[i].prefix == prefix &&
		    memcmp(&l->address[i].in6, address, netconf_address_len(family)) == 0)
			return &l->address[i];
	return NULL;
}

static bool has_gateway(const struct netconf_link *l, int family, const void *gateway)
{
	for (size_t i = 0; i < l->gateways; i++)
		if (l->gateway[i].family == family &&
		    memcmp(&l->gateway[i].in6, gateway, netconf_address_len(family)) == 0)
			return true;
	return false;
}

static bool global(const struct netconf_address *a)
{
	if (a->family == AF_INET)
		return (ntohl(a->in.s_addr) >> 16) != 0xa9fe; /* 169.254: made up */
	return !IN6_IS_ADDR_LINKLOCAL(&a->in6);
}

/* Any global one; but those that were there for good in @stale (or NULL) do not count. */
static bool has_any(const struct netconf_link *l, int family,
		    const struct netconf_link *stale)
{
	for (size_t i = 0; i < l->count; i++) {
		const struct netconf_address *a = &l->address[i], *old;

		if (a->family != family || !global(a))
			continue;
		old = stale ? find(stale, family, &a->in6, a->prefix) : NULL;
		if (!old || !(a->flags & old->flags & IFA_F_PERMANENT))
			return true;
	}
	return false;
}

static int has_static(const struct netconf_link *l, int family,
		      const struct netconf_family *f, struct netconf_why *why)
{
	const struct netconf_address *a = find(l, family, &f->address, f->prefix);
	char text[INET6_ADDRSTRLEN];

	if (a && (a->flags & IFA_F_DADFAILED))
		return netconf_why(why, -EADDRINUSE, "another machine has the address %s",
				   netconf_text(family, &f->address, text, sizeof(text)));
	if (!a || (a->flags & IFA_F_TENTATIVE))
		return -EAGAIN;
	return !f->has_gateway || has_gateway(l, family, &f->gateway) ? 0 : -EAGAIN;
}

static int has_all(const struct netconf_link *link, const struct netconf *set,
		   const struct netconf_link *stale, struct netconf_why *why)
{
	int r = 0, q = 0;

	if (set->v4.mode == NETCONF_STATIC)
		r = has_static(link, AF_INET, &set->v4, why);
	else if (set->v4.mode == NETCONF_AUTO && !has_any(link, AF_INET, stale))
		r = -EAGAIN;
	if (r < 0 && r != -EAGAIN)
		return r;
	/* (IPv6 auto: a network may have no router that announces anything) */
	if (set->v6.mode == NETCONF_STATIC)
		q = has_static(link, AF_INET6, &set->v6, why);
	return q < 0 ? q : r;
}

int netconf_link_has(const struct netconf_link *link, const struct netconf *set,
		     struct netconf_why *why)
{
	return has_all(link, set, NULL, why);
}

int netconf_link_duplicate(int fd, const struct netconf *set, struct netconf_why *why)
{
	const struct netconf only6 = { .v6 = set->v6 };
	struct netconf_link l = { .ifindex = if_nametoindex(set->ifname) };

	while (fd >= 0 && netconf_link_seen(fd, &l))
		if (netconf_link_has(&l, &only6, why) == -EADDRINUSE)
			return -EADDRINUSE;
	return 0;
}

/* What is missing, for the user. */
static int say_missing(const struct netconf_link *l, const struct netconf *set,
		       unsigned limit_ms, struct netconf_why *why)
{
	const struct netconf only4 = { .v4 = set->v4 };
	bool is4 = netconf_link_has(l, &only4, why) < 0;
	const struct netconf_family *f = is4 ? &set->v4 : &set->v6;
	int family = is4 ? AF_INET : AF_INET6;
	char text[INET6_ADDRSTRLEN];

	if (f->mode == NETCONF_AUTO)
		return netconf_why(why, -ETIMEDOUT,
				   "no DHCP server gave %s an address within %u s",
				   set->ifname, limit_ms / 1000);
	netconf_text(family, &f->address, text, sizeof(text));
	if (find(l, family, &f->address, f->prefix))
		return netconf_why(why, -ETIMEDOUT,
				   "%s has the address %s but not its gateway, or it is "
				   "still being tested, after %u s",
				   set->ifname, text, limit_ms / 1000);
	return netconf_why(why, -ETIMEDOUT, "%s did not get the address %s within %u s",
			   set->ifname, text, limit_ms / 1000);
}

int netconf_link_wait(const struct netconf *set, const struct netconf_link *before,
		      unsigned limit_ms, struct netconf_why *why)
{
	uint64_t start = io_now_ms(), end = start + limit_ms;
	struct netconf_link l;
	int r;

	for (;;) {
		r = netconf_link_read(set->ifname, &l);
		if (r >= 0)
			r = has_all(&l, set,
				    io_now_ms() < start + STALE_MS ? before : NULL, why);
		if (r != -EAGAIN && r != -ENODEV) /* (a bridge may be made anew) */
			break;
		if (io_now_ms() >= end)
			return say_missing(&l, set, limit_ms, why);
		(void)poll(NULL, 0, LOOK_MS);
	}
	return r < 0 ? netconf_why(why, r, "cannot read the addresses of %s: %s",
				   set->ifname, strerror(-r))
		     : 0;
}

static bool still(const struct netconf_link *l, int family,
		  const struct netconf_family *was, const struct netconf_family *set)
{
	if (was->mode != NETCONF_STATIC || !find(l, family, &was->address, was->prefix))
		return false;
	return set->mode != NETCONF_STATIC || set->prefix != was->prefix ||
	       memcmp(&set->address, &was->address, netconf_address_len(family)) != 0;
}

void netconf_link_wait_gone(const struct netconf *was, const struct netconf *set)
{
	uint64_t end = io_now_ms() + GONE_MS;
	struct netconf_link l;

	while (netconf_link_read(set->ifname, &l) >= 0 &&
	       (still(&l, AF_INET, &was->v4, &set->v4) ||
		still(&l, AF_INET6, &was->v6, &set->v6)) &&
	       io_now_ms() < end)
		(void)poll(NULL, 0, LOOK_MS);
}

static bool is_lost(const struct netconf_link *change, const struct netconf_address *had)
{
	const struct netconf_address *a =
		find(change, had->family, &had->in6, had->prefix);

	return !global(had) || (a && a->gone);
}

static void keep_unlost(struct netconf_link *had, const struct netconf_link *change)
{
	size_t count = 0;

	for (size_t i = 0; i < had->count; i++)
		if (!is_lost(change, &had->address[i]))
			had->address[count++] = had->address[i];
	had->count = count;
}

int netconf_link_wait_lost(int fd, const struct netconf_link *had, unsigned limit_ms)
{
	struct netconf_link left = *had, change = { .ifindex = had->ifindex };
	struct pollfd f = { fd, POLLIN, 0 };
	uint64_t end = io_now_ms() + limit_ms;

	for (;;) {
		keep_unlost(&left, &change);
		if (left.count == 0)
			return 0;
		if (io_now_ms() >= end)
			return -ETIMEDOUT;
		if (!netconf_link_seen(fd, &change))
			(void)poll(&f, 1, io_wait_ms(end));
	}
}

static bool like(const struct netconf_link *now, const struct netconf_link *before)
{
	for (size_t i = 0; i < before->count; i++) {
		const struct netconf_address *a = &before->address[i];

		if (!global(a) || (a->flags & IFA_F_TEMPORARY))
			continue;
		if (a->flags & IFA_F_PERMANENT) {
			const struct netconf_address *has =
				find(now, a->family, &a->in6, a->prefix);

			if (!has || (has->flags & ~a->flags & IFA_F_TENTATIVE))
				return false;
		} else if (a->family == AF_INET && !has_any(now, AF_INET, NULL)) {
			return false; /* (a router's next announcement may take minutes) */
		}
	}
	return true;
}

int netconf_link_wait_like(const char *ifname, const struct netconf_link *before,
			   unsigned limit_ms, struct netconf_why *why)
{
	uint64_t end = io_now_ms() + limit_ms;
	struct netconf_link now;

	while (netconf_link_read(ifname, &now) < 0 || !like(&now, before)) {
		if (io_now_ms() >= end)
			return netconf_why(why, -ETIMEDOUT,
					   "%s did not get its old addresses again "
					   "within %u s",
					   ifname, limit_ms / 1000);
		(void)poll(NULL, 0, LOOK_MS);
	}
	return 0;
}
