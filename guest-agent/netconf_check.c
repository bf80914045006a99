/* SPDX-License-Identifier: BSD-2-Clause */
#include "guest-agent/netconf_check.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "lib/prefix.h"

bool netconf_name_good(const char *name)
{
	static const char good[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "0123456789._-";
	size_t len = strnlen(name, IF_NAMESIZE);

	return len > 0 && len < IF_NAMESIZE && strspn(name, good) == len &&
	       !strchr("._-", name[0]);
}

bool netconf_mac_good(const uint8_t mac[MAC_LEN])
{
	static const uint8_t zero[MAC_LEN];

	return !(mac[0] & 1) && memcmp(mac, zero, sizeof(zero)) != 0;
}

/* ---- IPv4 ---- */

static uint32_t mask_of(unsigned prefix)
{
	return prefix == 0 ? 0 : UINT32_MAX << (32 - prefix);
}

/* NULL, or what is wrong with a host's address in a network of that length. */
static const char *wrong_host4(uint32_t a, unsigned prefix)
{
	uint32_t host = a & ~mask_of(prefix);

	if (a >> 24 == 0)
		return "is unspecified (0.0.0.0/8)";
	if (a >> 24 == 127)
		return "is a loopback address";
	if (a >> 28 == 14)
		return "is a multicast address";
	if (a >> 28 == 15)
		return "is reserved or broadcast (240.0.0.0/4)";
	/* two and one address: RFC 3021 */
	if (prefix < 31 && host == 0)
		return "is that of the network, not of a host";
	if (prefix < 31 && host == ~mask_of(prefix))
		return "is the broadcast address of its network";
	return NULL;
}

/* ---- IPv6 ---- */

static const char *wrong_host6(const struct in6_addr *a)
{
	if (IN6_IS_ADDR_UNSPECIFIED(a))
		return "is unspecified (::)";
	if (IN6_IS_ADDR_LOOPBACK(a))
		return "is a loopback address";
	if (IN6_IS_ADDR_MULTICAST(a))
		return "is a multicast address";
	if (IN6_IS_ADDR_V4MAPPED(a))
		return "is a mapped IPv4 address";
	if (IN6_IS_ADDR_V4COMPAT(a))
		return "is a compatible IPv4 address";
	return NULL;
}

/* ---- both ---- */

static const char the_address[] = "the address", the_gateway[] = "the gateway";
static const char is_itself[] = "is the address itself";

static const char *wrong_gateway4(uint32_t a, uint32_t g, unsigned prefix)
{
	bool on_link = !((g ^ a) & mask_of(prefix));
	const char *why = wrong_host4(g, on_link ? prefix : 32);

	if (why)
		return why;
	if (g == a)
		return is_itself;
	/* 169.254.0.0/16 neither: no back end takes it without a route to it */
	return on_link ? NULL : "is not in the address's network";
}

static const char *wrong_gateway6(const struct in6_addr *a, const struct in6_addr *g,
				  unsigned prefix)
{
	const char *why = wrong_host6(g);

	if (why)
		return why;
	if (IN6_ARE_ADDR_EQUAL(a, g))
		return is_itself;
	if (IN6_IS_ADDR_LINKLOCAL(g) || prefix_same(a, g, prefix))
		return NULL;
	return "is neither in the address's network nor link-local";
}

static const char *wrong4(const struct netconf_family *f, const char **ret_what)
{
	uint32_t a = ntohl(f->address.in.s_addr);
	const char *why = wrong_host4(a, f->prefix);

	*ret_what = the_address;
	if (why || !f->has_gateway)
		return why;
	*ret_what = the_gateway;
	return wrong_gateway4(a, ntohl(f->gateway.in.s_addr), f->prefix);
}

static const char *wrong6(const struct netconf_family *f, const char **ret_what)
{
	const char *why = wrong_host6(&f->address.in6);

	*ret_what = the_address;
	if (why || !f->has_gateway)
		return why;
	*ret_what = the_gateway;
	return wrong_gateway6(&f->address.in6, &f->gateway.in6, f->prefix);
}

const char *netconf_wrong_family(int family, const struct netconf_family *f,
				 const char **ret_what)
{
	unsigned max = family == AF_INET ? 32 : 128;

	if (f->mode != NETCONF_STATIC)
		return NULL;
	*ret_what = "the prefix length";
	if (f->prefix == 0 || f->prefix > max)
		return family == AF_INET ? "is not from 1 to 32" : "is not from 1 to 128";
	return family == AF_INET ? wrong4(f, ret_what) : wrong6(f, ret_what);
}

static int wrong(char *ret_why, size_t size, const char *beginning, const char *what,
		 const char *why)
{
	if (ret_why)
		(void)snprintf(ret_why, size, "%s%s %s", beginning, what, why);
	return -EINVAL;
}

int netconf_check(const struct netconf *want, char *ret_why, size_t size)
{
	const char *what, *why;

	if (!netconf_name_good(want->ifname))
		return wrong(ret_why, size, "", "the interface's name",
			     "is not one of letters, digits, '.', '_' and '-'");
	if (want->v4.mode > NETCONF_AUTO || want->v6.mode > NETCONF_AUTO)
		return wrong(ret_why, size, "", "the mode", "is not known");
	why = netconf_wrong_family(AF_INET, &want->v4, &what);
	if (why)
		return wrong(ret_why, size, "IPv4: ", what, why);
	why = netconf_wrong_family(AF_INET6, &want->v6, &what);
	if (why)
		return wrong(ret_why, size, "IPv6: ", what, why);
	return 0;
}
