/* SPDX-License-Identifier: BSD-2-Clause */
#include "guest-agent/schema_net.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <linux/if_addr.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"

#define DIR_ROOM  64 /* "xenserver/attr/net-sriov-vf/4294967295/ipv4" has 44 bytes */
#define PATH_ROOM 96

/* Lower comes first. */
static int usefulness(const struct address_fact *a)
{
	bool temporary = a->flags & IFA_F_TEMPORARY;

	if (a->family == AF_INET) {
		if ((ntohl(a->in.s_addr) >> 16) == 0xa9fe) /* 169.254/16, RFC 3927 */
			return 2;
		return a->flags & IFA_F_SECONDARY ? 1 : 0;
	}
	if (IN6_IS_ADDR_LINKLOCAL(&a->in6))
		return 4;
	if ((a->in6.s6_addr[0] & 0xfe) == 0xfc) /* fc00::/7, RFC 4193 */
		return temporary ? 3 : 2;
	return temporary ? 1 : 0;
}

static int compare(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

static int compare_devices(const struct link_fact *a, const struct link_fact *b)
{
	int r = compare(a->device, b->device);

	return r ? r : compare(a->devid, b->devid);
}

/* In order of publication. */
static int by_use(const void *pa, const void *pb)
{
	const struct address_fact *a = *(const struct address_fact *const *)pa;
	const struct address_fact *b = *(const struct address_fact *const *)pb;
	int r = compare_devices(a->link->under, b->link->under);

	if (r == 0)
		r = compare(a->family == AF_INET6, b->family == AF_INET6);
	if (r == 0)
		r = usefulness(a) - usefulness(b);
	if (r == 0)
		r = compare(a->ifindex, b->ifindex);
	return r ? r : compare((uintptr_t)a, (uintptr_t)b); /* the kernel's order */
}

static size_t address_size(const struct address_fact *a)
{
	return a->family == AF_INET ? sizeof(a->in) : sizeof(a->in6);
}

static int compare_values(const struct address_fact *a, const struct address_fact *b)
{
	int r = compare_devices(a->link->under, b->link->under);

	if (r == 0)
		r = compare(a->family == AF_INET6, b->family == AF_INET6);
	return r ? r : memcmp(&a->in6, &b->in6, address_size(a));
}

static int by_value(const void *pa, const void *pb)
{
	int r = compare_values(*(const struct address_fact *const *)pa,
			       *(const struct address_fact *const *)pb);

	return r ? r : by_use(pa, pb);
}

/* @sorted gets those to publish, each once, in order; returns how many. */
static size_t sort_addresses(const struct net_facts *net,
			     const struct address_fact **sorted)
{
	size_t count = 0, kept = 0;

	for (size_t i = 0; i < net->count; i++)
		if (!schema_left_out(&net->address[i]))
			sorted[count++] = &net->address[i];
	qsort(sorted, count, sizeof(*sorted), by_value);
	for (size_t i = 0; i < count; i++)
		if (kept == 0 || compare_values(sorted[kept - 1], sorted[i]) != 0)
			sorted[kept++] = sorted[i];
	qsort(sorted, kept, sizeof(*sorted), by_use);
	return kept;
}

/* What the kernel lets through as a name may drive a terminal. */
static bool is_fit_to_print(const char *name)
{
	if (!*name)
		return false;
	for (; *name; name++)
		if (*name < '!' || *name > '~')
			return false;
	return true;
}

/* An address with its place among those of its device and family. */
struct placed {
	const struct address_fact *a;
	unsigned index;
	bool first;	    /* of its device, in any family */
	char dir[DIR_ROOM]; /* "attr/vif/0/ipv4" */
	char text[INET6_ADDRSTRLEN];
};

static const char *class_dir(const struct link_fact *device)
{
	return device->device == DEVICE_VIF ? "attr/vif" : "xenserver/attr/net-sriov-vf";
}

static void place(struct placed *p, const struct address_fact *a,
		  const struct placed *before)
{
	const struct link_fact *device = a->link->under;

	p->a = a;
	p->first = !before || compare_devices(before->a->link->under, device) != 0;
	p->index = p->first || before->a->family != a->family ? 0 : before->index + 1;
	(void)snprintf(p->dir, sizeof(p->dir), "%s/%" PRIu32 "/%s", class_dir(device),
		       device->devid, a->family == AF_INET ? "ipv4" : "ipv6");
	(void)inet_ntop(a->family, &a->in6, p->text, sizeof(p->text)); /* cannot fail */
}

static int want_address(const struct placed *p, struct tree *want)
{
	char path[PATH_ROOM];
	int r;

	(void)snprintf(path, sizeof(path), "%s/%u", p->dir, p->index);
	r = tree_setf(want, path, "%s", p->text);
	if (r < 0 || p->a->prefix_len > address_size(p->a) * 8)
		return r;
	(void)snprintf(path, sizeof(path), "%s/%u/prefix", p->dir, p->index);
	return tree_setf(want, path, "%u", p->a->prefix_len);
}

/* There is no room for a second one. */
static int want_legacy_ipv4(const struct placed *p, struct tree *want)
{
	const struct link_fact *device = p->a->link->under;
	char path[PATH_ROOM];

	if (device->device != DEVICE_VIF || p->a->family != AF_INET || p->index > 0)
		return 0;
	(void)snprintf(path, sizeof(path), "attr/eth%" PRIu32 "/ip", device->devid);
	return tree_setf(want, path, "%s", p->text);
}

static int want_legacy_ipv6(const struct placed *p, struct tree *want)
{
	const struct link_fact *device = p->a->link->under;
	char path[PATH_ROOM];

	if (device->device != DEVICE_VIF || p->a->family != AF_INET6)
		return 0;
	(void)snprintf(path, sizeof(path), "attr/eth%" PRIu32 "/ipv6/%u/addr",
		       device->devid, p->index);
	return tree_setf(want, path, "%s", p->text);
}

static int want_name(const struct placed *p, struct tree *want)
{
	const struct link_fact *device = p->a->link->under;
	char path[PATH_ROOM];

	if (!p->first || !is_fit_to_print(device->name))
		return 0;
	(void)snprintf(path, sizeof(path), "%s/%" PRIu32 "/name", class_dir(device),
		       device->devid);
	return tree_setf(want, path, "%s", device->name);
}

static int want_mac(const struct placed *p, struct tree *want)
{
	const struct link_fact *device = p->a->link->under;
	const uint8_t *mac = device->mac;
	char path[PATH_ROOM];

	if (!p->first || !device->has_mac)
		return 0;
	(void)snprintf(path, sizeof(path), "%s/%" PRIu32 "/mac/0", class_dir(device),
		       device->devid);
	return tree_setf(want, path, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1],
			 mac[2], mac[3], mac[4], mac[5]);
}

