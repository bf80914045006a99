/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * schema_net - the part of the wanted tree that tells addresses; pure.
 *
 * Addresses of a vif get indices 0..n-1 per family: IPv4 primary before secondary; IPv6
 * global, then temporary, then unique-local, then link-local; the kernel's order inside
 * each.
 * Errors: 0 or -ENOMEM.
 * Source: as schema.h
 */
#pragma once
#include "guest-agent/net_facts.h"
#include "lib/tree.h"

int schema_want_addresses(const struct net_facts *net, struct tree *want);

/* Why an address is not published, NULL when it is. */
const char *schema_left_out(const struct address_fact *a);
