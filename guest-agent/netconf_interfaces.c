/* SPDX-License-Identifier: BSD-2-Clause */
/* netconf_interfaces.h: what the files say. */
#include "guest-agent/netconf_interfaces.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "guest-agent/netconf_line.h"
#include "lib/cleanup.h"

/* Is the option's meaning bound to the addresses or the method that it stands with? */
static bool is_address_option(const char *w)
{
	static const char *const words[] = {
		"address",
		"netmask",
		"broadcast",
		"network",
		"gateway",
		"pointopoint",
		"metric",
		"scope",
		"hostname",
		"leasehours",
		"leasetime",
		"vendor",
		"client",
		"request_prefix",
		"ll-attempts",
		"ll-interval",
		"preferred-lifetime",
		"privext",
		"accept_ra",
		"autoconf",
		"dhcp",
		"dad-attempts",
		"dad-interval",
		"endpoint",
		"local",
		"ttl",
		"tunnel-physdev",
		"requires",
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(w, words[i]) == 0)
			return true;
	return false;
}

/* An option may stand once in a stanza, commands as often as they like. */
static bool may_repeat(const char *w)
{
	return strcmp(w, "up") == 0 || strcmp(w, "down") == 0 ||
	       strncmp(w, "pre-", 4) == 0 || strncmp(w, "post-", 5) == 0;
}

static bool has_option(const struct text_list *kept, const char *w)
{
	for (size_t i = 0; i < kept->count; i++) {
		const struct netconf_line l = { kept->item[i], strlen(kept->item[i]) };
		char other[NETCONF_WORD_MAX];
		size_t at = 0;

		netconf_line_word(&l, &at, other);
		if (strcmp(other, w) == 0)
			return true;
	}
	return false;
}

static int keep_option(const struct netconf_line *l, struct text_list *kept)
{
	autofree char *text = NULL;
	char w[NETCONF_WORD_MAX];
	size_t i = 0, len = l->len;

	netconf_line_word(l, &i, w);
	if (!*w || is_address_option(w) || (!may_repeat(w) && has_option(kept, w)))
		return 0;
	if (len > 0 && l->text[len - 1] == '\n')
		len--;
	text = strndup(l->text, len);
	return text ? text_list_add(kept, text) : -ENOMEM;
}

static int add_source(const struct netconf_line *l, bool dir, struct text_list *sources)
{
	char w[NETCONF_WORD_MAX + 1];
	size_t i = 0, len;
	int r = 0;

	netconf_line_word(l, &i, w); /* the keyword */
	for (netconf_line_word(l, &i, w); *w && r >= 0; netconf_line_word(l, &i, w)) {
		len = strlen(w);
		if (dir && w[len - 1] != '/')
			memcpy(w + len, "/", 2); /* there is room for one more */
		r = text_list_add(sources, w);
	}
	return r;
}

struct scan {
	const char *ifname;
	struct netconf_interfaces *has;
	struct text_list *kept; /* of the stanza that we are in; NULL: no matter */
};

static int scan_line(struct scan *s, const struct netconf_line *l)
{
	enum netconf_line_kind kind = netconf_line_kind(l, s->ifname);

	if (kind == NETCONF_LINE_OPTION)
		return s->kept ? keep_option(l, s->kept) : 0;
	s->kept = NULL;
	switch (kind) {
	case NETCONF_LINE_STANZA4:
		s->has->has_v4 = true;
		s->kept = &s->has->kept4;
		return 0;
	case NETCONF_LINE_STANZA6:
		s->has->has_v6 = true;
		s->kept = &s->has->kept6;
		return 0;
	case NETCONF_LINE_STANZA_PLAIN:
		s->has->has_plain = true;
		return 0;
	case NETCONF_LINE_BRINGS_UP:
		s->has->brought_up = true;
		return 0;
	case NETCONF_LINE_SOURCE:
	case NETCONF_LINE_SOURCE_DIR:
		return add_source(l, kind == NETCONF_LINE_SOURCE_DIR, &s->has->sources);
	default:
		return 0;
	}
}

int netconf_interfaces_scan(const char *text, size_t len, const char *ifname,
			    struct netconf_interfaces *ret)
{
	struct scan s = { .ifname = ifname, .has = ret };
	autofree char *plain = NULL;
	const char *at;
	size_t size;
	struct netconf_line l;
	int r;

	if (memchr(text, '\0', len))
		return -EBADMSG;
	r = netconf_interfaces_unmark(text, len, ifname, &plain, &size);
	at = plain;
	while (r >= 0 && netconf_line_logical(&at, plain + size, &l))
		if (!netconf_line_is_comment(&l))
			r = scan_line(&s, &l);
	return r;
}

void netconf_interfaces_done(struct netconf_interfaces *has)
{
	text_list_done(&has->kept4);
	text_list_done(&has->kept6);
	text_list_done(&has->sources);
}
