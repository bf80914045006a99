/* SPDX-License-Identifier: BSD-2-Clause */
/* What makes sense, what the state and undo files say, and the files of the back ends. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "guest-agent/netconf_change.h"
#include "guest-agent/netconf_check.h"
#include "guest-agent/netconf_interfaces.h"
#include "guest-agent/netconf_networkd_text.h"
#include "lib/cleanup.h"
#include "tests/tap.h"

static struct netconf_family family4(const char *cidr, const char *gateway)
{
	struct netconf_family f = { .mode = NETCONF_KEEP };

	if (cidr && strcmp(cidr, "auto") == 0)
		f.mode = NETCONF_AUTO;
	else if (cidr)
		(void)netconf_parse_cidr(AF_INET, cidr, &f);
	f.has_gateway = gateway && inet_pton(AF_INET, gateway, &f.gateway) == 1;
	return f;
}

static struct netconf_family family6(const char *cidr, const char *gateway)
{
	struct netconf_family f = { .mode = NETCONF_KEEP };

	if (cidr && strcmp(cidr, "auto") == 0)
		f.mode = NETCONF_AUTO;
	else if (cidr)
		(void)netconf_parse_cidr(AF_INET6, cidr, &f);
	f.has_gateway = gateway && inet_pton(AF_INET6, gateway, &f.gateway) == 1;
	return f;
}

static struct netconf conf(const char *v4, const char *gw4, const char *v6,
			   const char *gw6)
{
	return (struct netconf){ .ifname = "eth0",
				 .v4 = family4(v4, gw4),
				 .v6 = family6(v6, gw6) };
}

static void test_check(void)
{
	static const struct {
		const char *v4, *gw4, *v6, *gw6;
		int r;
	} cases[] = {
		{ "10.0.0.5/24", "10.0.0.1", NULL, NULL, 0 },
		{ "10.0.0.5/24", NULL, "fd00::5/64", "fe80::1", 0 },
		{ "10.0.0.4/31", "10.0.0.5", "fd00::/127", NULL, 0 },
		{ "10.0.0.5/32", NULL, "fd00::1/128", NULL, 0 },
		{ "10.0.0.0/24", NULL, NULL, NULL, -EINVAL },
		{ "10.0.0.255/24", NULL, NULL, NULL, -EINVAL },
		{ "0.0.0.5/8", NULL, NULL, NULL, -EINVAL },
		{ "127.0.0.1/8", NULL, NULL, NULL, -EINVAL },
		{ "224.0.0.1/24", NULL, NULL, NULL, -EINVAL },
		{ "255.255.255.255/32", NULL, NULL, NULL, -EINVAL },
		{ "10.0.0.5/24", "10.0.1.1", NULL, NULL, -EINVAL },
		{ "10.0.0.5/24", "10.0.0.5", NULL, NULL, -EINVAL },
		{ "10.0.0.129/25", "10.0.0.127", NULL, NULL, -EINVAL },
		{ "10.0.0.5/24", "10.0.0.255", NULL, NULL, -EINVAL },
		{ NULL, NULL, "::1/128", NULL, -EINVAL },
		{ NULL, NULL, "::/64", NULL, -EINVAL },
		{ NULL, NULL, "ff02::1/64", NULL, -EINVAL },
		{ NULL, NULL, "::ffff:10.0.0.1/128", NULL, -EINVAL },
		{ NULL, NULL, "fd00::5/64", "fd01::1", -EINVAL },
		{ NULL, NULL, "fd00::5/64", "fd00::5", -EINVAL },
		{ "auto", NULL, "auto", NULL, 0 },
	};
	static const char *const bad[] = { "",	   ".",	   "..",    "-e",
					   "a/b",  "a b",  "eth0;", "abcdefghijklmnop",
					   "a\nb", "a\tb", "_a",    "eth\xc3\xa4" };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct netconf c =
			conf(cases[i].v4, cases[i].gw4, cases[i].v6, cases[i].gw6);
		char why[NETCONF_WHY_MAX] = "";

		is_int(netconf_check(&c, why, sizeof(why)), cases[i].r,
		       cases[i].v4 ? cases[i].v4 : cases[i].v6);
		ok((why[0] != '\0') == (cases[i].r < 0), "and says why");
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ok(!netconf_name_good(bad[i]), "no name: '%s'", bad[i]);
	ok(netconf_name_good("br-lan.10") && netconf_name_good("enX0"), "good names");
}

static void test_cidr(void)
{
	static const char *const bad[] = { "10.0.0.1",	   "10.0.0.1/",	   "10.0.0.1/0",
					   "10.0.0.1/33",  "10.0.0.1/+8",  "10.0.0/8",
					   "10.0.0.1/8 ",  "/8",	   "",
					   "10.0.0.1/8/8", "010.0.0.1/8x", "fd00::1/64" };
	struct netconf_family f;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		is_int(netconf_parse_cidr(AF_INET, bad[i], &f), -EINVAL, bad[i]);
}

static void test_state(void)
{
	static const char text[] =
		"xe-guest-network 1\ninterface eth0\nbackend networkd\n"
		"original /etc/x\nmac 00163e000001\n"
		"ipv4 host static 10.0.0.5/24 10.0.0.1\nipv6 auto\n";
	static const struct {
		const char *name, *text;
	} bad[] = {
		{ "empty", "" },
		{ "another version",
		  "xe-guest-network 2\ninterface a\nbackend b\nipv4 auto\n" },
		{ "nothing set", "xe-guest-network 1\ninterface a\nbackend b\n" },
		{ "no back end", "xe-guest-network 1\ninterface a\nipv4 auto\n" },
		{ "no interface", "xe-guest-network 1\nbackend a\nipv4 auto\n" },
		{ "a path for a name",
		  "xe-guest-network 1\ninterface ../a\nbackend b\nipv4 auto\n" },
		{ "twice",
		  "xe-guest-network 1\ninterface a\nbackend b\nipv4 auto\nipv4 auto\n" },
		{ "cut", "xe-guest-network 1\ninterface a\nbackend b\nipv4 auto" },
		{ "a strange line",
		  "xe-guest-network 1\ninterface a\nbackend b\nipv4 auto\nx y\n" },
		{ "an impossible address", "xe-guest-network 1\ninterface a\nbackend "
					   "b\nipv4 static 127.0.0.1/8\n" },
	};
	autofree char *again = NULL;
	struct netconf_state s;

	is_int(netconf_state_parse(text, sizeof(text) - 1, &s), 0, "a state is read");
	ok(netconf_state_format(&s, &again) == 0, "and written");
	is_str(again, text, "the same");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		is_int(netconf_state_parse(bad[i].text, strlen(bad[i].text), &s),
		       -EBADMSG, bad[i].name);
}

/* At every boot the host says of each interface that it sets nothing there. */
static void test_owner(void)
{
	static const struct {
		const char *name;
		bool set_by_host, taken_by_host, stays;
	} cases[] = {
		{ "the host takes back what it set", true, true, false },
		{ "it does not take what the guest's own set", false, true, true },
		{ "the guest's own take what the host set", true, false, false },
		{ "and what they set", false, false, false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct netconf_state s = {
			.set.v6 = { .mode = NETCONF_AUTO,
				    .by_host = cases[i].set_by_host },
		};
		struct netconf none = {
			.ifname = "eth0",
			.v6 = { .mode = NETCONF_NONE, .by_host = cases[i].taken_by_host },
		};

		netconf_state_merge(&s, &none);
		ok(netconf_state_empty(&s) == !cases[i].stays, "%s", cases[i].name);
	}
}

static void test_undo(void)
{
	static const char text[] = "xe-guest-network undo 1\nbackend ifupdown\n"
				   "interface eth0\nfile /etc/a\nold 644 5\na\0b\nc\n"
				   "new none\nfile /var/lib/xe-guest-network/eth0.state\n"
				   "old none\nnew 600 2\nab\nend\n";
	static const char *const files[] = {
		"file /etc/a\nold 644 5\nabc\nnew none\nend\n",
		"file /usr/a\nold 644 3\nabc\nnew none\nend\n",
		"file /etc/../usr/a\nold none\nnew none\nend\n",
		"file etc/a\nold none\nnew none\nend\n",
		"file /etc/a\nold 4755 3\nabc\nnew none\nend\n",
		"file /etc/a\nold none\nnew none\n",
		"file /etc/a\nold none\nend\n",
		"file /etc/a\nnew none\nold none\nend\n",
		"file /etc/a\nold none\nnew none\nend\nmore\n",
		"file /etc/a\nold 644 999999999\nabc\nnew none\nend\n",
		"file /etc/a\nold 644 -1\nabc\nnew none\nend\n",
	};
	autofree char *again = NULL;
	struct netconf_why why = { "" };
	struct netconf_change c;
	size_t len;

	is_int(netconf_undo_parse(text, sizeof(text) - 1, &c), 0, "an undo file is read");
	ok(c.count == 2 && c.file[0].old_len == 5 && !c.file[1].old_text &&
		   c.file[0].old_mode == 0644 && !c.file[0].new_text &&
		   c.file[1].new_len == 2 && c.file[1].new_mode == 0600,
	   "a file with any bytes, and one that was not there");
	ok(netconf_undo_format(&c, &again, &len) == 0 && len == sizeof(text) - 1 &&
		   memcmp(again, text, len) == 0,
	   "and written, the same");
	netconf_change_done(&c);
	is_int(netconf_change_add(&c, "/usr/a", strdup("a"), 1, 0644, &why), -EOPNOTSUPP,
	       "what cannot be undone is not changed");
	ok(netconf_change_add(&c, "/usr/a", NULL, 0, 0644, &why) == 0 && c.count == 0,
	   "what is as it is to be may lie anywhere");
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		char bad[256];

		(void)snprintf(bad, sizeof(bad),
			       "xe-guest-network undo 1\nbackend x\ninterface eth0\n%s",
			       files[i]);
		ok(netconf_undo_parse(bad, strlen(bad), &c) == -EBADMSG,
		   "a bad undo file: number %zu", i);
	}
}

