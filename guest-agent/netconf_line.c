/* SPDX-License-Identifier: BSD-2-Clause */
#include "guest-agent/netconf_line.h"

#include <string.h>

bool netconf_line_physical(const char **at, const char *end, struct netconf_line *l)
{
	const char *eol;

	if (*at == end)
		return false;
	eol = memchr(*at, '\n', (size_t)(end - *at));
	l->text = *at;
	*at = eol ? eol + 1 : end;
	l->len = (size_t)(*at - l->text);
	return true;
}

static bool blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

bool netconf_line_is_comment(const struct netconf_line *l)
{
	size_t i = 0;

	while (i < l->len && blank(l->text[i]))
		i++;
	return i == l->len || l->text[i] == '#';
}

/* Does it go on in the next one? */
static bool goes_on(const struct netconf_line *l)
{
	size_t len = l->len;

	if (len > 0 && l->text[len - 1] == '\n')
		len--;
	return len > 0 && l->text[len - 1] == '\\';
}

bool netconf_line_logical(const char **at, const char *end, struct netconf_line *l)
{
	struct netconf_line more;

	if (!netconf_line_physical(at, end, l))
		return false;
	if (netconf_line_is_comment(l))
		return true;
	for (more = *l; goes_on(&more) && netconf_line_physical(at, end, &more);)
		l->len += more.len;
	return true;
}

void netconf_line_word(const struct netconf_line *l, size_t *i, char *ret)
{
	size_t n = 0;

	for (;; (*i)++) {
		bool joint =
			*i + 1 < l->len && l->text[*i] == '\\' && l->text[*i + 1] == '\n';

		if (*i >= l->len || !(blank(l->text[*i]) || joint))
			break;
	}
	for (; *i < l->len && !blank(l->text[*i]); (*i)++) {
		if (*i + 1 < l->len && l->text[*i] == '\\' && l->text[*i + 1] == '\n')
			break;
		if (n < NETCONF_WORD_MAX - 1)
			ret[n++] = l->text[*i];
	}
	ret[n] = '\0';
}

/* Does this word begin something else than an option? */
static bool is_keyword(const char *w)
{
	static const char *const words[] = {
		"iface",      "mapping",      "auto",	    "source", "source-directory",
		"source-dir", "no-auto-down", "no-scripts", "rename", "template",
		"vlan",	      "bridge"
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(w, words[i]) == 0)
			return true;
	return strncmp(w, "allow-", 6) == 0;
}

static enum netconf_line_kind kind_of_iface(const struct netconf_line *l, size_t i,
					    const char *ifname)
{
	char w[NETCONF_WORD_MAX];

	netconf_line_word(l, &i, w);
	if (strcmp(w, ifname) != 0)
		return NETCONF_LINE_OTHER;
	netconf_line_word(l, &i, w);
	if (strcmp(w, "inet") == 0)
		return NETCONF_LINE_STANZA4;
	if (strcmp(w, "inet6") == 0)
		return NETCONF_LINE_STANZA6;
	/* "iface eth0" and "iface eth0 inherits x"; other families are not ours */
	return !*w || strcmp(w, "inherits") == 0 ? NETCONF_LINE_STANZA_PLAIN
						 : NETCONF_LINE_OTHER;
}

static bool names(const struct netconf_line *l, size_t i, const char *ifname)
{
	char w[NETCONF_WORD_MAX];

	do {
		netconf_line_word(l, &i, w);
		if (strcmp(w, ifname) == 0)
			return true;
	} while (*w);
	return false;
}

enum netconf_line_kind netconf_line_kind(const struct netconf_line *l, const char *ifname)
{
	char w[NETCONF_WORD_MAX];
	size_t i = 0;

	netconf_line_word(l, &i, w);
	if (!is_keyword(w))
		return NETCONF_LINE_OPTION;
	if (strcmp(w, "iface") == 0)
		return kind_of_iface(l, i, ifname);
	if (strcmp(w, "source") == 0)
		return NETCONF_LINE_SOURCE;
	if (strcmp(w, "source-directory") == 0 || strcmp(w, "source-dir") == 0)
		return NETCONF_LINE_SOURCE_DIR;
	if (strcmp(w, "auto") == 0 || strcmp(w, "allow-hotplug") == 0 ||
	    strcmp(w, "allow-auto") == 0)
		return names(l, i, ifname) ? NETCONF_LINE_BRINGS_UP : NETCONF_LINE_OTHER;
	return NETCONF_LINE_OTHER;
}
