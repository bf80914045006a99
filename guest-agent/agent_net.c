/* SPDX-License-Identifier: BSD-2-Clause */
/* Addresses: which device each belongs to, and which the administrator keeps back. */
#include <errno.h>
#include <string.h>

#include "guest-agent/agent_parts.h"
#include "guest-agent/links.h"
#include "lib/io.h"

/* What the administrator does not want to be told. */
static void exclude(const struct agent_config *c, struct net_facts *net)
{
	net->without_legacy_keys = !c->legacy_keys;
	for (size_t i = 0; i < net->link_count; i++)
		net->link[i].excluded =
			!agent_config_wants_interface(c, net->link[i].name);
	for (size_t i = 0; i < net->count; i++) {
		struct address_fact *a = &net->address[i];

		a->excluded = !c->addresses ||
			      !agent_config_wants_address(c, a->family, &a->in6);
	}
}

void agent_forget_devices(struct agent *a)
{
	devices_done(&a->devices);
	a->unexplained = 0;
}

/* The host's list is read only where sysfs does not say all, and anew when there is
 * another interface of that kind. */
static int read_devices(struct agent *a, uint64_t unexplained)
{
	int r;

	if (unexplained == a->unexplained || !a->publisher.conn)
		return 0;
	agent_forget_devices(a);
	r = devices_read(a->publisher.conn, &a->devices);
	if (r >= 0)
		a->unexplained = unexplained;
	return r;
}

/* A card that no device of the host explains. */
static bool has_stranger(const struct net_facts *net)
{
	for (size_t i = 0; i < net->link_count; i++) {
		const struct link_fact *l = &net->link[i];

		if (l->by_mac && l->device == DEVICE_NONE && !l->excluded)
			return true;
	}
	return false;
}

/* The host may tell of a card (a VF that is plugged) after the kernel found it. */
static void ask_again_later(struct agent *a, uint64_t unexplained)
{
	uint64_t *at = &a->at_ms[TIMER_DEVICES];

	if (!has_stranger(&a->facts.net)) {
		a->strangers = 0;
		*at = AGENT_NEVER;
		return;
	}
	if (unexplained != a->strangers)
		a->strangers_ms = AGENT_ASK_FIRST_MS;
	else if (*at != AGENT_NEVER)
		return; /* it is about to be done */
	else if (a->strangers_ms < AGENT_ASK_MAX_MS)
		a->strangers_ms *= 2;
	a->strangers = unexplained;
	*at = io_now_ms() + a->strangers_ms;
}

void agent_ask_devices(struct agent *a)
{
	a->at_ms[TIMER_DEVICES] = AGENT_NEVER;
	agent_forget_devices(a);
	agent_collect_addresses(a);
}

static int attribute(struct agent *a, struct net_facts *net)
{
	uint64_t unexplained = links_unexplained(net);
	int r = unexplained ? read_devices(a, unexplained) : 0;

	agent_complain("the host's network devices", r);
	exclude(&a->config, net);
	r = links_resolve(net, &a->devices);
	ask_again_later(a, unexplained);
	return r;
}

/* Addresses that could not be read stay what they were, and are asked for again soon. */
void agent_collect_addresses(struct agent *a)
{
	int r = netlink_collect(&a->netlink, a->rootfd, &a->facts.net);

	if (r >= 0)
		r = attribute(a, &a->facts.net);
	agent_complain("addresses", r);
	a->at_ms[TIMER_ADDRESSES] = r < 0 ? io_now_ms() + AGENT_AGAIN_MS : AGENT_NEVER;
	a->dirty = true;
	static_ip_interfaces_changed(a->static_ip);
}

static bool is_device(const struct link_fact *l, const struct static_ip_device *d)
{
	if (l->device != (d->vf ? DEVICE_VF : DEVICE_VIF) || l->devid != d->devid)
		return false;
	return (l->has_mac && memcmp(l->mac, d->mac, MAC_LEN) == 0) ||
	       (l->has_born_mac && memcmp(l->born_mac, d->mac, MAC_LEN) == 0);
}

int agent_find_interface(void *arg, const struct static_ip_device *device,
			 char ret_ifname[IF_NAMESIZE])
{
	const struct agent *a = arg;
	const struct net_facts *net = &a->facts.net;

	for (size_t i = 0; i < net->link_count; i++) {
		const struct link_fact *l = &net->link[i];
		const struct link_fact *master;

		if (!is_device(l, device) || !*l->name)
			continue;
		/* in a VRF an interface keeps its addresses */
		master = l->master ? links_find(net, l->master) : NULL;
		if (master && strcmp(master->kind, "vrf") == 0)
			master = NULL;
		memcpy(ret_ifname, master ? master->name : l->name, IF_NAMESIZE);
		return master ? -EBUSY : 0;
	}
	return -ENODEV;
}
