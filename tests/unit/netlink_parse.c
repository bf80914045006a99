/* SPDX-License-Identifier: BSD-2-Clause */
/* links and addresses out of what the kernel sends, and nothing outside of it read */
#include "guest-agent/netlink_parse.h"

#include <arpa/inet.h>
#include <errno.h>

#include "lib/cleanup.h"
#include "tests/tap.h"
#include "tests/unit/net_dump.h"

static struct dump dump;
static bool disturbed;

static int parse(struct net_facts *f)
{
	net_facts_done(f);
	return netlink_parse_dump(dump.data, dump.len, DUMP_SEQ, f, &disturbed);
}

static void put_v4(uint16_t type, const char *text, size_t at)
{
	struct in_addr in;

	(void)inet_pton(AF_INET, text, &in);
	dump_attr(&dump, at, type, &in, sizeof(in));
}

static bool is_v4(const struct address_fact *a, const char *text)
{
	struct in_addr in;

	(void)inet_pton(AF_INET, text, &in);
	return a->family == AF_INET && a->in.s_addr == in.s_addr;
}

static void test_addresses(void)
{
	struct net_facts f = { 0 };
	struct in6_addr in6;
	size_t at;

	dump.len = 0;
	at = dump_address(&dump, 2, AF_INET, 24, 0);
	put_v4(IFA_ADDRESS, "10.0.0.1", at);
	dump_u32(&dump, at, IFA_FLAGS, IFA_F_SECONDARY);
	at = dump_address(&dump, 3, AF_INET, 32, IFA_F_PERMANENT);
	put_v4(IFA_LOCAL, "10.0.0.2", at);
	put_v4(IFA_ADDRESS, "10.9.9.9", at);
	dump_attr(&dump, at, IFA_LABEL, "eth0:1", sizeof("eth0:1"));
	at = dump_address(&dump, 3, AF_INET6, 64, 0);
	(void)inet_pton(AF_INET6, "2001:db8::", &in6);
	dump_attr(&dump, at, IFA_ADDRESS, &in6, sizeof(in6));
	is_int(parse(&f), 0, "three addresses");
	is_int((long long)f.count, 3, "are three");
	ok(is_v4(&f.address[0], "10.0.0.1") && f.address[0].ifindex == 2 &&
		   f.address[0].prefix_len == 24 && f.address[0].flags == IFA_F_SECONDARY,
	   "with the flags of the attribute, interface and prefix");
	ok(is_v4(&f.address[1], "10.0.0.2") && f.address[1].flags == IFA_F_PERMANENT,
	   "the local address of a point-to-point link, flags of old kernels, a label");
	ok(f.address[2].family == AF_INET6 &&
		   memcmp(&f.address[2].in6, &in6, sizeof(in6)) == 0,
	   "an IPv6 address that ends in ::");

	dump.len = 0;
	at = dump_address(&dump, 2, AF_INET6, 64, 0);
	put_v4(IFA_ADDRESS, "10.0.0.1", at);
	(void)dump_address(&dump, 2, AF_INET, 24, 0);
	(void)dump_address(&dump, 2, AF_UNIX, 24, 0);
	is_int(parse(&f), 0,
	       "one of the wrong size, one without a value, another family");
	is_int((long long)f.count, 0, "are none");
	net_facts_done(&f);
}

static const uint8_t mac[] = { 0, 0x16, 0x3e, 0, 0, 1 };

static void test_links(void)
{
	static const uint8_t zeros[MAC_LEN], infiniband[20];
	struct net_facts f = { 0 };
	size_t at;

	dump.len = 0;
	at = dump_link(&dump, 5, "eth0");
	dump_attr(&dump, at, IFLA_ADDRESS, mac, sizeof(mac));
	dump_attr(&dump, at, IFLA_PERM_ADDRESS, zeros, sizeof(zeros));
	dump_u32(&dump, at, IFLA_MASTER, 4);
	at = dump_link(&dump, 4, "br0");
	dump_kind(&dump, at, "bridge", 0);
	at = dump_link(&dump, 6, "eth0.7");
	dump_u32(&dump, at, IFLA_LINK, 5);
	dump_kind(&dump, at, "vlan", NLA_F_NESTED);
	at = dump_link(&dump, 7, "mv0");
	dump_u32(&dump, at, IFLA_LINK_NETNSID, 0);
	dump_u32(&dump, at, IFLA_LINK, 5);
	at = dump_link(&dump, 8, "ib0");
	dump_attr(&dump, at, IFLA_ADDRESS, infiniband, sizeof(infiniband));
	dump_u32(&dump, at, IFLA_LINK, 5);
	dump_u32(&dump, at, IFLA_LINK_NETNSID, 0);
	is_int(parse(&f), 0, "five links");
	is_int((long long)f.link_count, 5, "are five");
	ok(f.link[0].ifindex == 5 && f.link[0].master == 4 && f.link[0].has_mac &&
		   memcmp(f.link[0].mac, mac, MAC_LEN) == 0 && !f.link[0].has_born_mac,
	   "index, master, MAC address; zeros are none");
	is_str(f.link[0].name, "eth0", "name");
	is_str(f.link[0].kind, "", "a driver of its own has no kind");
	is_str(f.link[1].kind, "bridge", "kind");
	is_str(f.link[2].kind, "vlan", "kind, marked as newer kernels do");
	is_int(f.link[2].lower, 5, "what a VLAN is made on");
	is_int(f.link[3].lower, 0, "in another namespace it is none of ours");
	is_int(f.link[4].lower, 0, "in whichever order that is said");
	ok(!f.link[4].has_mac, "a longer hardware address is no MAC address");
	net_facts_done(&f);
}