static void test_interfaces(void)
{
	static const char text[] =
		"auto lo eth0\niface lo inet loopback\n"
		"iface eth0 inet static\n  address 10.0.0.9/24\n  gateway "
		"\\\n\t10.0.0.1\n"
		"  # a note\n  mtu 1400\n  up a\n  up b\n"
		"iface eth00 inet dhcp\niface eth0 inet6 auto\n  mtu 1400\n"
		"source interfaces.d/*\nsource-directory x";
	struct netconf c = conf("10.0.0.5/25", "10.0.0.1", NULL, NULL);
	struct netconf none = conf(NULL, NULL, NULL, NULL);
	struct netconf_interfaces has = { 0 };
	autofree char *marked = NULL, *back = NULL, *block = NULL, *whole = NULL;
	size_t len, back_len = 0;

	is_int(netconf_interfaces_scan(text, sizeof(text) - 1, "eth0", &has), 0,
	       "scanned");
	ok(has.has_v4 && has.has_v6 && has.brought_up && !has.has_plain, "what it has");
	is_int((long long)has.sources.count, 2, "two sources");
	is_str(has.sources.item[1], "x/", "a directory");
	is_int((long long)has.kept4.count, 3, "MTU and commands are kept");
	ok(netconf_interfaces_mark(text, sizeof(text) - 1, &c, &marked, &len) == 0,
	   "marked");
	ok(strstr(marked, "#xe-guest-network eth0#   gateway \\\n"
			  "#xe-guest-network eth0# \t10.0.0.1\n") != NULL,
	   "both parts of a long line are marked");
	ok(strstr(marked, "\niface eth00 inet dhcp\niface eth0 inet6 auto\n") != NULL,
	   "another interface and the other family are not");
	ok(netconf_interfaces_block(&has, &c, &block) == 0, "our block");
	ok(strstr(block, "iface eth0 inet static\n\taddress 10.0.0.5\n\tnetmask "
			 "255.255.255.128\n\tgateway 10.0.0.1\n  mtu 1400\n  up a\n  up "
			 "b\n") != NULL,
	   "has address, mask, gateway and what is kept");
	ok(strstr(block, "inet6") == NULL && strstr(block, "auto eth0") == NULL,
	   "and no more");
	ok(asprintf(&whole, "%s\n%s", marked, block) > 0 &&
		   netconf_interfaces_mark(whole, strlen(whole), &none, &back,
					   &back_len) == 0,
	   "taken back");
	ok(back_len == sizeof(text) && strncmp(back, text, sizeof(text) - 1) == 0,
	   "it is what it was");
	netconf_interfaces_done(&has);
}

