/* SPDX-License-Identifier: BSD-2-Clause */
#include "guest-agent/netconf_link.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/cleanup.h"

#define DUMP_BUFFER 32768 /* bytes: what the kernel sends at a time at most */
#define REPLY_MS    2000  /* the kernel answers at once */

int netconf_link_check(const char *ifname, const uint8_t mac[MAC_LEN],
		       struct netconf_why *why)
{
	static const uint8_t unknown[MAC_LEN];
	autoclose int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq req = { 0 };
	const uint8_t *has = (const uint8_t *)req.ifr_hwaddr.sa_data;

	(void)snprintf(req.ifr_name, sizeof(req.ifr_name), "%s", ifname); /* checked */
	if (fd < 0 || ioctl(fd, SIOCGIFHWADDR, &req) < 0)
		return netconf_why(why, -ENODEV, "there is no interface %s", ifname);
	if (memcmp(mac, unknown, MAC_LEN) == 0 || memcmp(mac, has, MAC_LEN) == 0)
		return 0;
	return netconf_why(why, -ENODEV,
			   "interface %s has MAC %02x:%02x:%02x:%02x:%02x:%02x, not the "
			   "one asked for",
			   ifname, has[0], has[1], has[2], has[3], has[4], has[5]);
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
			r = netconf_link_take(l, buf, (size_t)n);
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

int netconf_link_watch(int *ret_fd)
{
	const struct sockaddr_nl group = {
		.nl_family = AF_NETLINK,
		.nl_groups = RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR,
	};
	autoclose int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK,
				  NETLINK_ROUTE);

	if (fd < 0 || bind(fd, (const struct sockaddr *)&group, sizeof(group)) < 0)
		return -errno;
	*ret_fd = steal_fd(&fd);
	return 0;
}

bool netconf_link_seen(int fd, struct netconf_link *link)
{
	char buf[DUMP_BUFFER] __attribute__((aligned(NLMSG_ALIGNTO)));

	for (;;) {
		struct sockaddr_nl from = { 0 };
		socklen_t size = sizeof(from);
		ssize_t n = recvfrom(fd, buf, sizeof(buf), 0, (struct sockaddr *)&from,
				     &size);

		if (n < 0 && errno != EINTR && errno != ENOBUFS)
			return false;
		if (n < 0 ||
		    from.nl_pid != 0) /* some were lost, or are not the kernel's */
			continue;
		link->count = 0;
		(void)netconf_link_take(link, buf, (size_t)n);
		if (link->count > 0)
			return true;
	}
}
