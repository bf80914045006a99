/* SPDX-License-Identifier: BSD-2-Clause */
#include "guest-agent/netlink_parse.h"

#include <errno.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "lib/array.h"

static struct rtattr *whole_attr(struct rtattr *a, size_t left)
{
	return left >= sizeof(*a) && a->rta_len >= sizeof(*a) && a->rta_len <= left
		       ? a
		       : NULL;
}

/* The one walk over attributes: each is inside the message, or the walk ends. */
static struct rtattr *next_attr(struct rtattr *a, size_t *left)
{
	size_t step = RTA_ALIGN(a->rta_len);

	if (step >= *left)
		return NULL;
	*left -= step;
	return whole_attr((struct rtattr *)((char *)a + step), *left);
}

static struct rtattr *first_attr(void *data, size_t left)
{
	return whole_attr(data, left);
}

static unsigned attr_type(const struct rtattr *a)
{
	return a->rta_type &
	       NLA_TYPE_MASK; /* newer kernels mark those with others inside */
}

static unsigned attr_u32(struct rtattr *a)
{
	uint32_t value = 0;

	if (RTA_PAYLOAD(a) == sizeof(value))
		memcpy(&value, RTA_DATA(a), sizeof(value));
	return value;
}

/* Cut to @size; the NUL may be missing. */
static void attr_text(struct rtattr *a, char *text, size_t size)
{
	size_t len = strnlen(RTA_DATA(a), RTA_PAYLOAD(a));

	if (len >= size)
		len = size - 1;
	memcpy(text, RTA_DATA(a), len);
	text[len] = '\0';
}

/* An address of zeros stands for none. */
static bool attr_mac(struct rtattr *a, uint8_t *mac)
{
	static const uint8_t none[MAC_LEN];

	if (RTA_PAYLOAD(a) != MAC_LEN || memcmp(RTA_DATA(a), none, MAC_LEN) == 0)
		return false;
	memcpy(mac, RTA_DATA(a), MAC_LEN);
	return true;
}

static int add_address(struct net_facts *facts, const struct address_fact *a)
{
	struct address_fact *more = array_grown(facts->address, facts->count, sizeof(*a));

	if (!more)
		return -ENOMEM;
	facts->address = more;
	facts->address[facts->count++] = *a;
	return 0;
}

static int add_link(struct net_facts *facts, const struct link_fact *l)
{
	struct link_fact *more = array_grown(facts->link, facts->link_count, sizeof(*l));

	if (!more)
		return -ENOMEM;
	facts->link = more;
	facts->link[facts->link_count++] = *l;
	return 0;
}

static int parse_address(struct ifaddrmsg *m, size_t len, struct net_facts *facts)
{
	struct address_fact a = { .family = m->ifa_family,
				  .flags = m->ifa_flags,
				  .prefix_len = m->ifa_prefixlen,
				  .ifindex = m->ifa_index };
	size_t size = a.family == AF_INET ? sizeof(a.in) : sizeof(a.in6);
	size_t left = len - sizeof(*m);
	bool found = false, local = false;

	if (a.family != AF_INET && a.family != AF_INET6)
		return 0;
	for (struct rtattr *attr = first_attr(m + 1, left); attr;
	     attr = next_attr(attr, &left)) {
		size_t n = RTA_PAYLOAD(attr);
		unsigned type = attr_type(attr);

		/* IFA_ADDRESS is the peer's on a point-to-point link, IFA_LOCAL never */
		if ((type == IFA_LOCAL || (type == IFA_ADDRESS && !local)) && n == size) {
			memcpy(&a.in6, RTA_DATA(attr), size);
			found = true;
			local = type == IFA_LOCAL;
		} else if (type == IFA_FLAGS && n == sizeof(a.flags)) {
			a.flags = attr_u32(attr);
		}
	}
	return found ? add_address(facts, &a) : 0;
}

static void parse_info(struct rtattr *info, struct link_fact *l)
{
	size_t left = RTA_PAYLOAD(info);

	for (struct rtattr *a = first_attr(RTA_DATA(info), left); a;
	     a = next_attr(a, &left))
		if (attr_type(a) == IFLA_INFO_KIND)
			attr_text(a, l->kind, sizeof(l->kind));
}

