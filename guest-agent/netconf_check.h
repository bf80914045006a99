/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * netconf_check - what can be set on an interface.
 *
 * The agent asks here before it sends, its helper when it has received, and
 * netconf_apply() before it does anything: each for itself, by the same functions.
 *
 * Owns:   nothing; pure.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "guest-agent/netconf.h"

/* Letters, digits, '.', '_' and '-', the first a letter or digit: what is nothing more
 * than a name in a file, a path or a command line.  (The kernel takes more.)  @name may
 * be an IF_NAMESIZE array without a NUL, which is no good name. */
bool netconf_name_good(const char *name);
/* A station's own: neither zero nor a group's. */
bool netconf_mac_good(const uint8_t mac[MAC_LEN]);
/* NULL, or what is wrong with a family's wish, as the end of a sentence of which
 * @ret_what is the beginning (both static).  @family: AF_INET or AF_INET6.  Addresses are
 * of a host (no group, loopback, unspecified, no network's or broadcast address); a
 * gateway is another host in the same network, for IPv6 also one with a link-local
 * address: from elsewhere it could not be reached. */
const char *netconf_wrong_family(int family, const struct netconf_family *f,
				 const char **ret_what);
/* All of @want.  -EINVAL, and @ret_why (may be NULL) says what makes no sense. */
int netconf_check(const struct netconf *want, char *ret_why, size_t size);
