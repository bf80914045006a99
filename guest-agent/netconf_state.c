/* SPDX-License-Identifier: BSD-2-Clause */
#include "guest-agent/netconf_state.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest-agent/netconf_check.h"
#include "lib/cleanup.h"
#include "lib/io.h"
#include "lib/prefix.h"
#include "lib/text.h"

#define HEAD "xe-guest-network 1"
#define STATE_LINE_MAX                                                                   \
	(NETCONF_ORIGINAL_MAX + 32) /* bytes of a line: the longest is original's */
#define CIDR_MAX (INET6_ADDRSTRLEN + sizeof("/128"))

bool netconf_state_empty(const struct netconf_state *s)
{
	return s->set.v4.mode == NETCONF_KEEP && s->set.v6.mode == NETCONF_KEEP;
}

static bool has_mac(const struct netconf *c)
{
	static const uint8_t unknown[sizeof(c->mac)];

	return memcmp(c->mac, unknown, sizeof(unknown)) != 0;
}

static void merge_family(struct netconf_family *set, const struct netconf_family *want)
{
	if (want->mode == NETCONF_KEEP ||
	    (want->mode == NETCONF_NONE && want->by_host && !set->by_host))
		return;
	*set = *want;
	if (want->mode == NETCONF_NONE)
		*set = (struct netconf_family){ .mode = NETCONF_KEEP };
}

void netconf_state_merge(struct netconf_state *s, const struct netconf *want)
{
	memcpy(s->set.ifname, want->ifname, sizeof(s->set.ifname));
	if (has_mac(want)) /* who does not name it, means the same */
		memcpy(s->set.mac, want->mac, sizeof(s->set.mac));
	merge_family(&s->set.v4, &want->v4);
	merge_family(&s->set.v6, &want->v6);
}

bool netconf_family_same(const struct netconf_family *a, const struct netconf_family *b,
			 int family)
{
	size_t len = family == AF_INET ? sizeof(struct in_addr) : sizeof(struct in6_addr);

	if (a->mode != b->mode)
		return false;
	if (a->mode != NETCONF_STATIC)
		return true;
	return a->prefix == b->prefix && memcmp(&a->address, &b->address, len) == 0 &&
	       a->has_gateway == b->has_gateway &&
	       (!a->has_gateway || memcmp(&a->gateway, &b->gateway, len) == 0);
}

const char *netconf_text(int family, const void *address, char *ret, size_t size)
{
	if (!inet_ntop(family, address, ret, (socklen_t)size))
		*ret = '\0'; /* @size was too small */
	return ret;
}

int netconf_parse_cidr(int family, const char *text, struct netconf_family *ret)
{
	struct netconf_family f = { .mode = NETCONF_STATIC };
	unsigned bits;

	if (prefix_parse(family, text, &f.address, &bits) < 0 || bits == 0)
		return -EINVAL;
	f.prefix = (uint8_t)bits;
	*ret = f;
	return 0;
}

/* "none-of-ours" has no line; "auto", "static CIDR", "static CIDR GATEWAY", each of them
 * also with "host" before it. */
static int parse_family(int family, char *text, struct netconf_family *ret)
{
	bool by_host = strncmp(text, "host ", 5) == 0;
	struct netconf_family f;
	char *gateway;

	if (ret->mode != NETCONF_KEEP)
		return -EBADMSG; /* a second line */
	text += by_host ? 5 : 0;
	if (strcmp(text, "auto") == 0) {
		*ret = (struct netconf_family){ .mode = NETCONF_AUTO,
						.by_host = by_host };
		return 0;
	}
	if (strncmp(text, "static ", 7) != 0)
		return -EBADMSG;
	text += 7;
	gateway = strchr(text, ' ');
	if (gateway)
		*gateway++ = '\0';
	if (netconf_parse_cidr(family, text, &f) < 0)
		return -EBADMSG;
	f.by_host = by_host;
	f.has_gateway = gateway != NULL;
	if (gateway && inet_pton(family, gateway, &f.gateway) != 1)
		return -EBADMSG;
	*ret = f;
	return 0;
}

