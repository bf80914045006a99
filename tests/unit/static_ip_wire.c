/* SPDX-License-Identifier: BSD-2-Clause */
/* The three messages between agent and helper: there and back, and every wrong one. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "guest-agent/network_wire.h"
#include "tests/tap.h"

static struct netconf example(void)
{
	struct netconf c = { .ifname = "eth0.100", .mac = { 0, 0x16, 0x3e, 1, 2, 3 } };

	c.v4 = (struct netconf_family){ .mode = NETCONF_STATIC, .prefix = 24 };
	c.v4.has_gateway = true;
	(void)inet_pton(AF_INET, "10.0.0.5", &c.v4.address);
	(void)inet_pton(AF_INET, "10.0.0.1", &c.v4.gateway);
	c.v6 = (struct netconf_family){ .mode = NETCONF_STATIC, .prefix = 64 };
	c.v6.has_gateway = true;
	(void)inet_pton(AF_INET6, "2001:db8::5", &c.v6.address);
	(void)inet_pton(AF_INET6, "fe80::1", &c.v6.gateway);
	return c;
}

static struct network_apply apply_of(const struct netconf *want)
{
	struct network_apply m;

	network_wire_put_apply(7, want, &m);
	return m;
}

static int read_apply(const struct network_apply *m, size_t len, const char **ret_why)
{
	struct netconf got;
	uint32_t id;

	*ret_why = NULL;
	return network_wire_get_apply(m, len, &id, &got, ret_why);
}

static void check_there_and_back(void)
{
	struct netconf want = example(), got;
	struct network_apply m = apply_of(&want), again;
	const char *why = NULL;
	uint32_t id = 0;

	is_int(network_wire_get_apply(&m, sizeof(m), &id, &got, &why), 0, "APPLY");
	network_wire_put_apply(id, &got, &again);
	ok(id == 7 && memcmp(&m, &again, sizeof(m)) == 0, "APPLY there and back");
	for (int mode = NETCONF_KEEP; mode <= NETCONF_AUTO; mode++) {
		want = example();
		want.v4.mode = (enum netconf_mode)mode;
		m = apply_of(&want);
		is_int(network_wire_get_apply(&m, sizeof(m), &id, &got, &why), 0,
		       "APPLY of one mode");
		ok((int)got.v4.mode == mode &&
			   got.v4.prefix == (mode == NETCONF_STATIC ? 24 : 0),
		   "mode %d comes over, an address with STATIC only", mode);
	}
}

/* Each spoils one thing of a good APPLY. */
static void a_version(struct network_apply *m)
{
	m->header.version++;
}
static void a_type(struct network_apply *m)
{
	m->header.type = NETWORK_RESULT;
}
static void a_no_name(struct network_apply *m)
{
	m->ifname[0] = '\0';
}
static void a_path(struct network_apply *m)
{
	memcpy(m->ifname, "../eth0", 8);
}
static void a_option(struct network_apply *m)
{
	memcpy(m->ifname, "-a", 3);
}
static void a_dot(struct network_apply *m)
{
	m->ifname[0] = '.';
}
static void a_space(struct network_apply *m)
{
	m->ifname[2] = ' ';
}
static void a_line(struct network_apply *m)
{
	m->ifname[2] = '\n';
}
static void a_full_name(struct network_apply *m)
{
	memset(m->ifname, 'e', 16);
}
static void a_tail(struct network_apply *m)
{
	m->ifname[15] = 'x';
}
static void a_group_mac(struct network_apply *m)
{
	m->mac[0] = 1;
}
static void a_zero_mac(struct network_apply *m)
{
	memset(m->mac, 0, 6);
}
static void a_padding(struct network_apply *m)
{
	m->zero[1] = 1;
}
static void a_mode(struct network_apply *m)
{
	m->v4.mode = 4;
}
static void a_mode6(struct network_apply *m)
{
	m->v6.mode = 255;
}
static void a_flag(struct network_apply *m)
{
	m->v4.has_gateway = 2;
}
static void a_hole(struct network_apply *m)
{
	m->v6.zero = 1;
}
static void a_keep(struct network_apply *m)
{
	m->v4.mode = 0;
}
static void a_long(struct network_apply *m)
{
	m->v4.address[4] = 1;
}
static void a_long_gateway(struct network_apply *m)
{
	m->v4.gateway[15] = 1;
}
static void a_no_gateway(struct network_apply *m)
{
	m->v4.has_gateway = 0;
}
static void a_prefix(struct network_apply *m)
{
	m->v4.prefix = 33;
}
static void a_prefix0(struct network_apply *m)
{
	m->v6.prefix = 0;
}
static void a_prefix6(struct network_apply *m)
{
	m->v6.prefix = 129;
}
static void a_loopback(struct network_apply *m)
{
	m->v4.address[0] = 127;
}
static void a_multicast(struct network_apply *m)
{
	m->v6.address[0] = 0xff;
}
static void a_unspecified(struct network_apply *m)
{
	memset(m->v6.address, 0, 16);
}
static void a_off_link(struct network_apply *m)
{
	m->v4.gateway[2] = 9;
}
static void a_nothing(struct network_apply *m)
{
	memset(&m->v4, 0, sizeof(m->v4));
	memset(&m->v6, 0, sizeof(m->v6));
}

