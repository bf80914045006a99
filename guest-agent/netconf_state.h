/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * netconf_state - what we have set on an interface, as a small file says it:
 *
 *	xe-guest-network 1
 *	interface eth0
 *	backend systemd-networkd
 *	original /etc/systemd/network/20-wired.network
 *	mac 00163e000001
 *	ipv4 host static 10.0.0.5/24 10.0.0.1
 *	ipv6 auto
 *
 * "host": as the host wished.  A family that is not ours has no line, and where none is
 * ours there is no file.
 *
 * Owns:   nothing; plain data.
 * Errors: 0 or a negative errno.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>

#include "guest-agent/netconf.h"

#define NETCONF_DIR	     "/var/lib/xe-guest-network"
#define NETCONF_ORIGINAL_MAX 512 /* bytes: a path below /etc, or a UUID */

struct netconf_state {
	struct netconf set; /* NETCONF_KEEP: not ours.  Never NETCONF_NONE */
	char backend[NETCONF_BACKEND_MAX];
	char original[NETCONF_ORIGINAL_MAX]; /* what the back end had before us, or "" */
};

/* Is nothing ours? */
bool netconf_state_empty(const struct netconf_state *s);
/* What is ours once @want is done. */
void netconf_state_merge(struct netconf_state *s, const struct netconf *want);
/* The same setting?  Who wished it is no part of that. */
bool netconf_family_same(const struct netconf_family *a, const struct netconf_family *b,
			 int family);

/* @len bytes.  -EBADMSG: not what format makes. */
int netconf_state_parse(const char *text, size_t len, struct netconf_state *ret);
/* @ret_text is the caller's (free()). */
int netconf_state_format(const struct netconf_state *s, char **ret_text);

/* "10.0.0.5", of @family; @size: at least INET6_ADDRSTRLEN. */
const char *netconf_text(int family, const void *address, char *ret, size_t size);
/* "10.0.0.5/24": strictly ADDRESS/PREFIX with a prefix of 1 to 32 (128).  -EINVAL */
int netconf_parse_cidr(int family, const char *text, struct netconf_family *ret);
