/* SPDX-License-Identifier: BSD-2-Clause */
#include "guest-agent/netconf_networkd_text.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lib/cleanup.h"

struct dhcp {
	bool v4, v6;
};

struct renderer {
	const char *at, *end;
	const struct netconf *set;
	FILE *out;
	struct dhcp dhcp; /* the original's */
};

/* A line with those that it goes on in. */
struct line {
	const char *text;
	size_t len; /* with the newline, if it has one */
};

static bool blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* One does not go on, whatever it ends in. */
static bool is_comment(const char *p, const char *end)
{
	while (p < end && blank(*p) && *p != '\n')
		p++;
	return p < end && (*p == '#' || *p == ';');
}

static bool next_line(struct renderer *r, struct line *l)
{
	const char *eol;
	bool comment;

	if (r->at == r->end)
		return false;
	l->text = r->at;
	comment = is_comment(r->at, r->end);
	for (;;) {
		eol = memchr(r->at, '\n', (size_t)(r->end - r->at));
		if (!eol)
			r->at = r->end;
		else if (!comment && eol > r->at && eol[-1] == '\\' && eol + 1 < r->end) {
			r->at = eol + 1;
			continue;
		} else
			r->at = eol + 1;
		break;
	}
	l->len = (size_t)(r->at - l->text);
	return true;
}

/* Is the line "@key = value"?  The value, without the blanks around it. */
static bool has_key(const struct line *l, const char *key, char *ret, size_t size)
{
	const char *p = l->text, *end = p + l->len;
	size_t len = strlen(key);

	while (p < end && blank(*p))
		p++;
	if ((size_t)(end - p) <= len || memcmp(p, key, len) != 0)
		return false;
	for (p += len; p < end && blank(*p); p++)
		;
	if (p == end || *p++ != '=')
		return false;
	while (p < end && blank(*p))
		p++;
	while (end > p && blank(end[-1]))
		end--;
	(void)snprintf(ret, size, "%.*s", (int)(end - p), p); /* longer is no address */
	return true;
}

static bool is_section(const struct line *l, const char *name)
{
	const char *p = l->text, *end = p + l->len;
	size_t len = strlen(name);

	while (p < end && blank(*p))
		p++;
	if (p == end || *p != '[')
		return false;
	return !*name || ((size_t)(end - p) > len + 1 && memcmp(p + 1, name, len) == 0 &&
			  p[len + 1] == ']');
}

/* The family of an address (with a prefix), or of "_dhcp4"; 0: of neither. */
static int family_of(const char *value)
{
	char address[INET6_ADDRSTRLEN];
	size_t len = strcspn(value, "/");
	struct in6_addr in;

	if (strcmp(value, "_dhcp4") == 0)
		return AF_INET;
	if (strcmp(value, "_dhcp6") == 0 || strcmp(value, "_ipv6ra") == 0)
		return AF_INET6;
	if (len >= sizeof(address))
		return 0;
	memcpy(address, value, len);
	address[len] = '\0';
	if (inet_pton(AF_INET, address, &in) == 1)
		return AF_INET;
	return inet_pton(AF_INET6, address, &in) == 1 ? AF_INET6 : 0;
}

static bool ours(const struct netconf *set, int family)
{
	if (family == AF_INET)
		return set->v4.mode != NETCONF_KEEP;
	return family == AF_INET6 && set->v6.mode != NETCONF_KEEP;
}

static struct dhcp dhcp_of(const char *value)
{
	bool both = !strcasecmp(value, "yes") || !strcasecmp(value, "true") ||
		    !strcasecmp(value, "on") || !strcmp(value, "1") ||
		    !strcasecmp(value, "y") || !strcasecmp(value, "t") ||
		    !strcmp(value, "both");

	return (struct dhcp){
		.v4 = both || !strcmp(value, "ipv4") || !strcmp(value, "v4"),
		.v6 = both || !strcmp(value, "ipv6") || !strcmp(value, "v6"),
	};
}

/* Is the line of a [Network] section to stay?  DHCP= never: ours comes at the end. */
static bool keep_in_network(struct renderer *r, const struct line *l)
{
	char value[64];

	if (has_key(l, "DHCP", value, sizeof(value))) {
		r->dhcp = dhcp_of(value);
		return false;
	}
	if (has_key(l, "Address", value, sizeof(value)) ||
	    has_key(l, "Gateway", value, sizeof(value)))
		return !*value ||
		       !ours(r->set, family_of(value)); /* (empty: none so far) */
	if (has_key(l, "IPv6AcceptRA", value, sizeof(value)) ||
	    has_key(l, "IPv6AcceptRouterAdvertisements", value, sizeof(value)))
		return !ours(r->set, AF_INET6);
	return true;
}

