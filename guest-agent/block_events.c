/* SPDX-License-Identifier: BSD-2-Clause */
#include "guest-agent/block_events.h"

#include <errno.h>
#include <linux/netlink.h>
#include <string.h>
#include <sys/socket.h>

#include "lib/cleanup.h"

#define GROUP_KERNEL 1
#define GROUP_UDEV   2
#define EVENT_MAX    8192 /* bytes: the kernel's have at most 2048, udev's have more links */

int block_events_open(void)
{
	autoclose int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK,
				  NETLINK_KOBJECT_UEVENT);
	struct sockaddr_nl self = { .nl_family = AF_NETLINK,
				    .nl_groups = GROUP_KERNEL | GROUP_UDEV };

	if (fd < 0 || bind(fd, (struct sockaddr *)&self, sizeof(self)) < 0)
		return -errno;
	return steal_fd(&fd);
}

bool block_event_is_ours(const char *event, size_t len)
{
	static const char word[] = "SUBSYSTEM=block"; /* with the NUL that ends it */

	return memmem(event, len, word, sizeof(word)) != NULL;
}

bool block_events_drain(int fd)
{
	bool ours = false;
	char event[EVENT_MAX];
	ssize_t n;

	while ((n = recv(fd, event, sizeof(event), MSG_DONTWAIT)) >= 0 ||
	       errno == ENOBUFS || errno == EINTR) {
		/* below 0: some were lost */
		if (n < 0 || block_event_is_ours(event, (size_t)n))
			ours = true;
	}
	return ours;
}
