/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * links - which device of the host is under each interface.
 *
 * An interface is a vif by what its driver says in sysfs (vif.h); else, when it has
 * hardware of its own, the device that has its MAC address; never by its name.  An
 * address on a bridge, bond, team or VRF belongs to what is under its ports, on a VLAN,
 * macvlan or ipvlan to what is under the interface it is made on, however high they are
 * stacked; of several devices the vifs come first, then the lowest number.  A port with an
 * address of its own is its own device.  All else (veth, tun, tunnels, vxlan) leads
 * nowhere: what is sent through it is somebody else's network.
 * Owns:   nothing; the facts are changed in place.
 * Errors: 0 or a negative errno.
 * Source: linux net/core/rtnetlink.c (IFLA_MASTER, IFLA_LINK, IFLA_LINK_NETNSID)
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "guest-agent/devices.h"
#include "guest-agent/net_facts.h"

/* Pure: sort the links and give each address its own.  -EAGAIN: one has none, because
 * links came or went while they were read. */
int links_attach(struct net_facts *net);
/* What each is by itself, from sys/class/net below @rootfd. */
void links_identify(struct net_facts *net, int rootfd);
/* Pure: set all .under.  @devices may be NULL: then by sysfs alone.  May be done again.
 * -ENOMEM. */
int links_resolve(struct net_facts *net, const struct device_list *devices);
/* 0: sysfs explains all interfaces that are hardware, and the host's devices need not be
 * known.  Else a number that stays the same as long as those it does not explain do. */
uint64_t links_unexplained(const struct net_facts *net);
/* NULL when there is none. */
struct link_fact *links_find(const struct net_facts *net, unsigned ifindex);
/* Is it one that is made of others, or on another? */
bool links_is_stacked(const struct link_fact *l);
