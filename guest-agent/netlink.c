/* SPDX-License-Identifier: BSD-2-Clause */
#include "guest-agent/netlink.h"

#include <errno.h>
#include <linux/if_addr.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "guest-agent/vif.h"
#include "lib/cleanup.h"

#define DUMP_TRIES   5	   /* each was disturbed by a change; the next event asks again */
#define DATAGRAM_MAX 32768 /* bytes: the most the kernel puts into one answer */
#define HEAR_BUFFER  (256 * 1024) /* bytes: some thousand changes between two reads */

static int open_socket(unsigned groups)
{
	autoclose int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	struct sockaddr_nl self = { .nl_family = AF_NETLINK, .nl_groups = groups };
	int size = HEAR_BUFFER;

	if (fd < 0)
		return -errno;
	if (groups)
		/* smaller works too, with more ENOBUFS */
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	if (bind(fd, (struct sockaddr *)&self, sizeof(self)) < 0)
		return -errno;
	return steal_fd(&fd);
}

int netlink_open(struct netlink *nl)
{
	int hear = open_socket(RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR);
	int ask = hear < 0 ? hear : open_socket(0);

	if (ask < 0) {
		cleanup_close(&hear);
		return ask;
	}
	*nl = (struct netlink){ .ask = ask, .hear = hear };
	return 0;
}

void netlink_close(struct netlink *nl)
{
	cleanup_close(&nl->ask);
	cleanup_close(&nl->hear);
	nl->ask = nl->hear = -1;
}

bool netlink_drain(struct netlink *nl)
{
	bool heard = false;
	char byte;

	/* with MSG_TRUNC a datagram is taken whole, whatever the buffer's size */
	while (recv(nl->hear, &byte, sizeof(byte), MSG_DONTWAIT | MSG_TRUNC) >= 0 ||
	       errno == ENOBUFS || errno == EINTR)
		heard = true;
	return heard;
}

/* The one walk over attributes: each is inside the message, or the walk ends. */
static struct rtattr *next_attr(struct rtattr *a, size_t *left)
{
	size_t step = RTA_ALIGN(a->rta_len);

	if (step >= *left)
		return NULL;
	*left -= step;
	return (struct rtattr *)((char *)a + step);
}

static bool attr_is_whole(const struct rtattr *a, size_t left)
{
	return left >= sizeof(*a) && a->rta_len >= sizeof(*a) && a->rta_len <= left;
}

static int add_address(struct net_facts *facts, const struct address_fact *a)
{
	/* room in powers of two, so that the count alone tells when it is used up */
	if ((facts->count & (facts->count - 1)) == 0) {
		size_t room = facts->count ? facts->count * 2 : 1;
		struct address_fact *more =
			reallocarray(facts->address, room, sizeof(*more));

		if (!more)
			return -ENOMEM;
		facts->address = more;
	}
	facts->address[facts->count++] = *a;
	return 0;
}

static int parse_address(struct ifaddrmsg *m, size_t len, struct net_facts *facts)
{
	struct address_fact a = { .family = m->ifa_family,
				  .flags = m->ifa_flags,
				  .ifindex = m->ifa_index };
	struct rtattr *attr = (struct rtattr *)(m + 1);
	size_t size = a.family == AF_INET ? sizeof(a.in) : sizeof(a.in6);
	size_t left = len - sizeof(*m);
	bool found = false, local = false;

	if (a.family != AF_INET && a.family != AF_INET6)
		return 0;
	for (; attr && attr_is_whole(attr, left); attr = next_attr(attr, &left)) {
		size_t n = RTA_PAYLOAD(attr);

		/* IFA_ADDRESS is the peer's on a point-to-point link, IFA_LOCAL never */
		if ((attr->rta_type == IFA_LOCAL ||
		     (attr->rta_type == IFA_ADDRESS && !local)) &&
		    n == size) {
			memcpy(&a.in6, RTA_DATA(attr), size);
			found = true;
			local = attr->rta_type == IFA_LOCAL;
		} else if (attr->rta_type == IFA_FLAGS && n == sizeof(a.flags)) {
			memcpy(&a.flags, RTA_DATA(attr), n);
		}
	}
	return found ? add_address(facts, &a) : 0;
}

static int parse_error(struct nlmsghdr *h)
{
	const struct nlmsgerr *e = NLMSG_DATA(h);

	if (h->nlmsg_len < NLMSG_LENGTH(sizeof(*e)) || e->error >= 0)
		return -EBADMSG;
	return e->error;
}

