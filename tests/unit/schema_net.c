/* SPDX-License-Identifier: BSD-2-Clause */
/* from addresses to keys: which, in what order, and why not the others */
#include "guest-agent/schema_net.h"

#include <arpa/inet.h>
#include <linux/if_addr.h>
#include <stdlib.h>

#include "guest-agent/schema_nodes.h"
#include "lib/cleanup.h"
#include "lib/io.h"
#include "tests/tap.h"

/* vif 0, vif 3, a VF, a bridge over the first, one over nothing */
enum { ETH0, ETH3, VF, BR0, DOCKER0, LINKS };
static struct link_fact links[LINKS] = {
	{ .ifindex = 2,
	  .name = "eth0",
	  .device = DEVICE_VIF,
	  .has_mac = true,
	  .mac = { 0, 0x16, 0x3e, 0, 0, 0xab },
	  .under = &links[ETH0] },
	{ .ifindex = 3,
	  .name = "eth\xc2\x9b"
		  "3",
	  .device = DEVICE_VIF,
	  .devid = 3,
	  .under = &links[ETH3] },
	{ .ifindex = 4,
	  .name = "ens5",
	  .device = DEVICE_VF,
	  .devid = 3,
	  .under = &links[VF] },
	{ .ifindex = 5, .name = "br0", .kind = "bridge", .under = &links[ETH0] },
	{ .ifindex = 6, .name = "docker0", .kind = "bridge" },
};

static struct address_fact address(unsigned link, const char *text, uint32_t flags)
{
	struct address_fact a = { .family = strchr(text, ':') ? AF_INET6 : AF_INET,
				  .flags = flags,
				  .prefix_len = 255, /* impossible: not published */
				  .ifindex = links[link].ifindex,
				  .link = &links[link] };

	(void)inet_pton(a.family, text, &a.in6);
	return a;
}

/* What a list of addresses gives, as "path=value "; only what begins with @dir. */
static char *keys(struct address_fact *list, size_t count, const char *dir)
{
	struct net_facts net = { .address = list, .count = count };
	autotree struct tree t = { 0 };
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (schema_want_addresses(&net, &t) < 0)
		fprintf(out, "failed");
	for (size_t i = 0; i < t.count; i++) {
		if (strncmp(t.entry[i].path, dir, strlen(dir)) == 0)
			fprintf(out, "%s=%s ", t.entry[i].path + strlen(dir),
				t.entry[i].value);
		if (!schema_is_own(t.entry[i].path) ||
		    tree_path_check(t.entry[i].path) < 0)
			ok(false, "%s is a path, and our own", t.entry[i].path);
	}
	fclose(out);
	return text;
}
#define KEYS(list, dir) keys(list, sizeof(list) / sizeof(*(list)), dir)

static void test_order(void)
{
	struct address_fact list[] = {
		address(ETH3, "fe80::1", IFA_F_PERMANENT),
		address(ETH3, "fd00::2", IFA_F_TEMPORARY),
		address(ETH3, "fd00::1", 0),
		address(ETH3, "fcff::1", 0),
		address(ETH3, "2001:db8::3", IFA_F_TEMPORARY),
		address(ETH3, "2001:db8::2", 0),
		address(ETH3, "2001:db8::1", 0),
		address(ETH3, "febf::1", 0),
		address(ETH3, "169.254.9.9", IFA_F_PERMANENT),
		address(ETH3, "10.0.0.2", IFA_F_SECONDARY),
		address(ETH3, "10.0.0.1", IFA_F_PERMANENT),
		address(ETH3, "169.253.0.1", 0),
	};
	autofree char *got = KEYS(list, "attr/vif/3/");

	is_str(got,
	       "ipv4/0=10.0.0.1 ipv4/1=169.253.0.1 ipv4/2=10.0.0.2 ipv4/3=169.254.9.9 "
	       "ipv6/0=2001:db8::2 ipv6/1=2001:db8::1 ipv6/2=2001:db8::3 ipv6/3=fd00::1 "
	       "ipv6/4=fcff::1 ipv6/5=fd00::2 ipv6/6=fe80::1 ipv6/7=febf::1 ",
	       "dense indices, the most useful first, each kind in the kernel's order");
}

