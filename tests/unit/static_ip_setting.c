/* SPDX-License-Identifier: BSD-2-Clause */
/* What the host may write in static-ip-setting, and what it may not. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "guest-agent/static_ip_setting.h"
#include "tests/tap.h"

#define MAC "00:16:3e:00:00:01"
#define SOME                                                                             \
	"0123456789012345678901234567890123456789012345678901234567890123456789" /* 70 */

static void put(struct static_ip_value *v, const char *text)
{
	if (text)
		static_ip_value_set(v, text, strlen(text));
}

static struct static_ip_setting setting_of(const char *mac, const char *enabled,
					   const char *address, const char *gateway)
{
	struct static_ip_setting s = { 0 };

	put(&s.mac, mac);
	put(&s.enabled, enabled);
	put(&s.address, address);
	put(&s.gateway, gateway);
	return s;
}

/* @is: what static_ip_describe() says of it. */
struct good {
	const char *name;
	int family;
	const char *enabled, *address, *gateway;
	const char *is;
};

static const struct good good[] = {
	{ "the guest decides", AF_INET, "0", NULL, NULL, "no address of the host's" },
	{ "IPv6: the guest decides", AF_INET6, "0", NULL, NULL,
	  "no address of the host's" },
	{ "DHCP (xen-api 7118)", AF_INET, "2", NULL, NULL, "DHCP" },
	{ "IPv6: automatic", AF_INET6, "2", NULL, NULL, "autoconfiguration" },
	{ "left-over address of DHCP", AF_INET, "2", "nonsense", "nonsense", "DHCP" },
	{ "address alone", AF_INET, "1", "10.0.0.5/24", NULL, "10.0.0.5/24" },
	{ "empty gateway", AF_INET, "1", "10.0.0.5/24", "", "10.0.0.5/24" },
	{ "address and gateway", AF_INET, "1", "10.158.180.45/24", "10.158.180.1",
	  "10.158.180.45/24, gateway 10.158.180.1" },
	{ "two addresses (RFC 3021)", AF_INET, "1", "10.0.0.0/31", "10.0.0.1",
	  "10.0.0.0/31, gateway 10.0.0.1" },
	{ "prefix of one bit", AF_INET, "1", "10.0.0.9/1", NULL, "10.0.0.9/1" },
	{ "IPv6 as in pull request 2593", AF_INET6, "1", "2001:0DB8:02de:1000::0e13/64",
	  "2001:0DB8:02de:1000::1",
	  "2001:db8:2de:1000::e13/64, gateway 2001:db8:2de:1000::1" },
	{ "IPv6, gateway link-local", AF_INET6, "1", "2001:db8::5/64", "fe80::1",
	  "2001:db8::5/64, gateway fe80::1" },
	{ "IPv6, odd prefix", AF_INET6, "1", "2001:db8::5/61", "2001:db8:0:7::1",
	  "2001:db8::5/61, gateway 2001:db8:0:7::1" },
	{ "IPv6, whole prefix", AF_INET6, "1", "2001:db8::5/128", NULL,
	  "2001:db8::5/128" },
	{ "IPv6, unique-local", AF_INET6, "1", "fd00::5/8", NULL, "fd00::5/8" },
};

static void check_good(void)
{
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		const struct good *c = &good[i];
		struct static_ip_setting s =
			setting_of(MAC, c->enabled, c->address, c->gateway);
		char why[NETCONF_WHY_MAX] = "", text[128] = "";
		static const uint8_t want_mac[MAC_LEN] = { 0, 0x16, 0x3e, 0, 0, 1 };
		struct netconf_family f;
		uint8_t mac[MAC_LEN] = { 0 };
		int r = static_ip_parse(c->family, &s, mac, &f, why, sizeof(why));

		if (r == 0)
			static_ip_describe(c->family, &f, text, sizeof(text));
		ok(r == 0 && memcmp(mac, want_mac, 6) == 0 && strcmp(text, c->is) == 0,
		   "%s", c->name);
		if (r < 0 || strcmp(text, c->is) != 0)
			printf("# %d '%s' '%s'\n", r, text, why);
	}
}

/* @why: how the error begins or what it contains. */
struct bad {
	const char *name;
	int family;
	const char *mac, *enabled, *address, *gateway;
	const char *why;
};

