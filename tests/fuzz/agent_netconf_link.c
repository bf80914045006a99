/* SPDX-License-Identifier: BSD-2-Clause */
/* A datagram of rtnetlink about the addresses and routes of interface 2. */
#include "guest-agent/netconf_link.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "lib/cleanup.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void check(const struct netconf_address *a, size_t count, size_t max)
{
	require(count <= max);
	for (size_t i = 0; i < count; i++)
		require(a[i].family == AF_INET || a[i].family == AF_INET6);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct netconf_link link = { .ifindex = 2 };
	autofree void *part = malloc(size); /* no byte more, for the sanitizer */
	int r;

	require(part || size == 0);
	if (size > 0)
		memcpy(part, data, size);
	r = netconf_link_take(&link, part, size);
	require(r == 0 || r == 1 || r == -EIO);
	require(link.ifindex == 2);
	check(link.address, link.count, NETCONF_ADDRESSES_MAX);
	check(link.gateway, link.gateways, NETCONF_GATEWAYS_MAX);
	return 0;
}
