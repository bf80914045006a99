/* SPDX-License-Identifier: BSD-2-Clause */
#include "guest-agent/netconf_backend.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* In this order: NetworkManager and networkd say themselves which interfaces they have;
 * that /etc/network/interfaces names one counts when neither does. */
static const struct netconf_backend *const backends[] = {
	&netconf_networkmanager,
	&netconf_networkd,
	&netconf_netplan,
	&netconf_ifupdown,
};

#define BACKENDS (sizeof(backends) / sizeof(backends[0]))

const struct netconf_backend *netconf_backend_by_name(const char *name)
{
	for (size_t i = 0; i < BACKENDS; i++)
		if (strcmp(backends[i]->name, name) == 0)
			return backends[i];
	return NULL;
}

int netconf_backend_find(struct netconf_state *s, const struct netconf_backend **ret,
			 struct netconf_why *why)
{
	for (size_t i = 0; i < BACKENDS; i++) {
		int r = backends[i]->owns(s, why);

		if (r < 0)
			return r;
		if (r == 0)
			continue;
		(void)snprintf(s->backend, sizeof(s->backend), "%s", /* fits */
			       backends[i]->name);
		*ret = backends[i];
		return 0;
	}
	return netconf_why(
		why, -EOPNOTSUPP,
		"interface %s is managed by none of NetworkManager, "
		"systemd-networkd, netplan and ifupdown: let one of them have it",
		s->set.ifname);
}

int netconf_backend_stop(const struct netconf_backend *b, const struct netconf_state *s,
			 struct netconf_why *why)
{
	return b->stop ? b->stop(s, why) : 0;
}