static const struct bad bad[] = {
	{ "no mac", AF_INET, NULL, "0", NULL, NULL, "there is no mac" },
	{ "mac of five", AF_INET, "00:16:3e:00:00", "0", NULL, NULL, "mac is '00:16" },
	{ "mac too long", AF_INET, MAC "0", "0", NULL, NULL, "mac is" },
	{ "mac with dashes", AF_INET, "00-16-3e-00-00-01", "0", NULL, NULL, "mac is" },
	{ "mac of a group", AF_INET, "01:00:5e:00:00:01", "0", NULL, NULL, "mac is" },
	{ "mac of zeros", AF_INET, "00:00:00:00:00:00", "0", NULL, NULL, "mac is" },
	{ "mac with a letter", AF_INET, "00:16:3e:00:00:0g", "0", NULL, NULL, "mac is" },
	{ "enabled empty", AF_INET, MAC, "", NULL, NULL, "enabled is ''" },
	{ "enabled 3", AF_INET, MAC, "3", NULL, NULL, "enabled is '3': known are 0" },
	{ "enabled6 3", AF_INET6, MAC, "3", NULL, NULL, "enabled6 is '3'" },
	{ "enabled with newline", AF_INET, MAC, "1\n", NULL, NULL, "enabled is '1\\n'" },
	{ "enabled +1", AF_INET, MAC, "+1", NULL, NULL, "enabled is '+1'" },
	{ "enabled 01", AF_INET, MAC, "01", NULL, NULL, "enabled is '01'" },
	{ "no address", AF_INET, MAC, "1", NULL, NULL, "there is no address: wanted" },
	{ "no address6", AF_INET6, MAC, "1", NULL, NULL, "there is no address6" },
	{ "empty address", AF_INET, MAC, "1", "", NULL, "address is ''" },
	{ "no prefix", AF_INET, MAC, "1", "10.0.0.5", NULL, "address is '10.0.0.5'" },
	{ "empty prefix", AF_INET, MAC, "1", "10.0.0.5/", NULL, "address is" },
	{ "netmask", AF_INET, MAC, "1", "10.0.0.5/255.255.255.0", NULL, "address is" },
	{ "prefix 0", AF_INET, MAC, "1", "10.0.0.5/0", NULL, "the prefix length is not" },
	{ "prefix 33", AF_INET, MAC, "1", "10.0.0.5/33", NULL, "address is" },
	{ "prefix -1", AF_INET, MAC, "1", "10.0.0.5/-1", NULL, "address is" },
	{ "two prefixes", AF_INET, MAC, "1", "10.0.0.5/24/24", NULL, "address is" },
	{ "prefix 129", AF_INET6, MAC, "1", "2001:db8::5/129", NULL, "address6 is" },
	{ "IPv6 prefix 0", AF_INET6, MAC, "1", "2001:db8::5/0", NULL,
	  "the prefix length is not from 1 to 128" },
	{ "IPv6 for IPv4", AF_INET, MAC, "1", "2001:db8::5/32", NULL, "address is" },
	{ "IPv4 for IPv6", AF_INET6, MAC, "1", "10.0.0.5/24", NULL, "address6 is" },
	{ "octal", AF_INET, MAC, "1", "010.0.0.5/24", NULL, "address is" },
	{ "hexadecimal", AF_INET, MAC, "1", "0x0a000005/24", NULL, "address is" },
	{ "space before", AF_INET, MAC, "1", " 10.0.0.5/24", NULL, "address is" },
	{ "newline and more", AF_INET, MAC, "1", "10.0.0.5/24\nDNS=1.1.1.1", NULL,
	  "address is '10.0.0.5/24\\nDNS=1.1.1.1'" },
	{ "a zone", AF_INET6, MAC, "1", "fe80::1%eth0/64", NULL, "address6 is" },
	{ "too long", AF_INET, MAC, "1", SOME, NULL, "...': wanted is one as 192" },
	{ "unspecified", AF_INET, MAC, "1", "0.0.0.0/24", NULL, "is unspecified" },
	{ "loopback", AF_INET, MAC, "1", "127.0.0.1/8", NULL, "is a loopback" },
	{ "multicast", AF_INET, MAC, "1", "224.0.0.1/24", NULL, "is a multicast" },
	{ "class E", AF_INET, MAC, "1", "240.0.0.1/24", NULL, "is reserved" },
	{ "limited broadcast", AF_INET, MAC, "1", "255.255.255.255/32", NULL,
	  "is reserved" },
	{ "of the network", AF_INET, MAC, "1", "10.0.0.0/24", NULL,
	  "10.0.0.0/24: the address is that of the network" },
	{ "broadcast", AF_INET, MAC, "1", "10.0.0.255/24", NULL, "is the broadcast" },
	{ "IPv6 unspecified", AF_INET6, MAC, "1", "::/64", NULL, "is unspecified" },
	{ "IPv6 loopback", AF_INET6, MAC, "1", "::1/128", NULL, "is a loopback" },
	{ "IPv6 multicast", AF_INET6, MAC, "1", "ff02::1/64", NULL, "is a multicast" },
	{ "IPv6 mapped", AF_INET6, MAC, "1", "::ffff:10.0.0.1/96", NULL, "is a mapped" },
	{ "IPv6 compatible", AF_INET6, MAC, "1", "::10.0.0.1/96", NULL,
	  "is a compatible" },
	{ "gateway elsewhere", AF_INET, MAC, "1", "10.0.0.5/24", "10.0.1.1",
	  "10.0.0.5/24, gateway 10.0.1.1: the gateway is not in" },
	{ "one address, gateway link-local", AF_INET, MAC, "1", "10.0.0.9/32",
	  "169.254.0.1", "the gateway is not in the address's network" },
	{ "gateway itself", AF_INET, MAC, "1", "10.0.0.5/24", "10.0.0.5",
	  "the gateway is the address itself" },
	{ "gateway broadcast", AF_INET, MAC, "1", "10.0.0.5/24", "10.0.0.255",
	  "the gateway is the broadcast" },
	{ "gateway multicast", AF_INET, MAC, "1", "10.0.0.5/24", "224.0.0.1",
	  "the gateway is a multicast" },
	{ "gateway with prefix", AF_INET, MAC, "1", "10.0.0.5/24", "10.0.0.1/24",
	  "gateway is '10.0.0.1/24'" },
	{ "gateway no address", AF_INET, MAC, "1", "10.0.0.5/24", "$(reboot)",
	  "gateway is '$(reboot)'" },
	{ "IPv6 gateway elsewhere", AF_INET6, MAC, "1", "2001:db8::5/64",
	  "2001:db8:0:1::1", "the gateway is neither" },
	{ "IPv6 gateway past an odd prefix", AF_INET6, MAC, "1", "2001:db8::5/61",
	  "2001:db8:0:8::1", "the gateway is neither" },
	{ "IPv6 gateway itself", AF_INET6, MAC, "1", "2001:db8::5/64", "2001:db8::5",
	  "the gateway is the address itself" },
	{ "IPv6 gateway multicast", AF_INET6, MAC, "1", "2001:db8::5/64", "ff02::1",
	  "the gateway is a multicast" },
	{ "IPv6 gateway is IPv4", AF_INET6, MAC, "1", "2001:db8::5/64", "10.0.0.1",
	  "gateway6 is" },
};