static void test_interfaces(void)
{
	struct address_fact list[] = {
		address(BR0, "10.0.0.3", 0),   address(BR0, "10.0.0.4", IFA_F_SECONDARY),
		address(ETH0, "10.0.0.2", 0),  address(ETH0, "10.0.0.1", 0),
		address(VF, "10.0.2.1", 0),    address(DOCKER0, "172.17.0.1", 0),
		address(ETH0, "::1:2:0:0", 0),
	};
	autofree char *vif = KEYS(list, "attr/vif/"), *other = KEYS(list, "xenserver/");

	is_str(vif,
	       "0/ipv4/0=10.0.0.2 0/ipv4/1=10.0.0.1 0/ipv4/2=10.0.0.3 0/ipv4/3=10.0.0.4 "
	       "0/ipv6/0=::1:2:0:0 0/mac/0=00:16:3e:00:00:ab 0/name=eth0 ",
	       "a bridge's addresses after its vif's own, under the vif's name");
	is_str(other,
	       "attr/net-sriov-vf/3/ipv4/0=10.0.2.1 attr/net-sriov-vf/3/name=ens5 ",
	       "those of a VF in their own place");
}

static void test_prefixes(void)
{
	struct address_fact list[] = {
		address(ETH3, "10.0.0.1", 0), address(ETH3, "10.0.0.2", 0),
		address(ETH3, "fd00::1", 0),  address(ETH3, "fd00::2", 0),
		address(ETH3, "0.0.0.1", 0),
	};
	autofree char *got = NULL;

	list[0].prefix_len = 32;
	list[1].prefix_len = 33;
	list[2].prefix_len = 128;
	list[3].prefix_len = 129;
	list[4].prefix_len = 0;
	got = KEYS(list, "attr/vif/3/");
	is_str(got,
	       "ipv4/0=10.0.0.1 ipv4/0/prefix=32 ipv4/1=10.0.0.2 ipv4/2=0.0.0.1 "
	       "ipv4/2/prefix=0 "
	       "ipv6/0=fd00::1 ipv6/0/prefix=128 ipv6/1=fd00::2 ",
	       "prefix lengths that are possible; a name that drives terminals is none");
}

static void test_twice(void)
{
	struct address_fact list[] = {
		address(BR0, "10.0.0.1", 0),
		address(ETH0, "10.0.0.2", 0),
		address(ETH0, "10.0.0.1", IFA_F_SECONDARY),
		address(BR0, "10.0.0.1", IFA_F_SECONDARY),
		address(ETH3, "10.0.0.1", 0),
	};
	autofree char *got = KEYS(list, "attr/vif/");

	is_str(got,
	       "0/ipv4/0=10.0.0.2 0/ipv4/1=10.0.0.1 0/mac/0=00:16:3e:00:00:ab "
	       "0/name=eth0 "
	       "3/ipv4/0=10.0.0.1 ",
	       "an address that two interfaces have is told once, for each device");
}

static void test_legacy(void)
{
	struct address_fact list[] = {
		address(ETH3, "10.0.0.1", 0), address(ETH3, "10.0.0.2", 0),
		address(ETH3, "fe80::1", 0),  address(ETH3, "2001:db8::1", 0),
		address(VF, "10.0.0.3", 0),
	};
	struct net_facts net = { .address = list,
				 .count = 5,
				 .without_legacy_keys = true };
	autofree char *got = KEYS(list, "attr/eth");
	autotree struct tree t = { 0 };

	is_str(got, "3/ip=10.0.0.1 3/ipv6/0/addr=2001:db8::1 3/ipv6/1/addr=fe80::1 ",
	       "XenServer until 7.2 reads: of vifs, the first IPv4 address, all of IPv6");
	(void)schema_want_addresses(&net, &t);
	ok(tree_has_below(&t, "attr/vif/3") && !tree_has_below(&t, "attr/eth3"),
	   "unless the configuration says no");
}

