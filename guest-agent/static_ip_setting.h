/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * static_ip_setting - one family of a static-ip-setting, as the host wrote it, to what is
 * to be done; pure.
 *
 * Format: mac "aa:bb:cc:dd:ee:ff" of either case; enabled[6] "0" (the guest decides), "1"
 *         (static) or "2" (DHCP, or autoconfiguration); address[6] "ADDRESS/PREFIX" and
 *         gateway[6] "ADDRESS", which count with 1 only.  A gateway that is not there or
 *         empty is none.
 * Trust:  the values are whatever is in xenstore, up to 4096 bytes of anything.
 * Owns:   nothing; values are copied, and cut.
 * Errors: 0 or -EINVAL, and @ret_why is one line of printable ASCII.
 * Source: xen-api ocaml/xenopsd/xc/xenops_server_xen.ml (xenstore_of_static_ip_setting,
 *         set_ip_static, set_ip_unspecified)
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "guest-agent/netconf.h"

#define STATIC_IP_VALUE_MAX 64 /* bytes that are kept: the longest right one has 49 */

struct static_ip_value {
	bool there;
	size_t len; /* as it was; over STATIC_IP_VALUE_MAX it was cut */
	char text[STATIC_IP_VALUE_MAX + 1]; /* and a NUL */
};

struct static_ip_setting {
	struct static_ip_value mac, enabled, address, gateway;
};

void static_ip_value_set(struct static_ip_value *v, const char *text, size_t len);
/* Is it the same order still? */
bool static_ip_setting_equal(const struct static_ip_setting *a,
			     const struct static_ip_setting *b);

int static_ip_parse_mac(const struct static_ip_value *v, uint8_t ret_mac[MAC_LEN]);
/* @family: AF_INET or AF_INET6. */
int static_ip_parse(int family, const struct static_ip_setting *setting,
		    uint8_t ret_mac[MAC_LEN], struct netconf_family *ret_want,
		    char *ret_why, size_t size);
/* "10.0.0.5/24, gateway 10.0.0.1", "DHCP", "no address of the host's": for a log. */
void static_ip_describe(int family, const struct netconf_family *want, char *out,
			size_t size);