/* How many nodes a host lists for these keys; it does not go down to prefix lengths. */
static size_t count_listed(const struct tree *t)
{
	const char *before = "";
	size_t count = 0;

	for (size_t i = 0; i < t->count; i++) {
		const char *path = t->entry[i].path, *end = path + strlen(path);
		size_t same = 0;

		if (strcmp(strrchr(path, '/'), "/prefix") == 0)
			continue;
		for (size_t at = 0; path[at] && path[at] == before[at]; at++)
			if (path[at] == '/')
				same = at + 1;
		for (const char *p = path + same; p < end; p++)
			count += *p == '/';
		count++;
		before = path;
	}
	return count;
}

static int want_each(const struct placed *placed, size_t count,
		     int (*key)(const struct placed *p, struct tree *want),
		     struct tree *want)
{
	int r = 0;

	for (size_t i = 0; r >= 0 && i < count; i++)
		r = key(&placed[i], want);
	return r;
}

/* All keys of one kind, or none of them when the host would not list the rest. */
static int want_extra(const struct placed *placed, size_t count,
		      int (*key)(const struct placed *p, struct tree *want),
		      struct tree *want)
{
	autotree struct tree more = { 0 };
	int r;

	if (count_listed(want) > SCHEMA_NET_LISTED_MAX)
		return 0;
	r = tree_copy(&more, want);
	if (r >= 0)
		r = want_each(placed, count, key, &more);
	if (r >= 0 && count_listed(&more) <= SCHEMA_NET_LISTED_MAX)
		tree_swap(&more, want);
	return r;
}

static int want_placed(const struct net_facts *net, const struct placed *placed,
		       size_t count, struct tree *want)
{
	autotree struct tree keys = { 0 };
	int r = want_each(placed, count, want_address, &keys);

	if (r >= 0 && !net->without_legacy_keys)
		r = want_extra(placed, count, want_legacy_ipv4, &keys);
	if (r >= 0 && !net->without_legacy_keys)
		r = want_extra(placed, count, want_legacy_ipv6, &keys);
	if (r >= 0)
		r = want_extra(placed, count, want_name, &keys);
	if (r >= 0)
		r = want_extra(placed, count, want_mac, &keys);
	for (size_t i = 0; r >= 0 && i < keys.count; i++)
		r = tree_set(want, keys.entry[i].path, keys.entry[i].value,
			     keys.entry[i].value_len);
	return r;
}

int schema_want_addresses(const struct net_facts *net, struct tree *want)
{
	size_t room = net->count ? net->count : 1, count;
	autofree const struct address_fact **sorted = calloc(room, sizeof(*sorted));
	autofree struct placed *placed = calloc(room, sizeof(*placed));

	if (!sorted || !placed)
		return -ENOMEM;
	count = sort_addresses(net, sorted);
	for (size_t i = 0; i < count; i++)
		place(&placed[i], sorted[i], i > 0 ? &placed[i - 1] : NULL);
	return want_placed(net, placed, count, want);
}
