/* SPDX-License-Identifier: BSD-2-Clause */
#include "guest-agent/schema_net.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <linux/if_addr.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/cleanup.h"

const char *schema_left_out(const struct address_fact *a)
{
	if (!a->has_vif)
		return "its interface is no vif";
	if (a->family == AF_INET6 && (a->flags & IFA_F_DADFAILED))
		return "another host has it (duplicate address)";
	if (a->family == AF_INET6 && (a->flags & IFA_F_TENTATIVE))
		return "tentative until duplicate-address detection ends";
	if (a->family == AF_INET6 && (a->flags & IFA_F_DEPRECATED))
		return "deprecated: its preferred lifetime is over";
	return NULL;
}

/* Lower comes first. */
static int usefulness(const struct address_fact *a)
{
	if (a->family == AF_INET)
		return a->flags & IFA_F_SECONDARY ? 1 : 0;
	if (IN6_IS_ADDR_LINKLOCAL(&a->in6))
		return 3;
	if ((a->in6.s6_addr[0] & 0xfe) == 0xfc) /* fc00::/7, RFC 4193 */
		return 2;
	return a->flags & IFA_F_TEMPORARY ? 1 : 0;
}

static int by_vif_and_use(const void *pa, const void *pb)
{
	const struct address_fact *a = *(const struct address_fact *const *)pa;
	const struct address_fact *b = *(const struct address_fact *const *)pb;

	if (a->devid != b->devid)
		return a->devid < b->devid ? -1 : 1;
	if (a->family != b->family)
		return a->family == AF_INET ? -1 : 1;
	if (usefulness(a) != usefulness(b))
		return usefulness(a) - usefulness(b);
	return a < b ? -1 : a > b; /* the kernel's order */
}

int schema_want_addresses(const struct net_facts *net, struct tree *want)
{
	autofree const struct address_fact **sorted =
		calloc(net->count ? net->count : 1, sizeof(*sorted));
	size_t count = 0;
	unsigned index = 0;
	int r = 0;

	if (!sorted)
		return -ENOMEM;
	for (size_t i = 0; i < net->count; i++)
		if (!schema_left_out(&net->address[i]))
			sorted[count++] = &net->address[i];
	qsort(sorted, count, sizeof(*sorted), by_vif_and_use);
	for (size_t i = 0; r >= 0 && i < count; i++) {
		const struct address_fact *a = sorted[i];
		char path[64], text[INET6_ADDRSTRLEN];

		if (i > 0 && (sorted[i - 1]->devid != a->devid ||
			      sorted[i - 1]->family != a->family))
			index = 0;
		(void)inet_ntop(a->family, &a->in6, text, sizeof(text)); /* cannot fail */
		(void)snprintf(path, sizeof(path), "attr/vif/%" PRIu32 "/%s/%u", a->devid,
			       a->family == AF_INET ? "ipv4" : "ipv6", index++);
		r = tree_setf(want, path, "%s", text);
	}
	return r;
}