/* What the administrator wrote is not lost with the edges of our block. */
static void test_interfaces_cut(void)
{
	static const struct {
		const char *name, *text, *plain;
	} cases[] = {
		{ "a block",
		  "a\n#xe-guest-network eth0 begin\nb\n#xe-guest-network eth0 end\nc\n",
		  "a\nc\n" },
		{ "a block without an end", "a\n#xe-guest-network eth0 begin\nb\nc\n",
		  "a\nb\nc\n" },
		{ "such a one before a whole one",
		  "#xe-guest-network eth0 begin\na\n#xe-guest-network eth0 begin\nb\n"
		  "#xe-guest-network eth0 end\nc",
		  "a\nc" },
		{ "another interface's block",
		  "#xe-guest-network eth1 begin\nb\n#xe-guest-network eth1 end\n",
		  "#xe-guest-network eth1 begin\nb\n#xe-guest-network eth1 end\n" },
	};
	struct netconf none = conf(NULL, NULL, NULL, NULL);

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		autofree char *plain = NULL;
		size_t len = 0;

		ok(netconf_interfaces_mark(cases[i].text, strlen(cases[i].text), &none,
					   &plain, &len) == 0 &&
			   len == strlen(cases[i].plain) &&
			   memcmp(plain, cases[i].plain, len) == 0,
		   "without our block: %s", cases[i].name);
	}
}

