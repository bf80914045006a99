/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * net_dump - what the kernel would answer, made by hand: messages of links and addresses.
 *
 *	struct dump d = { 0 };
 *	size_t at = dump_link(&d, 2, "eth0");
 *	dump_u32(&d, at, IFLA_MASTER, 3);
 */
#pragma once
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <stdint.h>
#include <string.h>

#define DUMP_SEQ  7
#define DUMP_ROOM (1024 * 1024)

struct dump {
	_Alignas(8) char data[DUMP_ROOM];
	size_t len;
};

static inline struct nlmsghdr *dump_header(struct dump *d, size_t at)
{
	return (struct nlmsghdr *)(void *)&d->data[at];
}

/* A message with its fixed part; returns where it is. */
static inline size_t dump_message(struct dump *d, uint16_t type, const void *fixed,
				  size_t fixed_len)
{
	size_t at = d->len;
	struct nlmsghdr *h = dump_header(d, at);

	*h = (struct nlmsghdr){ .nlmsg_len = (uint32_t)NLMSG_LENGTH(fixed_len),
				.nlmsg_type = type,
				.nlmsg_seq = DUMP_SEQ };
	memcpy(NLMSG_DATA(h), fixed, fixed_len);
	d->len += NLMSG_SPACE(fixed_len);
	return at;
}

/* Add an attribute to the message at @at, which is the last one. */
static inline void dump_attr(struct dump *d, size_t at, uint16_t type, const void *value,
			     size_t len)
{
	struct rtattr *a = (struct rtattr *)(void *)&d->data[d->len];

	memset(a, 0, RTA_SPACE(len));
	a->rta_type = type;
	a->rta_len = (unsigned short)RTA_LENGTH(len);
	memcpy(RTA_DATA(a), value, len);
	d->len += RTA_SPACE(len);
	dump_header(d, at)->nlmsg_len = (uint32_t)(d->len - at);
}

static inline void dump_u32(struct dump *d, size_t at, uint16_t type, uint32_t value)
{
	dump_attr(d, at, type, &value, sizeof(value));
}

static inline size_t dump_link(struct dump *d, unsigned ifindex, const char *name)
{
	struct ifinfomsg m = { .ifi_index = (int)ifindex };
	size_t at = dump_message(d, RTM_NEWLINK, &m, sizeof(m));

	dump_attr(d, at, IFLA_IFNAME, name, strlen(name) + 1);
	return at;
}

/* @mark: as kernels since 5.2 do (NLA_F_NESTED) */
static inline void dump_kind(struct dump *d, size_t at, const char *kind, uint16_t mark)
{
	_Alignas(4) char inner[64] = { 0 };
	struct rtattr *a = (struct rtattr *)(void *)inner;

	a->rta_type = IFLA_INFO_KIND;
	a->rta_len = (unsigned short)RTA_LENGTH(strlen(kind) + 1);
	memcpy(RTA_DATA(a), kind, strlen(kind) + 1);
	dump_attr(d, at, IFLA_LINKINFO | mark, inner, RTA_SPACE(strlen(kind) + 1));
}

static inline size_t dump_address(struct dump *d, unsigned ifindex, uint8_t family,
				  uint8_t prefix_len, uint8_t flags)
{
	struct ifaddrmsg m = { .ifa_family = family,
			       .ifa_prefixlen = prefix_len,
			       .ifa_flags = flags,
			       .ifa_index = ifindex };

	return dump_message(d, RTM_NEWADDR, &m, sizeof(m));
}
