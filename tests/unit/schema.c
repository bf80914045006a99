/* SPDX-License-Identifier: BSD-2-Clause */
/* vif, netlink parsing, and from facts to the wanted tree */
#include "guest-agent/schema.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>

#include "guest-agent/netlink.h"
#include "guest-agent/vif.h"
#include "lib/cleanup.h"
#include "tests/tap.h"

static void test_nodename(void)
{
	static const struct {
		const char *name, *text;
		int result;
		uint32_t devid;
	} cases[] = {
		{ "first vif", "device/vif/0\n", 0, 0 },
		{ "no newline", "device/vif/17", 0, 17 },
		{ "the largest", "device/vif/4294967295", 0, 4294967295 },
		{ "a disk", "device/vbd/768", -ENODEV, 0 },
		{ "empty", "", -ENODEV, 0 },
		{ "no number", "device/vif/", -EBADMSG, 0 },
		{ "path after it", "device/vif/1/../2", -EBADMSG, 0 },
		{ "a sign", "device/vif/-1", -EBADMSG, 0 },
		{ "two newlines", "device/vif/1\n\n", -EBADMSG, 0 },
		{ "past 32 bits", "device/vif/4294967296", -ERANGE, 0 },
		{ "far past", "device/vif/99999999999999999999", -ERANGE, 0 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		uint32_t devid = 0;
		int r = vif_parse_nodename(cases[i].text, strlen(cases[i].text), &devid);

		ok(r == cases[i].result && devid == cases[i].devid, "nodename: %s",
		   cases[i].name);
	}
}

static struct address_fact address(const char *text, uint32_t devid, uint32_t flags)
{
	struct address_fact a = { .family = strchr(text, ':') ? AF_INET6 : AF_INET,
				  .flags = flags,
				  .has_vif = true,
				  .devid = devid };

	(void)inet_pton(a.family, text, &a.in6);
	return a;
}

/* What of attr/vif a list of addresses gives, as "path=value ". */
static char *vif_tree(struct address_fact *list, size_t count)
{
	struct facts f = { .net = { list, count } };
	autotree struct tree t = { 0 };
	char *text = NULL;
	size_t size, first, end;
	FILE *out = open_memstream(&text, &size);

	(void)schema_wanted(&f, &t);
	tree_below(&t, "attr/vif", &first, &end);
	for (size_t i = first; i < end; i++)
		fprintf(out, "%s=%s ", t.entry[i].path + strlen("attr/vif/"),
			t.entry[i].value);
	fclose(out);
	return text;
}

static void test_order(void)
{
	struct address_fact list[] = {
		address("fe80::1", 0, IFA_F_PERMANENT),
		address("fd00::1", 0, 0),
		address("2001:db8::2", 0, IFA_F_TEMPORARY),
		address("2001:db8::1", 0, 0),
		address("10.0.0.2", 0, IFA_F_SECONDARY),
		address("10.0.0.1", 0, IFA_F_PERMANENT),
		address("10.0.1.1", 3, 0),
	};
	autofree char *got = vif_tree(list, sizeof(list) / sizeof(*list));

	is_str(got,
	       "0/ipv4/0=10.0.0.1 0/ipv4/1=10.0.0.2 0/ipv6/0=2001:db8::1 "
	       "0/ipv6/1=2001:db8::2 "
	       "0/ipv6/2=fd00::1 0/ipv6/3=fe80::1 3/ipv4/0=10.0.1.1 ",
	       "dense indices, the most useful first");
}

static void test_left_out(void)
{
	struct address_fact list[] = {
		address("2001:db8::1", 0, IFA_F_TENTATIVE),
		address("2001:db8::2", 0, IFA_F_TENTATIVE | IFA_F_DADFAILED),
		address("2001:db8::3", 0, IFA_F_DEPRECATED),
		address("2001:db8::4", 0, IFA_F_NODAD),
		address("10.0.0.1", 0,
			IFA_F_DEPRECATED), /* a lifetime means nothing here */
		address("10.0.0.9", 0, 0),
	};
	autofree char *got = NULL;

	list[5].has_vif = false;
	got = vif_tree(list, sizeof(list) / sizeof(*list));
	is_str(got, "0/ipv4/0=10.0.0.1 0/ipv6/0=2001:db8::4 ",
	       "what cannot be used is left out");
	for (size_t i = 0; i < 3; i++)
		ok(schema_left_out(&list[i]) != NULL, "with a reason: %s",
		   schema_left_out(&list[i]));
}

static void test_many(void)
{
	struct address_fact list[300];
	struct facts f = { .net = { list, 300 } };
	autotree struct tree t = { 0 };

	for (int i = 0; i < 300; i++) {
		char text[32];

		(void)snprintf(text, sizeof(text), "10.0.%d.%d", i / 250, i % 250);
		list[i] = address(text, 1, 0);
	}
	is_int(schema_wanted(&f, &t), 0, "300 addresses");
	is_str(tree_text(&t, "attr/vif/1/ipv4/299"), "10.0.1.49", "none is lost");
}

static void test_whole(void)
{
	struct facts f = {
		.os = { "Debian GNU/Linux 12", "debian", "12", "", "6.1.0" },
		.drivers = { .count = 2,
			     .driver = { { "xen-blkfront", false },
					 { "xen-netfront", true } },
			     .balloon = true,
			     .balloon_settled = true },
		.memory = { 2048, 1024 },
	};
	autotree struct tree t = { 0 };
	autofree char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	is_int(schema_wanted(&f, &t), 0, "the whole tree");
	tree_print(out, &t);
	fclose(out);
	is_str(text,
	       "attr/PVAddons/BuildVersion = \"1\"\n"
	       "attr/PVAddons/Installed = \"1\"\n"
	       "attr/PVAddons/MajorVersion = \"1\"\n"
	       "attr/PVAddons/MicroVersion = \"0\"\n"
	       "attr/PVAddons/MinorVersion = \"0\"\n"
	       "control/feature-balloon = \"1\"\n"
	       "data/meminfo_free = \"1024\"\n"
	       "data/meminfo_total = \"2048\"\n"
	       "data/os_distro = \"debian\"\n"
	       "data/os_majorver = \"12\"\n"
	       "data/os_name = \"Debian GNU/Linux 12\"\n"
	       "data/os_uname = \"6.1.0\"\n"
	       "data/updated = \"1\"\n"
	       "drivers/0 = \"Linux xen-blkfront 6.1.0 in-tree\"\n"
	       "drivers/1 = \"Linux xen-netfront 6.1.0 out-of-tree\"\n",
	       "every key, and none for what is not known");
	for (size_t i = 0; i < t.count; i++)
		if (!schema_is_own(t.entry[i].path))
			ok(false, "%s is wanted, so it must be our own", t.entry[i].path);
}

/* One RTM_NEWADDR with an address attribute of @alen bytes and, optionally, flags. */
static size_t put_message(char *buf, unsigned seq, uint8_t family, const void *addr,
			  size_t alen, uint16_t attr, uint32_t flags)
{
	struct nlmsghdr *h = (struct nlmsghdr *)(void *)buf;
	struct ifaddrmsg *m = NLMSG_DATA(h);
	struct rtattr *a = (struct rtattr *)(void *)(m + 1);

	memset(buf, 0, 128);
	m->ifa_family = family;
	m->ifa_index = 2;
	a->rta_type = attr;
	a->rta_len = (unsigned short)RTA_LENGTH(alen);
	memcpy(RTA_DATA(a), addr, alen);
	a = (struct rtattr *)(void *)((char *)a + RTA_ALIGN(a->rta_len));
	a->rta_type = IFA_FLAGS;
	a->rta_len = RTA_LENGTH(sizeof(flags));
	memcpy(RTA_DATA(a), &flags, sizeof(flags));
	h->nlmsg_len = (uint32_t)((char *)a + RTA_ALIGN(a->rta_len) - buf);
	h->nlmsg_type = RTM_NEWADDR;
	h->nlmsg_seq = seq;
	return h->nlmsg_len;
}

static void test_netlink(void)
{
	_Alignas(8) char buf[256];
	struct nlmsghdr *h = (struct nlmsghdr *)(void *)buf;
	struct net_facts f = { 0 };
	bool disturbed = false;
	struct in_addr in = { htonl(0x0a000001) };
	size_t n =
		put_message(buf, 7, AF_INET, &in, sizeof(in), IFA_LOCAL, IFA_F_SECONDARY);

	is_int(netlink_parse_dump(buf, n, 7, &f, &disturbed), 0, "a message");
	ok(f.count == 1 && f.address[0].in.s_addr == in.s_addr &&
		   f.address[0].ifindex == 2 && f.address[0].flags == IFA_F_SECONDARY,
	   "gives an address with the flags of the attribute");
	is_int(netlink_parse_dump(buf, n, 8, &f, &disturbed), 0,
	       "a message of another dump");
	is_int((long long)f.count, 1, "gives nothing");
	/* every cut, and every wrong length of an attribute, stays inside the buffer */
	for (size_t cut = 1; cut < n; cut++) {
		autofree char *exact = malloc(cut);

		memcpy(exact, buf, cut);
		(void)netlink_parse_dump(exact, cut, 7, &f, &disturbed);
	}
	for (unsigned len = 0; len < 64; len++) {
		autofree char *exact = malloc(n);
		struct rtattr *a;

		memcpy(exact, buf, n);
		a = (struct rtattr *)(void *)(exact +
					      NLMSG_LENGTH(sizeof(struct ifaddrmsg)));
		a->rta_len = (unsigned short)len;
		(void)netlink_parse_dump(exact, n, 7, &f, &disturbed);
	}
	n = put_message(buf, 7, AF_INET6, &in, sizeof(in), IFA_ADDRESS, 0);
	f.count = 0;
	(void)netlink_parse_dump(buf, n, 7, &f, &disturbed);
	is_int((long long)f.count, 0, "an address of the wrong size is none");
	h->nlmsg_flags = NLM_F_DUMP_INTR;
	ok(netlink_parse_dump(buf, n, 7, &f, &disturbed) == 0 && disturbed,
	   "a disturbed dump goes on, to be asked for again");
	h->nlmsg_flags = 0;
	h->nlmsg_type = NLMSG_DONE;
	is_int(netlink_parse_dump(buf, n, 7, &f, &disturbed), 1, "the end of a dump");
	h->nlmsg_type = NLMSG_ERROR;
	((struct nlmsgerr *)NLMSG_DATA(h))->error = -EPERM;
	is_int(netlink_parse_dump(buf, n, 7, &f, &disturbed), -EPERM,
	       "an error from the kernel");
	net_facts_done(&f);
}

int main(void)
{
	test_nodename();
	test_order();
	test_left_out();
	test_many();
	test_whole();
	test_netlink();
	return tap_done();
}
