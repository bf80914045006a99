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

/* Said of an interface of this kind, with nothing underneath. */
static const char *reason_by_kind(const char *kind)
{
#define REASON(kind)                                                                     \
	{                                                                                \
		kind, "its interface is of kind " kind ", with no vif underneath"        \
	}
	static const struct {
		const char *kind, *reason;
	} reasons[] = {
		REASON("bond"),	     REASON("bridge"),	    REASON("dummy"),
		REASON("geneve"),    REASON("gre"),	    REASON("gretap"),
		REASON("ifb"),	     REASON("ip6tnl"),	    REASON("ipip"),
		REASON("ipvlan"),    REASON("ipvtap"),	    REASON("macsec"),
		REASON("macvlan"),   REASON("macvtap"),	    REASON("netkit"),
		REASON("ppp"),	     REASON("sit"),	    REASON("team"),
		REASON("tun"),	     REASON("veth"),	    REASON("vlan"),
		REASON("vrf"),	     REASON("vti"),	    REASON("vxlan"),
		REASON("wireguard"), REASON("openvswitch"),
	};
#undef REASON

	for (size_t i = 0; i < sizeof(reasons) / sizeof(*reasons); i++)
		if (strcmp(kind, reasons[i].kind) == 0)
			return reasons[i].reason;
	return "its interface is no vif";
}

static const char *reason_by_link(const struct link_fact *l)
{
	if (!l)
		return "its interface is gone";
	if (l->excluded)
		return "its interface is excluded by the configuration";
	if (l->under)
		return NULL;
	if (l->by_mac)
		return "its interface is no vif, and no device of the host has its MAC "
		       "address";
	return reason_by_kind(l->kind);
}

const char *schema_left_out(const struct address_fact *a)
{
	const char *reason = reason_by_link(a->link);

	if (reason)
		return reason;
	if (a->excluded)
		return "excluded by the configuration";
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

static int want_device(const char *dir, const struct link_fact *l, struct tree *want)
{
	char path[PATH_ROOM];
	int r = 0;

	if (is_fit_to_print(l->name)) {
		(void)snprintf(path, sizeof(path), "%s/name", dir);
		r = tree_setf(want, path, "%s", l->name);
	}
	if (r >= 0 && l->has_mac) {
		(void)snprintf(path, sizeof(path), "%s/mac/0", dir);
		r = tree_setf(want, path, "%02x:%02x:%02x:%02x:%02x:%02x", l->mac[0],
			      l->mac[1], l->mac[2], l->mac[3], l->mac[4], l->mac[5]);
	}
	return r;
}

static int want_address(const char *dir, const struct address_fact *a, unsigned index,
			const char *text, struct tree *want)
{
	char path[PATH_ROOM];
	int r;

	(void)snprintf(path, sizeof(path), "%s/%s/%u", dir,
		       a->family == AF_INET ? "ipv4" : "ipv6", index);
	r = tree_setf(want, path, "%s", text);
	if (r < 0 || a->prefix_len > address_size(a) * 8)
		return r;
	(void)snprintf(path, sizeof(path), "%s/%s/%u/prefix", dir,
		       a->family == AF_INET ? "ipv4" : "ipv6", index);
	return tree_setf(want, path, "%u", a->prefix_len);
}

/* There is no room for a second IPv4 address. */
static int want_legacy(uint32_t devid, int family, unsigned index, const char *text,
		       struct tree *want)
{
	char path[PATH_ROOM];

	if (family == AF_INET && index > 0)
		return 0;
	if (family == AF_INET)
		(void)snprintf(path, sizeof(path), "attr/eth%" PRIu32 "/ip", devid);
	else
		(void)snprintf(path, sizeof(path), "attr/eth%" PRIu32 "/ipv6/%u/addr",
			       devid, index);
	return tree_setf(want, path, "%s", text);
}

/* The address @a, number @index of its device and family; @first: of its device. */
static int want_all_of(const struct net_facts *net, const struct address_fact *a,
		       unsigned index, bool first, struct tree *want)
{
	const struct link_fact *device = a->link->under;
	char dir[DIR_ROOM], text[INET6_ADDRSTRLEN];
	int r = 0;

	(void)inet_ntop(a->family, &a->in6, text, sizeof(text)); /* cannot fail */
	(void)snprintf(dir, sizeof(dir), "%s/%" PRIu32,
		       device->device == DEVICE_VIF ? "attr/vif"
						    : "xenserver/attr/net-sriov-vf",
		       device->devid);
	if (first)
		r = want_device(dir, device, want);
	if (r >= 0)
		r = want_address(dir, a, index, text, want);
	if (r >= 0 && device->device == DEVICE_VIF && !net->without_legacy_keys)
		r = want_legacy(device->devid, a->family, index, text, want);
	return r;
}

int schema_want_addresses(const struct net_facts *net, struct tree *want)
{
	autofree const struct address_fact **sorted =
		calloc(net->count ? net->count : 1, sizeof(*sorted));
	size_t count;
	unsigned index = 0;
	int r = 0;

	if (!sorted)
		return -ENOMEM;
	count = sort_addresses(net, sorted);
	for (size_t i = 0; r >= 0 && i < count; i++) {
		const struct address_fact *a = sorted[i];
		const struct address_fact *before = i > 0 ? sorted[i - 1] : NULL;
		bool first = !before ||
			     compare_devices(before->link->under, a->link->under) != 0;

		index = first || before->family != a->family ? 0 : index + 1;
		r = want_all_of(net, a, index, first, want);
	}
	return r;
}