/* The same for messages. */
static struct nlmsghdr *next_message(struct nlmsghdr *h, size_t *left)
{
	size_t step = NLMSG_ALIGN(h->nlmsg_len);

	if (step >= *left)
		return NULL;
	*left -= step;
	return (struct nlmsghdr *)((char *)h + step);
}

static bool message_is_whole(const struct nlmsghdr *h, size_t left)
{
	return left >= sizeof(*h) && h->nlmsg_len >= sizeof(*h) && h->nlmsg_len <= left;
}

/* As netlink_parse_dump(), of one message. */
static int parse_message(struct nlmsghdr *h, unsigned seq, struct net_facts *facts,
			 bool *disturbed)
{
	if (h->nlmsg_seq != seq)
		return 0; /* the end of a dump given up before */
	if (h->nlmsg_flags & NLM_F_DUMP_INTR)
		*disturbed = true;
	if (h->nlmsg_type == NLMSG_DONE)
		return 1;
	if (h->nlmsg_type == NLMSG_ERROR)
		return parse_error(h);
	if (h->nlmsg_type != RTM_NEWADDR)
		return 0;
	if (h->nlmsg_len < NLMSG_LENGTH(sizeof(struct ifaddrmsg)))
		return -EBADMSG;
	return parse_address(NLMSG_DATA(h), NLMSG_PAYLOAD(h, 0), facts);
}

int netlink_parse_dump(void *data, size_t len, unsigned seq, struct net_facts *facts,
		       bool *disturbed)
{
	struct nlmsghdr *h = data;
	size_t left = len;
	int r = 0;

	for (; r == 0 && h && message_is_whole(h, left); h = next_message(h, &left))
		r = parse_message(h, seq, facts, disturbed);
	return r;
}

static int ask(struct netlink *nl)
{
	struct {
		struct nlmsghdr h;
		struct ifaddrmsg m;
	} req = {
		.h = { .nlmsg_len = sizeof(req),
		       .nlmsg_type = RTM_GETADDR,
		       .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
		       .nlmsg_seq = ++nl->seq },
		.m = { .ifa_family = AF_UNSPEC },
	};

	return send(nl->ask, &req, sizeof(req), 0) < 0 ? -errno : 0;
}

static int dump(struct netlink *nl, struct net_facts *facts)
{
	autofree void *buf = malloc(DATAGRAM_MAX);
	bool disturbed = false;
	int r = buf ? ask(nl) : -ENOMEM;

	while (r == 0) {
		struct sockaddr_nl from = { 0 };
		socklen_t from_len = sizeof(from);
		ssize_t n = recvfrom(nl->ask, buf, DATAGRAM_MAX, MSG_TRUNC,
				     (struct sockaddr *)&from, &from_len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n > DATAGRAM_MAX)
			return -EMSGSIZE;
		if (from.nl_pid == 0) /* from the kernel, not from a process */
			r = netlink_parse_dump(buf, (size_t)n, nl->seq, facts,
					       &disturbed);
	}
	if (r < 0)
		return r;
	return disturbed ? -EAGAIN : 0;
}

static bool find_same_interface(struct net_facts *facts, size_t i)
{
	struct address_fact *a = &facts->address[i];

	for (size_t j = i; j-- > 0;) {
		const struct address_fact *b = &facts->address[j];

		if (a->ifindex != b->ifindex)
			continue;
		memcpy(a->ifname, b->ifname, sizeof(a->ifname));
		a->has_vif = b->has_vif;
		a->devid = b->devid;
		return true;
	}
	return false;
}

/* An interface that went away meanwhile has no name: its event is on the way. */
static void find_vifs(int rootfd, struct net_facts *facts)
{
	for (size_t i = 0; i < facts->count; i++) {
		struct address_fact *a = &facts->address[i];

		if (!find_same_interface(facts, i) &&
		    if_indextoname(a->ifindex, a->ifname))
			a->has_vif = vif_read_devid(rootfd, a->ifname, &a->devid) >= 0;
	}
}

int netlink_collect(struct netlink *nl, int rootfd, struct net_facts *ret)
{
	struct net_facts facts = { 0 };
	int r = -EAGAIN;

	for (int try = 0; r == -EAGAIN && try < DUMP_TRIES; try++) {
		facts.count = 0;
		r = dump(nl, &facts);
	}
	if (r < 0) {
		net_facts_done(&facts);
		return r;
	}
	find_vifs(rootfd, &facts);
	net_facts_done(ret);
	*ret = facts;
	return 0;
}

void net_facts_done(struct net_facts *net)
{
	free(net->address);
	*net = (struct net_facts){ 0 };
}