static int copy(char *to, size_t size, const char *from)
{
	size_t len = strlen(from);

	if (*to || len == 0 || len >= size)
		return -EBADMSG;
	memcpy(to, from, len + 1);
	return 0;
}

static int parse_line(char *line, struct netconf_state *s)
{
	char *value = strchr(line, ' ');

	if (!value)
		return -EBADMSG;
	*value++ = '\0';
	if (strcmp(line, "interface") == 0)
		return netconf_name_good(value)
			       ? copy(s->set.ifname, sizeof(s->set.ifname), value)
			       : -EBADMSG;
	if (strcmp(line, "backend") == 0)
		return copy(s->backend, sizeof(s->backend), value);
	if (strcmp(line, "original") == 0)
		return copy(s->original, sizeof(s->original), value);
	if (strcmp(line, "mac") == 0)
		return strlen(value) == 12 && !has_mac(&s->set)
			       ? io_parse_hex(value, 12, s->set.mac)
			       : -EBADMSG;
	if (strcmp(line, "ipv4") == 0)
		return parse_family(AF_INET, value, &s->set.v4);
	if (strcmp(line, "ipv6") == 0)
		return parse_family(AF_INET6, value, &s->set.v6);
	return -EBADMSG;
}

int netconf_state_parse(const char *text, size_t len, struct netconf_state *ret)
{
	struct netconf_state s = { 0 };
	const char *end = text + len, *eol;
	char line[STATE_LINE_MAX];
	bool first = true;

	for (; text < end; text = eol + 1) {
		size_t n;

		eol = memchr(text, '\n', (size_t)(end - text));
		n = eol ? (size_t)(eol - text) : 0;
		if (!eol || n >= sizeof(line) || memchr(text, '\0', n))
			return -EBADMSG;
		memcpy(line, text, n);
		line[n] = '\0';
		if (first ? strcmp(line, HEAD) != 0 : parse_line(line, &s) < 0)
			return -EBADMSG;
		first = false;
	}
	if (first || !s.backend[0] || netconf_state_empty(&s) ||
	    netconf_check(&s.set, NULL, 0) < 0)
		return -EBADMSG;
	*ret = s;
	return 0;
}

static void family_line(int family, const struct netconf_family *f, char *ret,
			size_t size)
{
	const char *name = family == AF_INET ? "ipv4" : "ipv6";
	const char *host = f->by_host ? " host" : "";
	char address[INET6_ADDRSTRLEN], gateway[INET6_ADDRSTRLEN];

	*ret = '\0';
	if (f->mode == NETCONF_AUTO)
		(void)snprintf(ret, size, "%s%s auto\n", name, host);
	if (f->mode != NETCONF_STATIC)
		return;
	netconf_text(family, &f->address, address, sizeof(address));
	netconf_text(family, &f->gateway, gateway, sizeof(gateway));
	(void)snprintf(ret, size, "%s%s static %s/%u%s%s\n", /* fits */
		       name, host, address, f->prefix, f->has_gateway ? " " : "",
		       f->has_gateway ? gateway : "");
}

int netconf_state_format(const struct netconf_state *s, char **ret_text)
{
	char v4[2 * CIDR_MAX + 16], v6[2 * CIDR_MAX + 16];
	const uint8_t *m = s->set.mac;
	char mac[32] = "";
	char *text;

	if (has_mac(&s->set)) /* fits */
		(void)snprintf(mac, sizeof(mac), "mac %02x%02x%02x%02x%02x%02x\n", m[0],
			       m[1], m[2], m[3], m[4], m[5]);
	family_line(AF_INET, &s->set.v4, v4, sizeof(v4));
	family_line(AF_INET6, &s->set.v6, v6, sizeof(v6));
	text = text_printf(HEAD "\ninterface %s\nbackend %s\n%s%s%s%s%s%s", s->set.ifname,
			   s->backend, s->original[0] ? "original " : "", s->original,
			   s->original[0] ? "\n" : "", mac, v4, v6);
	if (!text)
		return -ENOMEM;
	*ret_text = text;
	return 0;
}
