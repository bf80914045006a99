/* SPDX-License-Identifier: BSD-2-Clause */
#include "guest-agent/netconf_link.h"

#include <errno.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "guest-agent/netconf_state.h"
#include "lib/cleanup.h"
#include "lib/io.h"

#define DUMP_BUFFER 32768 /* bytes: what the kernel sends at a time at most */
#define LOOK_MS	    50	  /* between two looks at an interface */
#define GONE_MS	    3000  /* networkd needs some 100 */
#define REPLY_MS    2000  /* the kernel answers at once */

int netconf_link_check(const char *ifname, const uint8_t mac[6], struct netconf_why *why)
{
	static const uint8_t unknown[6];
	autoclose int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq req = { 0 };
	const uint8_t *has = (const uint8_t *)req.ifr_hwaddr.sa_data;

	(void)snprintf(req.ifr_name, sizeof(req.ifr_name), "%s", ifname); /* checked */
	if (fd < 0 || ioctl(fd, SIOCGIFHWADDR, &req) < 0)
		return netconf_why(why, -ENODEV, "there is no interface %s", ifname);
	if (memcmp(mac, unknown, 6) == 0 || memcmp(mac, has, 6) == 0)
		return 0;
	return netconf_why(why, -ENODEV,
			   "interface %s has MAC %02x:%02x:%02x:%02x:%02x:%02x, not the "
			   "one asked for",
			   ifname, has[0], has[1], has[2], has[3], has[4], has[5]);
}

static size_t address_len(int family)
{
	return family == AF_INET ? sizeof(struct in_addr) : sizeof(struct in6_addr);
}

static void take_address(struct netconf_link *l, struct nlmsghdr *h)
{
	struct ifaddrmsg *m = NLMSG_DATA(h);
	struct netconf_address *a = &l->address[l->count];
	const void *local = NULL, *any = NULL;
	int left = (int)IFA_PAYLOAD(h);

	if (h->nlmsg_len < NLMSG_LENGTH(sizeof(*m)) || m->ifa_index != l->ifindex ||
	    (m->ifa_family != AF_INET && m->ifa_family != AF_INET6) ||
	    l->count == NETCONF_ADDRESSES_MAX)
		return;
	a->family = m->ifa_family;
	a->prefix = m->ifa_prefixlen;
	a->flags = m->ifa_flags;
	for (struct rtattr *t = IFA_RTA(m); RTA_OK(t, left); t = RTA_NEXT(t, left)) {
		if (t->rta_type == IFA_LOCAL && RTA_PAYLOAD(t) == address_len(a->family))
			local = RTA_DATA(t);
		if (t->rta_type == IFA_ADDRESS &&
		    RTA_PAYLOAD(t) == address_len(a->family))
			any = RTA_DATA(t);
		if (t->rta_type == IFA_FLAGS && RTA_PAYLOAD(t) == sizeof(a->flags))
			memcpy(&a->flags, RTA_DATA(t), sizeof(a->flags));
	}
	if (!local && !any)
		return;
	memcpy(&a->in6, local ? local : any, address_len(a->family));
	l->count++;
}

static void take_route(struct netconf_link *l, struct nlmsghdr *h)
{
	struct rtmsg *m = NLMSG_DATA(h);
	struct netconf_address *g = &l->gateway[l->gateways];
	const void *gateway = NULL;
	int left = (int)RTM_PAYLOAD(h);
	unsigned oif = 0;

	if (h->nlmsg_len < NLMSG_LENGTH(sizeof(*m)) || m->rtm_dst_len != 0 ||
	    (m->rtm_family != AF_INET && m->rtm_family != AF_INET6) ||
	    m->rtm_type != RTN_UNICAST || l->gateways == NETCONF_GATEWAYS_MAX)
		return;
	for (struct rtattr *t = RTM_RTA(m); RTA_OK(t, left); t = RTA_NEXT(t, left)) {
		if (t->rta_type == RTA_OIF && RTA_PAYLOAD(t) == sizeof(oif))
			memcpy(&oif, RTA_DATA(t), sizeof(oif));
		if (t->rta_type == RTA_GATEWAY &&
		    RTA_PAYLOAD(t) == address_len(m->rtm_family))
			gateway = RTA_DATA(t);
	}
	if (oif != l->ifindex || !gateway)
		return;
	g->family = m->rtm_family;
	memcpy(&g->in6, gateway, address_len(g->family));
	l->gateways++;
}

