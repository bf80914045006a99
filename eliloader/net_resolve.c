/* SPDX-License-Identifier: BSD-2-Clause */
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <string.h>
#include <sys/socket.h>

#include "eliloader/net.h"

static void take_addresses(const struct addrinfo *list, struct net_address *ret,
			   unsigned *ret_count)
{
	unsigned count = 0;

	for (; list && count < NET_ADDRESSES; list = list->ai_next)
		if (getnameinfo(list->ai_addr, list->ai_addrlen, ret[count].text,
				sizeof(ret[count].text), NULL, 0, NI_NUMERICHOST) == 0)
			count++;
	*ret_count = count;
}

int net_resolve(struct net *n, const char *host, struct net_address *ret,
		unsigned *ret_count)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *list = NULL;
	int r = getaddrinfo(host, NULL, &hints, &list);

	if (r != 0)
		return net_fail(n, r == EAI_AGAIN ? -EAGAIN : -EIO,
				"the name '%s' cannot be resolved: %s", host,
				r == EAI_SYSTEM ? strerror(errno) : gai_strerror(r));
	take_addresses(list, ret, ret_count);
	freeaddrinfo(list);
	return *ret_count > 0 ? 0
			      : net_fail(n, -EIO, "the name '%s' has no address", host);
}
