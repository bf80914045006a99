/* SPDX-License-Identifier: BSD-2-Clause */
#include "guest-agent/links.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "guest-agent/vif.h"
#include "lib/cleanup.h"

static int by_ifindex(const void *pa, const void *pb)
{
	const struct link_fact *a = pa, *b = pb;

	return a->ifindex < b->ifindex ? -1 : a->ifindex > b->ifindex;
}

struct link_fact *links_find(const struct net_facts *net, unsigned ifindex)
{
	struct link_fact key = { .ifindex = ifindex };

	if (!net->link)
		return NULL;
	return bsearch(&key, net->link, net->link_count, sizeof(key), by_ifindex);
}

int links_attach(struct net_facts *net)
{
	if (net->link)
		qsort(net->link, net->link_count, sizeof(*net->link), by_ifindex);
	for (size_t i = 0; i < net->count; i++) {
		struct address_fact *a = &net->address[i];
		const struct link_fact *l = links_find(net, a->ifindex);

		if (!l)
			return -EAGAIN;
		a->link = l;
		memcpy(a->ifname, l->name, sizeof(a->ifname));
	}
	return 0;
}

static bool is_one_of(const char *kind, const char *const *kinds)
{
	for (; *kinds; kinds++)
		if (strcmp(kind, *kinds) == 0)
			return true;
	return false;
}

/* What they carry is what their ports carry (IFLA_MASTER). */
static bool has_ports(const struct link_fact *l)
{
	static const char *const kinds[] = { "bond", "bridge", "team", "vrf", NULL };

	return is_one_of(l->kind, kinds);
}

/* They are on the network of what they are made on (IFLA_LINK). */
static bool is_made_on(const struct link_fact *l)
{
	static const char *const kinds[] = { "ipvlan",	"ipvtap", "macsec", "macvlan",
					     "macvtap", "vlan",	  NULL };

	return is_one_of(l->kind, kinds);
}

bool links_is_stacked(const struct link_fact *l)
{
	return has_ports(l) || is_made_on(l);
}

void links_identify(struct net_facts *net, int rootfd)
{
	for (size_t i = 0; i < net->link_count; i++) {
		struct link_fact *l = &net->link[i];

		if (links_is_stacked(l) || l->name[0] == '\0')
			continue; /* it may have the MAC address of another */
		if (vif_read_devid(rootfd, l->name, &l->devid) >= 0)
			l->device = DEVICE_VIF;
		else if (l->has_mac || l->has_born_mac)
			l->by_mac = vif_is_hardware(rootfd, l->name);
	}
}

static uint64_t mix(uint64_t hash, const void *data, size_t len)
{
	const uint8_t *byte = data;

	for (size_t i = 0; i < len; i++) /* FNV-1a */
		hash = (hash ^ byte[i]) * UINT64_C(1099511628211);
	return hash;
}

uint64_t links_unexplained(const struct net_facts *net)
{
	uint64_t hash = 0;

	for (size_t i = 0; i < net->link_count; i++) {
		const struct link_fact *l = &net->link[i];

		if (!l->by_mac)
			continue;
		if (hash == 0)
			hash = UINT64_C(14695981039346656037);
		hash = mix(hash, &l->ifindex, sizeof(l->ifindex));
		hash = mix(hash, l->mac, MAC_LEN);
		hash = mix(hash, l->born_mac, MAC_LEN);
	}
	return hash;
}

/* In a bond its ports have one address, and were born with others. */
static void find_by_mac(struct link_fact *l, const struct device_list *devices)
{
	const struct device *d = NULL;

	if (devices && l->has_born_mac)
		d = devices_find(devices, l->born_mac);
	if (devices && !d && l->has_mac)
		d = devices_find(devices, l->mac);
	l->device = d ? d->class : DEVICE_NONE;
	l->devid = d ? d->devid : 0;
}

/* For a walk from the devices upwards. */
struct climb {
	const struct net_facts *net;
	struct link_fact **by_lower; /* those that are made on another, by which */
	size_t by_lower_count;
	struct link_fact **todo; /* reached, to be gone on from; each link once at most */
	size_t todo_count;
};

static int by_lower(const void *pa, const void *pb)
{
	const struct link_fact *a = *(struct link_fact *const *)pa;
	const struct link_fact *b = *(struct link_fact *const *)pb;

	if (a->lower != b->lower)
		return a->lower < b->lower ? -1 : 1;
	return by_ifindex(a, b);
}

static int by_device(const void *pa, const void *pb)
{
	const struct link_fact *a = *(struct link_fact *const *)pa;
	const struct link_fact *b = *(struct link_fact *const *)pb;

	if (a->device != b->device)
		return a->device < b->device ? -1 : 1;
	if (a->devid != b->devid)
		return a->devid < b->devid ? -1 : 1;
	return by_ifindex(a, b);
}

/* Index of the first that is made on @ifindex, or on one after it. */
static size_t first_above(const struct climb *c, unsigned ifindex)
{
	size_t low = 0, high = c->by_lower_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (c->by_lower[middle]->lower < ifindex)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* What was reached before was so from a device that comes before. */
static void reach(struct climb *c, struct link_fact *l, const struct link_fact *device)
{
	if (l->under)
		return;
	l->under = device;
	c->todo[c->todo_count++] = l;
}

static void climb_from(struct climb *c, const struct link_fact *device)
{
	while (c->todo_count > 0) {
		const struct link_fact *l = c->todo[--c->todo_count];
		struct link_fact *master = links_find(c->net, l->master);

		if (master && has_ports(master))
			reach(c, master, device);
		for (size_t i = first_above(c, l->ifindex);
		     i < c->by_lower_count && c->by_lower[i]->lower == l->ifindex; i++)
			reach(c, c->by_lower[i], device);
	}
}

static void climb_from_all(struct climb *c, struct link_fact **device, size_t count)
{
	qsort(device, count, sizeof(*device), by_device);
	/* a device is its own, whatever it is a port of */
	for (size_t i = 0; i < count; i++)
		device[i]->under = device[i];
	for (size_t i = 0; i < count; i++) {
		c->todo[c->todo_count++] = device[i];
		climb_from(c, device[i]);
	}
}

int links_resolve(struct net_facts *net, const struct device_list *devices)
{
	size_t room = net->link_count ? net->link_count : 1, device_count = 0;
	autofree struct link_fact **device = calloc(room, sizeof(*device));
	autofree struct link_fact **made = calloc(room, sizeof(*made));
	autofree struct link_fact **todo = calloc(room, sizeof(*todo));
	struct climb c = { .net = net, .by_lower = made, .todo = todo };

	if (!device || !made || !todo)
		return -ENOMEM;
	for (size_t i = 0; i < net->link_count; i++) {
		struct link_fact *l = &net->link[i];

		l->under = NULL;
		if (l->by_mac)
			find_by_mac(l, devices);
		if (l->device != DEVICE_NONE)
			device[device_count++] = l;
		else if (l->lower && is_made_on(l))
			made[c.by_lower_count++] = l;
	}
	qsort(made, c.by_lower_count, sizeof(*made), by_lower);
	climb_from_all(&c, device, device_count);
	return 0;
}