/* Hosts that list 128 nodes in all: the extras go, kind by kind, the addresses stay. */
static void test_room(void)
{
	static const struct {
		unsigned count; /* of IPv6 addresses; one IPv4 address beside them */
		bool legacy4, legacy6, name, mac;
	} cases[] = {
		/* attr, vif, 0, ipv4, 0, ipv6: 6; eth0, ip: 2; ipv6: 1; name: 1; mac, 0: 2;
		 * and for each IPv6 address 1 and 2 */
		{ 1, true, true, true, true },
		{ 17, true, true, true, true },	   /* 6+2+1+3*17 = 60, 61, 63 */
		{ 18, true, true, true, false },   /* 6+2+1+3*18 = 63, 64 */
		{ 19, true, false, true, true },   /* 66, without them 27 */
		{ 53, true, false, true, true },   /* 61, 62, 64 */
		{ 54, true, false, true, false },  /* 62, 63 */
		{ 56, true, false, false, false }, /* 64 */
		{ 57, false, false, true, false }, /* 63, 64 */
		{ 59, false, false, false, false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct address_fact list[64] = { address(ETH0, "10.0.0.1", 0) };
		struct net_facts net = { .address = list, .count = cases[i].count + 1 };
		autotree struct tree t = { 0 };
		size_t first, end;

		for (unsigned j = 1; j < net.count; j++) {
			char text[32];

			(void)snprintf(text, sizeof(text), "2001:db8::%x", j);
			list[j] = address(ETH0, text, 0);
		}
		(void)schema_want_addresses(&net, &t);
		tree_below(&t, "attr/vif/0/ipv6", &first, &end);
		is_int((long long)(end - first), cases[i].count, "all addresses");
		ok(!!tree_find(&t, "attr/eth0/ip") == cases[i].legacy4 &&
			   tree_has_below(&t, "attr/eth0/ipv6") == cases[i].legacy6 &&
			   !!tree_find(&t, "attr/vif/0/name") == cases[i].name &&
			   !!tree_find(&t, "attr/vif/0/mac/0") == cases[i].mac,
		   "as many extras as there is room for beside %u", cases[i].count);
	}
}

static void test_left_out(void)
{
	static const struct {
		const char *text, *reason;
		unsigned link;
		uint32_t flags;
	} cases[] = {
		{ "2001:db8::1", "tentative", ETH0, IFA_F_TENTATIVE },
		{ "2001:db8::1", "tentative", ETH0, IFA_F_TENTATIVE | IFA_F_OPTIMISTIC },
		{ "2001:db8::2", "duplicate", ETH0, IFA_F_TENTATIVE | IFA_F_DADFAILED },
		{ "2001:db8::3", "deprecated", ETH0, IFA_F_DEPRECATED },
		{ "2001:db8::4", NULL, ETH0, IFA_F_NODAD },
		{ "10.0.0.1", "deprecated", ETH0, IFA_F_DEPRECATED },
		{ "172.17.0.1", "of kind bridge", DOCKER0, 0 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct address_fact a =
			address(cases[i].link, cases[i].text, cases[i].flags);
		const char *reason = schema_left_out(&a);
		autofree char *got = keys(&a, 1, "attr/vif/0/ipv");

		ok(cases[i].reason ? reason && strstr(reason, cases[i].reason) : !reason,
		   "left out: %s (%s)", cases[i].text, reason ? reason : "no");
		is_int(!*got, !!reason, "and not published");
	}
}

static void test_reasons(void)
{
	struct link_fact l = { .ifindex = 9, .name = "x", .under = &links[ETH0] };
	struct address_fact a = address(ETH0, "10.0.0.1", 0);

	a.link = NULL;
	is_str(schema_left_out(&a), "its interface is gone", "no interface");
	a.link = &l;
	is_str(schema_left_out(&a), NULL, "a good one");
	a.excluded = true;
	is_str(schema_left_out(&a), "excluded by the configuration", "its prefix");
	l.excluded = true;
	is_str(schema_left_out(&a), "its interface is excluded by the configuration",
	       "its interface");
	l = (struct link_fact){ .kind = "veth" };
	is_str(schema_left_out(&a),
	       "its interface is of kind veth, with no vif underneath", "a kind");
	(void)strcpy(l.kind, "odd");
	is_str(schema_left_out(&a), "its interface is no vif", "a kind nobody knows");
	l = (struct link_fact){ .by_mac = true };
	is_str(schema_left_out(&a),
	       "its interface is no vif, and no device of the host has its MAC address",
	       "a card that is not the host's");
}

static void test_many(void)
{
	const unsigned many = 5000;
	autofree struct address_fact *list = calloc(many, sizeof(*list));
	struct net_facts net = { .address = list, .count = many };
	autotree struct tree t = { 0 };
	uint64_t from = io_now_ms();

	for (unsigned i = 0; i < many; i++) {
		char text[32];

		(void)snprintf(text, sizeof(text), "10.0.%u.%u", i / 250, i % 250);
		list[i] = address(ETH3, text, 0);
	}
	is_int(schema_want_addresses(&net, &t), 0, "5000 addresses");
	is_str(tree_text(&t, "attr/vif/3/ipv4/4999"), "10.0.19.249", "none is lost");
	ok(io_now_ms() - from < 5000, "in no time");
}

int main(void)
{
	struct net_facts none = { 0 };
	autotree struct tree t = { 0 };

	test_order();
	test_interfaces();
	test_prefixes();
	test_twice();
	test_legacy();
	test_room();
	test_left_out();
	test_reasons();
	test_many();
	is_int(schema_want_addresses(&none, &t), 0, "no addresses");
	is_int((long long)t.count, 0, "no key: a child of attr/vif would say something");
	return tap_done();
}
