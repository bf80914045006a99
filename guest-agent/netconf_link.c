/* SPDX-License-Identifier: BSD-2-Clause */
#include "guest-agent/netconf_link.h"

#include <errno.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/cleanup.h"

#define DUMP_BUFFER 32768 /* bytes: what the kernel sends at a time at most */
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

size_t netconf_address_len(int family)
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
		if (t->rta_type == IFA_LOCAL &&
		    RTA_PAYLOAD(t) == netconf_address_len(a->family))
			local = RTA_DATA(t);
		if (t->rta_type == IFA_ADDRESS &&
		    RTA_PAYLOAD(t) == netconf_address_len(a->family))
			any = RTA_DATA(t);
		if (t->rta_type == IFA_FLAGS && RTA_PAYLOAD(t) == sizeof(a->flags))
			memcpy(&a->flags, RTA_DATA(t), sizeof(a->flags));
	}
	if (!local && !any)
		return;
	memcpy(&a->in6, local ? local : any, netconf_address_len(a->family));
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
		    RTA_PAYLOAD(t) == netconf_address_len(m->rtm_family))
			gateway = RTA_DATA(t);
	}
	if (oif != l->ifindex || !gateway)
		return;
	g->family = m->rtm_family;
	memcpy(&g->in6, gateway, netconf_address_len(g->family));
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
