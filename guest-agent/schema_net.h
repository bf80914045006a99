/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * schema_net - the part of the wanted tree that tells addresses; pure.
 *
 * Addresses of a device get indices 0..n-1 per family: IPv4 primary, secondary, then
 * link-local; IPv6 global, then temporary, unique-local, link-local.  Inside each they
 * are in order of interfaces, then in the kernel's.  One that two interfaces have is told
 * once.
 *
 * attr/vif/N/ipv4/M is what XAPI reads (and below xenserver/attr/net-sriov-vf for VFs),
 * with name, mac/0 and prefix beside it for others; XAPI passes over those.  A device
 * without addresses has none of them: any child of attr/vif makes XAPI pass over what an
 * older agent wrote.  attr/ethN/ip and attr/ethN/ipv6/M/addr are what XAPI read until
 * XenServer 7.2, which does not know attr/vif; where there is a child of attr/vif, later
 * ones pass over them.
 *
 * Hosts of 2020 to 2025 (XCP-ng 8.2) list no more than 128 nodes of a guest: control,
 * xenserver/attr and attr (down to attr/vif/N/ipv4/M), then drivers, data and vm-data,
 * which are cut.  So what XAPI of today does not read is left out, kind by kind, when it
 * would make the nodes of this part more than SCHEMA_NET_LISTED_MAX.
 * Errors: 0 or -ENOMEM.
 * Source: as schema.h.  For the old keys xapi_guest_agent.ml of before mid-2017
 *         (networks(): below attr the names eth<N>, of each `ip`, and of each name below
 *         `ipv6` its `addr`; one IPv4 address to a device), and what wrote them,
 *         xe-guest-utilities' xe-update-guest-attrs until 6.2.  For the 128: xenopsd.ml,
 *         xenops_server_xen.ml (vm_guest_agent_xenstore_quota)
 */
#pragma once
#include "guest-agent/net_facts.h"
#include "lib/tree.h"

/* Half of 128: the rest of what is published takes about 50. */
#define SCHEMA_NET_LISTED_MAX 64

int schema_want_addresses(const struct net_facts *net, struct tree *want);

/* Why an address is not published, NULL when it is. */
const char *schema_left_out(const struct address_fact *a);