static void check_bad(void)
{
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		const struct bad *c = &bad[i];
		struct static_ip_setting s =
			setting_of(c->mac, c->enabled, c->address, c->gateway);
		char why[NETCONF_WHY_MAX] = "";
		struct netconf_family f = { .mode = NETCONF_KEEP, .prefix = 99 };
		uint8_t mac[MAC_LEN] = { 9 };
		int r = static_ip_parse(c->family, &s, mac, &f, why, sizeof(why));

		ok(r == -EINVAL && strstr(why, c->why) && f.prefix == 99 && mac[0] == 9,
		   "refused: %s", c->name);
		if (r == 0 || !strstr(why, c->why))
			printf("# %d '%s'\n", r, why);
	}
}

static void check_bytes(void)
{
	static const char nul[] = "10.0.0.5/24\0x";
	struct static_ip_setting s = setting_of(MAC, "1", NULL, NULL), t;
	char why[32] = "";
	struct netconf_family f;
	uint8_t mac[MAC_LEN];

	static_ip_value_set(&s.address, nul, sizeof(nul) - 1);
	is_int(static_ip_parse(AF_INET, &s, mac, &f, why, sizeof(why)), -EINVAL,
	       "a NUL in an address");
	is_int((long long)strlen(why), sizeof(why) - 1, "a long error is cut");
	s = setting_of(MAC, "1", SOME, NULL);
	t = s;
	ok(static_ip_setting_equal(&s, &t), "the same setting");
	static_ip_value_set(&t.address, SOME "x", sizeof(SOME));
	ok(!static_ip_setting_equal(&s, &t), "longer past what is kept: another");
	t = s;
	static_ip_value_set(&t.gateway, "", 0);
	ok(!static_ip_setting_equal(&s, &t), "an empty value is not an absent one");
	t = s;
	static_ip_value_set(&t.enabled, "0", 1);
	ok(!static_ip_setting_equal(&s, &t), "another mode is another setting");
}

int main(void)
{
	check_good();
	check_bad();
	check_bytes();
	return tap_done();
}