static void test_networkd(void)
{
	static const char text[] =
		"; a note\n[Match]\nName=e*\n[Network]\nDHCP = yes\nAddress=10.0.0.9/24\n"
		"Address=fd00::9/64\nDNS=10.0.0.53 \\\n  10.0.0.54\n[Route]\n"
		"Gateway=10.0.0.1\n[Route]\nGateway=fd00::1\n[Address]\n"
		"Address=10.0.0.10/24\nLabel=x\n[Link]\nMTUBytes=1400";
	struct netconf c = conf("10.0.0.5/24", "10.0.0.1", NULL, NULL);
	struct netconf both = conf("auto", NULL, "fd00::5/64", NULL);
	autofree char *one = NULL, *two = NULL;

	ok(netconf_networkd_render(text, sizeof(text) - 1, "/x", &c, &one) == 0, "IPv4");
	ok(strstr(one, "[Match]\nName=eth0\n") && !strstr(one, "Name=e*"), "our match");
	ok(!strstr(one, "10.0.0.9") && !strstr(one, "10.0.0.10") && !strstr(one, "Label"),
	   "no old address of the family");
	ok(strstr(one, "Address=fd00::9/64\n") && strstr(one, "Gateway=fd00::1\n"),
	   "those of the other stay");
	ok(strstr(one, "DNS=10.0.0.53 \\\n  10.0.0.54\n") && strstr(one, "MTUBytes=1400"),
	   "so do DNS and MTU");
	ok(strstr(one, "\nDHCP=ipv6\nAddress=10.0.0.5/24\nGateway=10.0.0.1\n") != NULL,
	   "ours comes last, DHCP is left to the other family");
	ok(netconf_networkd_render(text, sizeof(text) - 1, "/x", &both, &two) == 0,
	   "both");
	ok(strstr(two, "\nDHCP=ipv4\nIPv6AcceptRA=no\nAddress=fd00::5/64\n") != NULL,
	   "DHCP for IPv4, no announcements");
	ok(!strstr(two, "fd00::1\n") && !strstr(two, "fd00::9"), "no old one of IPv6");
}

/* What ends a list, and what only looks as if it went on. */
static void test_networkd_lines(void)
{
	static const char text[] =
		"[Network]\nAddress=fd00::9/64\n  ; a note \\\nAddress=10.0.0.9/24\n"
		"[Network]\nAddress=\nAddress=fd00::8/64\n";
	struct netconf c = conf("10.0.0.5/24", NULL, NULL, NULL);
	autofree char *made = NULL;

	ok(netconf_networkd_render(text, sizeof(text) - 1, "/x", &c, &made) == 0,
	   "a file and a drop-in that begins its list anew");
	ok(strstr(made, "Address=\nAddress=fd00::8/64\n") != NULL,
	   "the other family's list ends where it did");
	ok(strstr(made, "; a note \\\n") && !strstr(made, "10.0.0.9"),
	   "an indented comment ends with its line");
}

int main(void)
{
	test_check();
	test_cidr();
	test_state();
	test_owner();
	test_undo();
	test_interfaces();
	test_interfaces_cut();
	test_networkd();
	test_networkd_lines();
	return tap_done();
}
