/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "guest-agent/netconf_link.h"

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
	a->gone = h->nlmsg_type == RTM_DELADDR;
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

int netconf_link_take(struct netconf_link *l, void *buf, size_t len)
{
	int left = (int)len;

	for (struct nlmsghdr *h = buf; left > 0 && NLMSG_OK(h, (unsigned)left);
	     h = NLMSG_NEXT(h, left)) {
		if (h->nlmsg_type == NLMSG_DONE)
			return 1;
		if (h->nlmsg_type == NLMSG_ERROR)
			return -EIO;
		if (h->nlmsg_type == RTM_NEWADDR || h->nlmsg_type == RTM_DELADDR)
			take_address(l, h);
		if (h->nlmsg_type == RTM_NEWROUTE)
			take_route(l, h);
	}
	return 0;
}
