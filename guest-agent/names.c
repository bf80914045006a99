/* SPDX-License-Identifier: BSD-2-Clause */
#include "guest-agent/names.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <strings.h>

#define LABEL_MAX 63

/* Bytes of a text. */
struct span {
	const char *at;
	size_t len;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* The next line of @rest, without its end and what is behind a comment sign of @signs. */
static bool next_line(struct span *rest, const char *signs, struct span *ret)
{
	const char *end;
	size_t n;

	if (rest->len == 0)
		return false;
	end = memchr(rest->at, '\n', rest->len);
	n = end ? (size_t)(end - rest->at) : rest->len;
	*ret = (struct span){ rest->at, n };
	n += end != NULL;
	*rest = (struct span){ rest->at + n, rest->len - n };
	for (size_t i = 0; i < ret->len; i++)
		if (ret->at[i] && strchr(signs, ret->at[i]))
			ret->len = i;
	return true;
}

static bool next_word(struct span *line, struct span *ret)
{
	size_t n = 0;

	while (line->len > 0 && is_blank(*line->at))
		*line = (struct span){ line->at + 1, line->len - 1 };
	while (n < line->len && !is_blank(line->at[n]))
		n++;
	*ret = (struct span){ line->at, n };
	*line = (struct span){ line->at + n, line->len - n };
	return n > 0;
}

static bool is_text(struct span s, const char *text)
{
	return s.len == strlen(text) && strncasecmp(s.at, text, s.len) == 0;
}

static bool is_label(struct span s)
{
	if (s.len == 0 || s.len > LABEL_MAX || s.at[0] == '-' || s.at[s.len - 1] == '-')
		return false;
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.at[i];

		if (c >= 0x80 || !(isalnum(c) || c == '-' || c == '_'))
			return false;
	}
	return true;
}

static bool is_number(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.at[i] < '0' || s.at[i] > '9')
			return false;
	return s.len > 0;
}

/* Up to the first dot; @ret_rest: behind it. */
static struct span first_label(struct span s, struct span *ret_rest)
{
	const char *dot = s.len > 0 ? memchr(s.at, '.', s.len) : NULL;
	size_t n = dot ? (size_t)(dot - s.at) : s.len;
	size_t skip = dot ? n + 1 : n;

	*ret_rest = (struct span){ s.at + skip, s.len - skip };
	return (struct span){ s.at, n };
}

/* A domain of at least one label, with or without the dot of the root at its end; -EINVAL:
 * none.  The last label of one is no number: that would be an address. */
static int take_domain(struct span s, char *ret)
{
	struct span rest, label;

	if (s.len > 0 && s.at[s.len - 1] == '.')
		s.len--;
	if (s.len == 0 || s.len >= NAME_DOMAIN_MAX || s.at[s.len - 1] == '.' ||
	    is_text(s, "localdomain") || is_text(s, "localhost"))
		return -EINVAL;
	rest = s;
	do {
		label = first_label(rest, &rest);
		if (!is_label(label))
			return -EINVAL;
	} while (rest.len > 0);
	if (is_number(label))
		return -EINVAL;
	memcpy(ret, s.at, s.len);
	ret[s.len] = '\0';
	return 0;
}

int names_split(const char *text, size_t len, struct name_facts *ret)
{
	struct span rest = { text, len }, line, name, host;
	struct name_facts names = { "", "" };

	if (!next_line(&rest, "", &line) || !next_word(&line, &name))
		return -ENODATA;
	host = first_label(name, &rest);
	if (!is_label(host) || is_text(host, "localhost"))
		return -ENODATA;
	memcpy(names.host, host.at, host.len);
	/* an address is no name; of a domain that is none the host name still is one */
	if (rest.len > 0 && take_domain(rest, names.domain) < 0 && is_number(host))
		return -ENODATA;
	*ret = names;
	return 0;
}

/* @name is @host, a dot and a domain. */
static int domain_of(struct span name, const char *host, char *ret)
{
	struct span rest, label = first_label(name, &rest);

	return is_text(label, host) ? take_domain(rest, ret) : -EINVAL;
}

static bool is_address(struct span s)
{
	char text[INET6_ADDRSTRLEN];
	struct in6_addr addr;

	if (s.len >= sizeof(text))
		return false;
	memcpy(text, s.at, s.len);
	text[s.len] = '\0';
	return inet_pton(AF_INET, text, &addr) == 1 ||
	       inet_pton(AF_INET6, text, &addr) == 1;
}

int names_hosts_domain(const char *text, size_t len, const char *host, char *ret_domain)
{
	struct span rest = { text, len }, line, addr, canonical, alias;
	char domain[NAME_DOMAIN_MAX];

	while (next_line(&rest, "#", &line)) {
		if (!next_word(&line, &addr) || !is_address(addr) ||
		    !next_word(&line, &canonical) ||
		    domain_of(canonical, host, domain) < 0)
			continue;
		while (next_word(&line, &alias))
			if (is_text(alias, host)) {
				memcpy(ret_domain, domain, strlen(domain) + 1);
				return 0;
			}
	}
	return -ENODATA;
}

int names_resolv_domain(const char *text, size_t len, char *ret_domain)
{
	struct span rest = { text, len }, line, word, value;
	char domain[NAME_DOMAIN_MAX], search[NAME_DOMAIN_MAX];
	const char *found;
	bool has_domain = false, has_search = false;

	/* of several lines of a kind the last counts */
	while (next_line(&rest, "#;", &line)) {
		if (!next_word(&line, &word) || !next_word(&line, &value))
			continue;
		if (is_text(word, "domain"))
			has_domain = take_domain(value, domain) == 0;
		else if (is_text(word, "search"))
			has_search = take_domain(value, search) == 0;
	}
	if (!has_domain && !has_search)
		return -ENODATA;
	found = has_domain ? domain : search;
	memcpy(ret_domain, found, strlen(found) + 1);
	return 0;
}