/* Of an [Address] or [Route] section: is its address or gateway of a family of ours? */
static bool section_ours(const struct netconf *set, const struct line *l)
{
	char value[64];

	return (has_key(l, "Address", value, sizeof(value)) ||
		has_key(l, "Gateway", value, sizeof(value))) &&
	       ours(set, family_of(value));
}

/* One section with its head, up to the next head. */
static void section(struct renderer *r, const struct line *head)
{
	bool network = is_section(head, "Network"), gone = is_section(head, "Match");
	bool part = is_section(head, "Address") || is_section(head, "Route");
	const char *start = r->at;
	struct line l;

	while (part && next_line(r, &l) && !is_section(&l, ""))
		gone |= section_ours(r->set, &l);
	r->at = start;
	if (!gone)
		(void)fwrite(head->text, 1, head->len, r->out);
	for (start = r->at; next_line(r, &l); start = r->at) {
		if (is_section(&l, "")) {
			r->at = start;
			return;
		}
		if (!gone && (!network || keep_in_network(r, &l)))
			(void)fwrite(l.text, 1, l.len, r->out);
	}
}

static void print_static(FILE *out, int family, const struct netconf_family *f)
{
	char text[INET6_ADDRSTRLEN];

	if (f->mode != NETCONF_STATIC)
		return;
	netconf_text(family, &f->address, text, sizeof(text));
	(void)fprintf(out, "Address=%s/%u\n", text, f->prefix);
	if (!f->has_gateway)
		return;
	netconf_text(family, &f->gateway, text, sizeof(text));
	(void)fprintf(out, "Gateway=%s\n", text);
}

static void print_ours(const struct renderer *r)
{
	const struct netconf *set = r->set;
	bool v4 = set->v4.mode == NETCONF_AUTO ||
		  (set->v4.mode == NETCONF_KEEP && r->dhcp.v4);
	/* with announcements taken, DHCPv6 starts when they say so */
	bool v6 = set->v6.mode == NETCONF_KEEP && r->dhcp.v6;

	(void)fprintf(r->out, "\n[Network]\nDHCP=%s\n",
		      v4   ? v6 ? "yes" : "ipv4"
		      : v6 ? "ipv6"
			   : "no");
	if (set->v6.mode != NETCONF_KEEP)
		(void)fprintf(r->out, "IPv6AcceptRA=%s\n",
			      set->v6.mode == NETCONF_AUTO ? "yes" : "no");
	print_static(r->out, AF_INET, &set->v4);
	print_static(r->out, AF_INET6, &set->v6);
}

static void print_head(FILE *out, const char *from, const struct netconf *set)
{
	static const uint8_t unknown[MAC_LEN];
	const uint8_t *m = set->mac;

	(void)fprintf(out,
		      "# Written by xe-guest-network(8) as the host asked, from %s.\n"
		      "# Without this file that one counts again.\n[Match]\nName=%s\n",
		      *from ? from : "nothing", set->ifname);
	if (memcmp(m, unknown, sizeof(unknown)) != 0)
		(void)fprintf(out, "MACAddress=%02x:%02x:%02x:%02x:%02x:%02x\n", m[0],
			      m[1], m[2], m[3], m[4], m[5]);
	(void)fputc('\n', out);
}

int netconf_networkd_render(const char *original, size_t len, const char *from,
			    const struct netconf *set, char **ret_text)
{
	autofree char *text = NULL;
	size_t size = 0;
	struct renderer r = { .at = original, .end = original + len, .set = set };
	struct line l;

	if (len > 0 && memchr(original, '\0', len))
		return -EBADMSG;
	r.out = open_memstream(&text, &size);
	if (!r.out)
		return -ENOMEM;
	print_head(r.out, from, set);
	while (len > 0 && next_line(&r, &l))
		if (is_section(&l, "")) /* (before the first there are only comments) */
			section(&r, &l);
	print_ours(&r);
	if (fclose(r.out) != 0) /* ENOMEM of any of the above */
		return -ENOMEM;
	*ret_text = steal_ptr(text);
	return 0;
}
