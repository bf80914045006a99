/* SPDX-License-Identifier: BSD-2-Clause */
#include "guest-agent/netlink.h"

#include <errno.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "guest-agent/links.h"
#include "guest-agent/netlink_parse.h"
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

/* Ask for all links: without their counters, which are the most of it. */
static int ask_links(struct netlink *nl)
{
	struct {
		struct nlmsghdr h;
		struct ifinfomsg m;
		struct rtattr a;
		uint32_t filter;
	} req = {
		.h = { .nlmsg_len = sizeof(req),
		       .nlmsg_type = RTM_GETLINK,
		       .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
		       .nlmsg_seq = ++nl->seq },
		.m = { .ifi_family = AF_UNSPEC },
		.a = { .rta_len = RTA_LENGTH(sizeof(req.filter)),
		       .rta_type = IFLA_EXT_MASK },
		.filter = RTEXT_FILTER_SKIP_STATS,
	};

	return send(nl->ask, &req, sizeof(req), 0) < 0 ? -errno : 0;
}

static int ask_addresses(struct netlink *nl)
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

/* One dump, the answer to @ask. */
static int dump(struct netlink *nl, int (*ask)(struct netlink *nl),
		struct net_facts *facts)
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

static int dump_all(struct netlink *nl, struct net_facts *facts)
{
	int r;

	facts->count = facts->link_count = 0;
	r = dump(nl, ask_links, facts);
	if (r >= 0)
		r = dump(nl, ask_addresses, facts);
	return r < 0 ? r : links_attach(facts);
}

int netlink_collect(struct netlink *nl, int rootfd, struct net_facts *ret)
{
	struct net_facts facts = { 0 };
	int r = -EAGAIN;

	for (int try = 0; r == -EAGAIN && try < DUMP_TRIES; try++)
		r = dump_all(nl, &facts);
	if (r >= 0) {
		links_identify(&facts, rootfd);
		r = links_resolve(&facts, NULL);
	}
	if (r < 0) {
		net_facts_done(&facts);
		return r;
	}
	net_facts_done(ret);
	*ret = facts;
	return 0;
}

void net_facts_done(struct net_facts *net)
{
	free(net->address);
	free(net->link);
	*net = (struct net_facts){ 0 };
}