/* The kernel refuses such names. */
static bool name_leads_elsewhere(const char *name)
{
	return strchr(name, '/') || strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

static void parse_link_attr(struct rtattr *a, struct link_fact *l, bool *elsewhere)
{
	switch (attr_type(a)) {
	case IFLA_IFNAME:
		attr_text(a, l->name, sizeof(l->name));
		if (name_leads_elsewhere(l->name))
			l->name[0] = '\0';
		break;
	case IFLA_LINKINFO:
		parse_info(a, l);
		break;
	case IFLA_MASTER:
		l->master = attr_u32(a);
		break;
	case IFLA_LINK:
		l->lower = attr_u32(a);
		break;
	case IFLA_LINK_NETNSID:
		*elsewhere = true;
		break;
	case IFLA_ADDRESS:
		l->has_mac = attr_mac(a, l->mac);
		break;
	case IFLA_PERM_ADDRESS:
		l->has_born_mac = attr_mac(a, l->born_mac);
		break;
	}
}

static int parse_link(struct ifinfomsg *m, size_t len, struct net_facts *facts)
{
	struct link_fact l = { .ifindex = (unsigned)m->ifi_index };
	size_t left = len - sizeof(*m);
	bool elsewhere = false; /* what it is made on is in another namespace */

	for (struct rtattr *a = first_attr(m + 1, left); a; a = next_attr(a, &left))
		parse_link_attr(a, &l, &elsewhere);
	if (elsewhere)
		l.lower = 0;
	return add_link(facts, &l);
}

static int parse_error(struct nlmsghdr *h)
{
	const struct nlmsgerr *e = NLMSG_DATA(h);

	if (h->nlmsg_len < NLMSG_LENGTH(sizeof(*e)) || e->error >= 0)
		return -EBADMSG;
	return e->error;
}

/* As netlink_parse_dump(), of one message. */
static int parse_message(struct nlmsghdr *h, unsigned seq, struct net_facts *facts,
			 bool *disturbed)
{
	if (h->nlmsg_seq != seq)
		return 0; /* the end of a dump given up before */
	if (h->nlmsg_flags & NLM_F_DUMP_INTR)
		*disturbed = true;
	switch (h->nlmsg_type) {
	case NLMSG_DONE:
		return 1;
	case NLMSG_ERROR:
		return parse_error(h);
	case RTM_NEWADDR:
		if (h->nlmsg_len < NLMSG_LENGTH(sizeof(struct ifaddrmsg)))
			return -EBADMSG;
		return parse_address(NLMSG_DATA(h), NLMSG_PAYLOAD(h, 0), facts);
	case RTM_NEWLINK:
		if (h->nlmsg_len < NLMSG_LENGTH(sizeof(struct ifinfomsg)))
			return -EBADMSG;
		return parse_link(NLMSG_DATA(h), NLMSG_PAYLOAD(h, 0), facts);
	}
	return 0;
}

static struct nlmsghdr *whole_message(struct nlmsghdr *h, size_t left)
{
	return left >= sizeof(*h) && h->nlmsg_len >= sizeof(*h) && h->nlmsg_len <= left
		       ? h
		       : NULL;
}

/* As next_attr(), of messages. */
static struct nlmsghdr *next_message(struct nlmsghdr *h, size_t *left)
{
	size_t step = NLMSG_ALIGN((size_t)h->nlmsg_len);

	if (step >= *left)
		return NULL;
	*left -= step;
	return whole_message((struct nlmsghdr *)((char *)h + step), *left);
}

int netlink_parse_dump(void *data, size_t len, unsigned seq, struct net_facts *facts,
		       bool *disturbed)
{
	struct nlmsghdr *h = whole_message(data, len);
	size_t left = len;
	int r = 0;

	for (; r == 0 && h; h = next_message(h, &left))
		r = parse_message(h, seq, facts, disturbed);
	return r;
}
