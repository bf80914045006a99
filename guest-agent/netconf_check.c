/* SPDX-License-Identifier: BSD-2-Clause */
/* netconf_state.h: what makes sense. */
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "guest-agent/netconf_state.h"

bool netconf_name_good(const char *name)
{
	static const char first[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_"
		"0123456789";
	static const char more[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_"
				   "0123456789.-";
	size_t len = strnlen(name, IF_NAMESIZE);

	return len > 0 && len < IF_NAMESIZE && strspn(name, first) > 0 &&
	       strspn(name, more) == len;
}

static bool in4_good(struct in_addr in)
{
	uint32_t a = ntohl(in.s_addr);

	return a >> 24 != 0 && a >> 24 != 127 && a >> 28 < 0xe; /* multicast, reserved */
}

static bool in6_good(const struct in6_addr *in)
{
	return !IN6_IS_ADDR_UNSPECIFIED(in) && !IN6_IS_ADDR_LOOPBACK(in) &&
	       !IN6_IS_ADDR_MULTICAST(in) && !IN6_IS_ADDR_V4MAPPED(in) &&
	       !IN6_IS_ADDR_V4COMPAT(in);
}

/* Do the first @prefix bits agree? */
static bool same_net(const void *a, const void *b, unsigned prefix)
{
	const uint8_t *x = a, *y = b;
	unsigned bytes = prefix / 8, bits = prefix % 8;

	if (memcmp(x, y, bytes) != 0)
		return false;
	return bits == 0 || (x[bytes] ^ y[bytes]) >> (8 - bits) == 0;
}

/* Of a network with room for hosts, all zeros and all ones are no host's. */
static bool is_host(const struct netconf_family *f)
{
	uint32_t mask, a = ntohl(f->address.in.s_addr);

	if (f->prefix >= 31)
		return true;
	mask = UINT32_MAX >> f->prefix;
	return (a & mask) != 0 && (a & mask) != mask;
}

static const char *check_static4(const struct netconf_family *f)
{
	if (f->prefix < 1 || f->prefix > 32)
		return "the IPv4 prefix is not 1 to 32";
	if (!in4_good(f->address.in))
		return "the IPv4 address is none that a machine can have";
	if (!is_host(f))
		return "the IPv4 address is its network's own or broadcast address";
	if (!f->has_gateway)
		return NULL;
	if (!in4_good(f->gateway.in))
		return "the IPv4 gateway is none that a machine can have";
	if (f->gateway.in.s_addr == f->address.in.s_addr)
		return "the IPv4 gateway is the address itself";
	return same_net(&f->address, &f->gateway, f->prefix)
		       ? NULL
		       : "the IPv4 gateway is not in the address's network";
}

static const char *check_static6(const struct netconf_family *f)
{
	if (f->prefix < 1 || f->prefix > 128)
		return "the IPv6 prefix is not 1 to 128";
	if (!in6_good(&f->address.in6))
		return "the IPv6 address is none that a machine can have";
	if (!f->has_gateway)
		return NULL;
	if (!in6_good(&f->gateway.in6))
		return "the IPv6 gateway is none that a machine can have";
	if (memcmp(&f->gateway.in6, &f->address.in6, sizeof(f->address.in6)) == 0)
		return "the IPv6 gateway is the address itself";
	return IN6_IS_ADDR_LINKLOCAL(&f->gateway.in6) ||
			       same_net(&f->address, &f->gateway, f->prefix)
		       ? NULL
		       : "the IPv6 gateway is neither in the address's network nor "
			 "link-local";
}

static const char *wrong(const struct netconf *want)
{
	const char *what = NULL;

	if (memchr(want->ifname, '\0', sizeof(want->ifname)) == NULL ||
	    !netconf_name_good(want->ifname))
		return "the interface's name is not one of letters, digits, '.', '_' "
		       "and '-'";
	if (want->v4.mode > NETCONF_AUTO || want->v6.mode > NETCONF_AUTO)
		return "there is no such mode";
	if (want->v4.mode == NETCONF_STATIC)
		what = check_static4(&want->v4);
	if (!what && want->v6.mode == NETCONF_STATIC)
		what = check_static6(&want->v6);
	return what;
}

int netconf_check(const struct netconf *want, const char **ret_what)
{
	*ret_what = wrong(want);
	return *ret_what ? -EINVAL : 0;
}