/* One datagram of a dump.  1: it was the last one. */
static int take_part(struct netconf_link *l, char *buf, size_t len)
{
	int left = (int)len;

	for (struct nlmsghdr *h = (void *)buf; left > 0 && NLMSG_OK(h, (unsigned)left);
	     h = NLMSG_NEXT(h, left)) {
		if (h->nlmsg_type == NLMSG_DONE)
			return 1;
		if (h->nlmsg_type == NLMSG_ERROR)
			return -EIO;
		if (h->nlmsg_type == RTM_NEWADDR)
			take_address(l, h);
		if (h->nlmsg_type == RTM_NEWROUTE)
			take_route(l, h);
	}
	return 0;
}

static int dump(int fd, uint16_t type, int family, struct netconf_link *l)
{
	struct {
		struct nlmsghdr h;
		struct rtmsg m;
	} req = {
		.h = { .nlmsg_len = sizeof(req),
		       .nlmsg_type = type,
		       .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
		.m = { .rtm_family = (uint8_t)family },
	};
	char buf[DUMP_BUFFER] __attribute__((aligned(NLMSG_ALIGNTO)));
	int r = 0;

	if (send(fd, &req, sizeof(req), 0) < 0)
		return -errno;
	while (r == 0) {
		struct pollfd f = { fd, POLLIN, 0 };
		struct sockaddr_nl from = { 0 };
		socklen_t size = sizeof(from);
		ssize_t n;

		if (poll(&f, 1, REPLY_MS) == 0)
			return -ETIMEDOUT;
		n = recvfrom(fd, buf, sizeof(buf), 0, (struct sockaddr *)&from, &size);
		if (n < 0 && errno != EINTR)
			return -errno;
		if (n >= 0 && from.nl_pid == 0) /* not from some other process */
			r = take_part(l, buf, (size_t)n);
	}
	return r < 0 ? r : 0;
}

int netconf_link_read(const char *ifname, struct netconf_link *ret)
{
	autoclose int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	int r;

	memset(ret, 0, sizeof(*ret));
	ret->ifindex = if_nametoindex(ifname);
	if (ret->ifindex == 0)
		return -ENODEV;
	if (fd < 0)
		return -errno;
	r = dump(fd, RTM_GETADDR, AF_UNSPEC, ret);
	if (r >= 0)
		r = dump(fd, RTM_GETROUTE, AF_INET, ret);
	if (r >= 0)
		r = dump(fd, RTM_GETROUTE, AF_INET6, ret);
	return r;
}

static const struct netconf_address *find(const struct netconf_link *l, int family,
					  const void *address, unsigned prefix)
{
	for (size_t i = 0; i < l->count; i++)
		if (l->address[i].family == family && l->address[i].prefix == prefix &&
		    memcmp(&l->address[i].in6, address, address_len(family)) == 0)
			return &l->address[i];
	return NULL;
}

static bool has_gateway(const struct netconf_link *l, int family, const void *gateway)
{
	for (size_t i = 0; i < l->gateways; i++)
		if (l->gateway[i].family == family &&
		    memcmp(&l->gateway[i].in6, gateway, address_len(family)) == 0)
			return true;
	return false;
}

static bool global(const struct netconf_address *a)
{
	if (a->family == AF_INET)
		return (ntohl(a->in.s_addr) >> 16) != 0xa9fe; /* 169.254: made up */
	return !IN6_IS_ADDR_LINKLOCAL(&a->in6);
}

static bool has_any(const struct netconf_link *l, int family)
{
	for (size_t i = 0; i < l->count; i++)
		if (l->address[i].family == family && global(&l->address[i]))
			return true;
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

int netconf_link_has(const struct netconf_link *link, const struct netconf *set,
		     struct netconf_why *why)
{
	int r = 0, q = 0;

	if (set->v4.mode == NETCONF_STATIC)
		r = has_static(link, AF_INET, &set->v4, why);
	else if (set->v4.mode == NETCONF_AUTO && !has_any(link, AF_INET))
		r = -EAGAIN;
	if (r >= 0 || r == -EAGAIN)
		q = set->v6.mode == NETCONF_STATIC
			    ? has_static(link, AF_INET6, &set->v6, why)
			    : 0;
	return q < 0 && q != -EAGAIN ? q
	       : r < 0		     ? r
		       : q; /* IPv6 auto: a network may have no router that announces anything */
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

int netconf_link_wait(const struct netconf *set, unsigned limit_ms,
		      struct netconf_why *why)
{
	uint64_t end = io_now_ms() + limit_ms;
	struct netconf_link l;
	int r;

	for (;;) {
		r = netconf_link_read(set->ifname, &l);
		if (r >= 0)
			r = netconf_link_has(&l, set, why);
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
	       memcmp(&set->address, &was->address, address_len(family)) != 0;
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
		} else if (a->family == AF_INET && !has_any(now, AF_INET)) {
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