static void test_names(void)
{
	static const struct {
		const char *name, *want;
	} cases[] = {
		{ "..", "" },
		{ ".", "" },
		{ "../../x", "" },
		{ "a/b", "" },
		{ "...", "..." },
		{ "", "" },
		{ "a-name-that-is-too-long", "a-name-that-is-" },
	};
	struct net_facts f = { 0 };

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		dump.len = 0;
		(void)dump_link(&dump, 5, cases[i].name);
		(void)parse(&f);
		is_str(f.link_count == 1 ? f.link[0].name : NULL, cases[i].want,
		       "a name is one component of a path");
	}
	dump.len = 0;
	dump_attr(&dump, dump_link(&dump, 5, "x"), IFLA_IFNAME, "0123456789abcdef", 16);
	(void)parse(&f);
	is_str(f.link[0].name, "0123456789abcde", "a name without its NUL");
	net_facts_done(&f);
}

/* A dump of each kind of message, in @dump. */
static void fill(void)
{
	size_t at;

	dump.len = 0;
	at = dump_link(&dump, 5, "eth0");
	dump_attr(&dump, at, IFLA_ADDRESS, mac, sizeof(mac));
	dump_kind(&dump, at, "bridge", 0);
	dump_u32(&dump, at, IFLA_LINK, 5);
	at = dump_address(&dump, 2, AF_INET, 24, 0);
	put_v4(IFA_LOCAL, "10.0.0.1", at);
	dump_u32(&dump, at, IFA_FLAGS, 1);
}

/* Parse a copy that ends where its memory does; whether what comes out makes sense: no more
 * than the @messages there are, and each text with its NUL. */
static bool parse_exact(size_t len, size_t messages, struct net_facts *ret)
{
	autofree char *exact = malloc(len);
	bool good;

	memcpy(exact, dump.data, len);
	*ret = (struct net_facts){ 0 };
	(void)netlink_parse_dump(exact, len, DUMP_SEQ, ret, &disturbed);
	good = ret->link_count + ret->count <= messages;
	for (size_t i = 0; i < ret->link_count; i++)
		good = good && strnlen(ret->link[i].name, IF_NAMESIZE) < IF_NAMESIZE &&
		       strnlen(ret->link[i].kind, LINK_KIND_MAX) < LINK_KIND_MAX;
	return good;
}

/* How many messages end at or before @len, as fill() made them. */
static size_t messages_within(size_t len)
{
	size_t count = 0, at = 0;

	while (at < dump.len) {
		at += NLMSG_ALIGN(dump_header(&dump, at)->nlmsg_len);
		count += at <= len;
	}
	return count;
}

/* Every cut, and every byte with every value, stays inside the buffer (under ASan); a cut
 * loses the messages behind it and no other. */
static void test_bounds(void)
{
	size_t wrong_cuts = 0, wrong_values = 0, all;
	struct net_facts f;

	fill();
	all = messages_within(dump.len);
	for (size_t cut = 1; cut <= dump.len; cut++) {
		bool good = parse_exact(cut, all, &f);

		if (!good || f.link_count + f.count != messages_within(cut))
			wrong_cuts++;
		net_facts_done(&f);
	}
	is_int((long long)wrong_cuts, 0, "a cut loses what is behind it and no more");
	for (size_t i = 0; i < dump.len; i++) {
		char saved = dump.data[i];

		for (unsigned value = 0; value < 256; value++) {
			dump.data[i] = (char)value;
			wrong_values +=
				!parse_exact(dump.len, dump.len / NLMSG_HDRLEN, &f);
			net_facts_done(&f);
		}
		dump.data[i] = saved;
	}
	is_int((long long)wrong_values, 0, "no byte makes a text without its end");
}

static void test_ends(void)
{
	struct net_facts f = { 0 };
	struct nlmsghdr *h = dump_header(&dump, 0);
	struct nlmsgerr error = { .error = -EPERM };
	size_t at;

	fill();
	is_int(netlink_parse_dump(dump.data, dump.len, DUMP_SEQ + 1, &f, &disturbed), 0,
	       "messages of another dump");
	ok(f.count == 0 && f.link_count == 0, "give nothing");
	disturbed = false;
	h->nlmsg_flags = NLM_F_DUMP_INTR;
	is_int(parse(&f), 0, "a disturbed dump goes on");
	ok(disturbed && f.count == 1, "to be asked for again");
	fill();
	h->nlmsg_len = NLMSG_LENGTH(sizeof(struct ifinfomsg)) - 1;
	is_int(parse(&f), -EBADMSG, "a link without its fixed part");
	fill();
	h->nlmsg_len = NLMSG_LENGTH(sizeof(struct ifaddrmsg)) - 1;
	h->nlmsg_type = RTM_NEWADDR;
	is_int(parse(&f), -EBADMSG, "an address without its fixed part");
	dump.len = 0;
	at = dump_message(&dump, NLMSG_ERROR, &error, sizeof(error));
	is_int(parse(&f), -EPERM, "an error from the kernel");
	error.error = 0;
	memcpy(NLMSG_DATA(dump_header(&dump, at)), &error, sizeof(error));
	is_int(parse(&f), -EBADMSG, "an error that is none");
	dump.len = 0;
	(void)dump_message(&dump, NLMSG_DONE, &error, sizeof(int));
	is_int(parse(&f), 1, "the end of a dump");
	net_facts_done(&f);
}

int main(void)
{
	test_addresses();
	test_links();
	test_names();
	test_bounds();
	test_ends();
	return tap_done();
}
