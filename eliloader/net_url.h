/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * net_url - the rules for addresses that servers send us to, and for those a proxy is
 * not wanted for.  Pure (libcurl's address parser, the one that libcurl goes by).
 *
 * Owns:   nothing.
 * Errors: 0 or a negative errno.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>

#define NET_URL_MAX 4096 /* bytes, NUL included: redirects carry signed queries */

struct net_url {
	char text[NET_URL_MAX]; /* as libcurl writes it */
	char shown[512];	/* for people: no user, no password, no query */
	char scheme[8];
	char host[256]; /* no brackets */
	char port[6];	/* always there */
};
/* http, https and ftp only.  -EINVAL: not such an address. */
int net_url_parse(const char *text, struct net_url *ret);
/* May an answer from @from lead to @to?  http and https only, and never from https to
 * anything else.  -EPERM.  (Hosts: net_check_host.) */
int net_url_check_redirect(const struct net_url *from, const struct net_url *to);
/* Is @host in a no_proxy list (commas or spaces; "*", "example.org" and what ends in
 * ".example.org", addresses, "10.0.0.0/8")? */
bool net_url_is_direct(const char *list, const char *host);