static void check_wrong_apply(void)
{
	static const struct {
		const char *name;
		void (*spoil)(struct network_apply *m);
		const char *why;
	} cases[] = {
		{ "another version", a_version, "another version" },
		{ "another type", a_type, "another type" },
		{ "no name", a_no_name, "that name" },
		{ "a path for a name", a_path, "that name" },
		{ "an option for a name", a_option, "that name" },
		{ "a name with a dot first", a_dot, "that name" },
		{ "a space in a name", a_space, "that name" },
		{ "a newline in a name", a_line, "that name" },
		{ "a name without an end", a_full_name, "that name" },
		{ "something behind the name", a_tail, "that name" },
		{ "a group's MAC", a_group_mac, "that MAC" },
		{ "no MAC", a_zero_mac, "that MAC" },
		{ "padding", a_padding, "padding" },
		{ "an unknown mode", a_mode, "a mode" },
		{ "an unknown mode of IPv6", a_mode6, "a mode" },
		{ "a flag of 2", a_flag, "a flag" },
		{ "a hole that is not zero", a_hole, "a flag" },
		{ "an address to keep", a_keep, "none belongs" },
		{ "IPv4 of five bytes", a_long, "too long" },
		{ "an IPv4 gateway of 16 bytes", a_long_gateway, "too long" },
		{ "a gateway without flag", a_no_gateway, "a gateway where" },
		{ "prefix 33", a_prefix, "no sense" },
		{ "prefix 0", a_prefix0, "no sense" },
		{ "prefix 129", a_prefix6, "no sense" },
		{ "loopback", a_loopback, "no sense" },
		{ "multicast", a_multicast, "no sense" },
		{ "unspecified", a_unspecified, "no sense" },
		{ "a gateway elsewhere", a_off_link, "no sense" },
		{ "nothing asked", a_nothing, "for nothing" },
	};
	struct netconf want = example();

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct network_apply m = apply_of(&want);
		const char *why;
		int r;

		cases[i].spoil(&m);
		r = read_apply(&m, sizeof(m), &why);
		ok(r == -EBADMSG && why && strstr(why, cases[i].why), "refused: %s",
		   cases[i].name);
	}
}

static void check_lengths(void)
{
	struct {
		struct network_apply m;
		char more;
	} longer = { 0 };
	struct netconf want = example();
	const char *why;
	size_t bad = 0;

	longer.m = apply_of(&want);
	for (size_t n = 0; n < sizeof(longer.m); n++)
		bad += read_apply(&longer.m, n, &why) != -EBADMSG;
	is_int((long long)bad, 0, "every shorter APPLY is refused");
	is_int(read_apply(&longer.m, sizeof(longer.m) + 1, &why), -EBADMSG,
	       "and a longer one");
}

static int read_offer(const struct network_offer *m)
{
	struct network_offer got;
	const char *why = NULL;

	return network_wire_get_offer(m, sizeof(*m), &got, &why);
}

static void check_offer(void)
{
	struct network_offer m;

	network_wire_put_offer("ifupdown", NULL, &m);
	ok(read_offer(&m) == 0 && m.usable && strcmp(m.backend, "ifupdown") == 0,
	   "OFFER of a back end");
	m.usable = 0;
	is_int(read_offer(&m), -EBADMSG, "a back end that is not usable");
	m.usable = 2;
	is_int(read_offer(&m), -EBADMSG, "a flag of 2");
	network_wire_put_offer(NULL, "no back end\n\x1b[2J", &m);
	ok(read_offer(&m) == 0 && strcmp(m.why, "no back end??[2J") == 0,
	   "OFFER of none, its text made printable");
	m.why[3] = '\n';
	is_int(read_offer(&m), -EBADMSG, "a text with a newline");
	memset(m.why, 'x', sizeof(m.why));
	is_int(read_offer(&m), -EBADMSG, "a text without an end");
	network_wire_put_offer("", NULL, &m);
	is_int(read_offer(&m), -EBADMSG, "a back end without a name");
}

static int read_result(const struct network_result *m)
{
	struct network_result got;
	const char *why = NULL;

	return network_wire_get_result(m, sizeof(*m), &got, &why);
}

static void check_result(void)
{
	char text[2 * NETCONF_WHY_MAX];
	struct network_result m;

	network_wire_put_result(7, 0, "ignored", &m);
	ok(read_result(&m) == 0 && m.id == 7 && !m.text[0], "RESULT of a success");
	m.text[0] = 'x';
	is_int(read_result(&m), -EBADMSG, "a success with a reason");
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	network_wire_put_result(7, -EROFS, text, &m);
	ok(read_result(&m) == 0 && strlen(m.text) == NETCONF_WHY_MAX - 1,
	   "RESULT of a failure, its text cut");
	m.code = EROFS;
	is_int(read_result(&m), -EBADMSG, "a positive code");
	m.code = -4096;
	is_int(read_result(&m), -EBADMSG, "a code that is no errno");
}

int main(void)
{
	check_there_and_back();
	check_wrong_apply();
	check_lengths();
	check_offer();
	check_result();
	return tap_done();
}
