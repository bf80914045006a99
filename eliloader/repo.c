/* SPDX-License-Identifier: BSD-2-Clause */
#include "eliloader/repo_parts.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "lib/io.h"
#include "lib/log.h"

void repo_say(char *why, size_t size, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(why, size, fmt, ap); /* cut at its room */
	va_end(ap);
}

static const char *scheme_name(enum scheme scheme)
{
	static const char *const names[] = { "http", "https", "ftp", "nfs", "cdrom" };

	return names[scheme];
}

/* What may stand in an address: RFC 3986's characters but the quote and '#'. */
static bool is_url_char(char c)
{
	return isalnum((unsigned char)c) ||
	       (c != '\0' && strchr("-._~:/?[]@!$&()*+,;=%", c) != NULL);
}

/* "%41": the byte; -1: not two hex digits. */
static int percent_value(const char *p)
{
	uint8_t byte;

	return p[1] && io_parse_hex(p + 1, 2, &byte) == 0 ? byte : -1;
}

static int check_chars(const char *text, char *why, size_t size)
{
	char shown[8];
	size_t len = strlen(text);

	if (len == 0)
		return refuse(why, size, "it is empty");
	if (len >= URL_LEN_MAX)
		return refuse(why, size, "it is longer than %d bytes", URL_LEN_MAX - 1);
	for (const char *p = text; *p; p++) {
		if (!is_url_char(*p)) {
			(void)log_escape(shown, sizeof(shown), p, 1); /* fits */
			return refuse(why, size, "the character '%s' must not be in it",
				      shown);
		}
		if (*p == '%' && (percent_value(p) < 0x20 || percent_value(p) == 0x7f))
			return refuse(why, size,
				      "a '%%' in it is not followed by the code "
				      "of a printable character");
	}
	return 0;
}

/* Is one part of a path ".." when servers have decoded it? */
static bool is_dotdot(const char *part, size_t len)
{
	unsigned dots = 0;

	while (len > 0) {
		size_t used =
			len >= 3 && part[0] == '%' && percent_value(part) == '.' ? 3 : 1;

		if (used == 1 && part[0] != '.')
			return false;
		dots++;
		part += used;
		len -= used;
	}
	return dots == 2;
}

static int check_path(const char *path, char *why, size_t size)
{
	while (*path) {
		size_t len = strcspn(path, "/");

		if (is_dotdot(path, len))
			return refuse(why, size, "'..' must not be in its path");
		path += len + (path[len] == '/');
	}
	return 0;
}

static bool is_ipv6(const char *host)
{
	struct in6_addr addr;

	return inet_pton(AF_INET6, host, &addr) == 1;
}

static int check_host(char *host, char *why, size_t size)
{
	size_t len = strlen(host);

	if (len == 0)
		return refuse(why, size, "it names no host");
	if (len > 253) /* RFC 1035: what a resolver takes */
		return refuse(why, size, "its host name is longer than 253 bytes");
	if (is_ipv6(host))
		return 0;
	if (host[0] == '-' || host[0] == '.' || strstr(host, ".."))
		return refuse(why, size, "its host name is none");
	for (char *p = host; *p; p++) {
		if (!isalnum((unsigned char)*p) && !strchr("-._", *p))
			return refuse(why, size,
				      "the character '%c' must not be in its host name",
				      *p);
		*p = (char)tolower((unsigned char)*p);
	}
	return 0;
}

int repo_check_number(const char *text, uint64_t max, const char *what, char *why,
		      size_t size)
{
	uint64_t value;

	if (io_parse_u64(text, max, &value) < 0)
		return refuse(why, size, "its %s is not a number up to %llu", what,
			      (unsigned long long)max);
	return 0;
}

int repo_split_host(char *text, bool nfs, struct pieces *p, char *why, size_t size)
{
	char *end;

	if (*text == '[') {
		end = strchr(text, ']');
		if (!end || (end[1] && end[1] != ':'))
			return refuse(why, size, "its brackets hold no IPv6 address");
		p->host = text + 1;
		*end++ = '\0';
		if (!is_ipv6(p->host))
			return refuse(why, size, "its brackets hold no IPv6 address");
	} else {
		p->host = text;
		end = text + strcspn(text, ":");
	}
	if (*end == ':') {
		*end = '\0';
		p->port = end[1] || !nfs ? end + 1 : NULL;
	}
	return p->port ? repo_check_number(p->port, 65535, "port", why, size) : 0;
}

/* What follows "SCHEME://". */
static int split_url(char *text, bool nfs, struct pieces *p, char *why, size_t size)
{
	static char empty[] = "";
	char *at;

	p->query = strchr(text, '?');
	if (p->query)
		*p->query++ = '\0';
	p->path = strchr(text, '/');
	if (p->path) {
		/* make room for a NUL: "//host" is one byte longer than "host" */
		memmove(text - 1, text, (size_t)(p->path - text));
		p->path[-1] = '\0';
		text--;
	} else {
		p->path = empty;
	}
	at = strchr(text, '@');
	if (at && (nfs || strchr(at + 1, '@')))
		return refuse(why, size,
			      nfs ? "nfs takes no user" : "it has a second '@'");
	if (at) {
		*at = '\0';
		p->user = text;
		if (strpbrk(text, "[]"))
			return refuse(why, size, "brackets must not be in its user");
		text = at + 1;
	}
	return repo_split_host(text, nfs, p, why, size);
}

/* The normalised address from its checked pieces. */
static int assemble(struct repo *r, const struct pieces *p, const char *query, char *why,
		    size_t size)
{
	bool nfs = r->scheme == SCHEME_NFS, v6 = strchr(r->host, ':') != NULL;
	size_t len = strlen(p->path);
	int n;

	n = snprintf(r->url, sizeof(r->url), "%s://%s%s%s%s%s%s%s%s%s%s",
		     scheme_name(r->scheme), p->user ? p->user : "", p->user ? "@" : "",
		     v6 ? "[" : "", r->host, v6 ? "]" : "", p->port && !nfs ? ":" : "",
		     p->port && !nfs ? p->port : "", p->path,
		     len > 0 && p->path[len - 1] == '/' ? "" : "/", query);
	if (n < 0 || (size_t)n >= sizeof(r->url))
		return refuse(why, size, "it is too long");
	return 0;
}

static bool has_prefix(const char *text, const char *prefix)
{
	return strncasecmp(text, prefix, strlen(prefix)) == 0;
}

static int find_scheme(const char *text, enum scheme *ret, char *why, size_t size)
{
	static const enum scheme all[] = { SCHEME_HTTP, SCHEME_HTTPS, SCHEME_FTP,
					   SCHEME_NFS };
	char prefix[16];

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		(void)snprintf(prefix, sizeof(prefix), "%s://", scheme_name(all[i]));
		if (has_prefix(text, prefix) ||
		    (all[i] == SCHEME_NFS && has_prefix(text, "nfs:"))) {
			*ret = all[i];
			return 0;
		}
	}
	return refuse(why, size,
		      "it is neither cdrom nor an address that begins with http://, "
		      "https://, ftp:// or nfs:");
}

static int parse_address(const char *text, struct repo *r, char *why, size_t size)
{
	char copy[URL_LEN_MAX], query[160] = "", *rest;
	struct pieces p = { 0 };
	bool nfs;
	int ret;

	memcpy(copy, text, strlen(text) + 1);
	if (find_scheme(text, &r->scheme, why, size) < 0)
		return -EINVAL;
	nfs = r->scheme == SCHEME_NFS;
	rest = strstr(copy, "://");
	if (nfs && !has_prefix(copy, "nfs://"))
		ret = repo_split_nfs(copy + strlen("nfs:"), &p, why, size);
	else
		ret = split_url(rest + 3, nfs, &p, why, size);
	if (ret < 0 || check_host(p.host, why, size) < 0 ||
	    check_path(p.path, why, size) < 0)
		return -EINVAL;
	(void)snprintf(r->host, sizeof(r->host), "%s", p.host); /* at most 253 bytes */
	if (!nfs && p.query)
		return refuse(why, size, "'?' must not be in it");
	if (nfs && repo_take_nfs(r, &p, query, sizeof(query), why, size) < 0)
		return -EINVAL;
	return assemble(r, &p, query, why, size);
}

int repo_parse(const char *text, struct repo *ret, char *why, size_t size)
{
	*ret = (struct repo){ .scheme = SCHEME_CDROM };
	if (check_chars(text, why, size) < 0)
		return -EINVAL;
	(void)snprintf(ret->given, sizeof(ret->given), "%s",
		       text); /* its length is checked */
	return strcmp(text, "cdrom") == 0 ? 0 : parse_address(text, ret, why, size);
}

int repo_parse_proxy(const char *text, struct repo *ret, char *why, size_t size)
{
	char with_scheme[URL_LEN_MAX];
	const char *path;
	int n;

	*ret = (struct repo){ .scheme = SCHEME_HTTP };
	n = snprintf(with_scheme, sizeof(with_scheme), "%s%s",
		     strstr(text, "://") ? "" : "http://", text);
	if (n < 0 || (size_t)n >= sizeof(with_scheme))
		return refuse(why, size, "it is too long");
	if (check_chars(with_scheme, why, size) < 0)
		return -EINVAL;
	if (!has_prefix(with_scheme, "http://") && !has_prefix(with_scheme, "https://"))
		return refuse(why, size, "it does not begin with http:// or https://");
	if (parse_address(with_scheme, ret, why, size) < 0)
		return -EINVAL;
	path = strchr(strstr(ret->url, "://") + 3, '/');
	return path[1] ? refuse(why, size, "it has a path") : 0;
}

void repo_display(const struct repo *r, char *out, size_t size)
{
	const char *host = strstr(r->url, "://"), *at, *colon;

	if (!host) {
		(void)snprintf(out, size, "%s",
			       scheme_name(r->scheme)); /* cut at its room */
		return;
	}
	host += 3;
	at = strchr(host, '@');
	colon = strchr(host, ':');
	if (at && at < host + strcspn(host, "/") && colon && colon < at)
		(void)snprintf(out, size, "%.*s:***%s", (int)(colon - r->url), r->url,
			       at);
	else
		(void)snprintf(out, size, "%s", r->url);
}

int repo_format(const struct repo *r, enum repo_form form, char *out, size_t size)
{
	bool v6 = strchr(r->host, ':') != NULL, options = r->nfs_options[0];
	const char *slash = strcmp(r->nfs_path, "/") == 0 ? "" : "/";
	int n;

	if (form == FORM_URL || r->scheme != SCHEME_NFS)
		n = snprintf(out, size, "%.*s", (int)strcspn(r->url, "?"), r->url);
	else
		n = snprintf(out, size, "%s%s%s%s%s%s:%s%s",
			     form == FORM_ANACONDA ? "nfs:" : "",
			     form == FORM_ANACONDA && options ? r->nfs_options : "",
			     form == FORM_ANACONDA && options ? ":" : "", v6 ? "[" : "",
			     r->host, v6 ? "]" : "", r->nfs_path, slash);
	return n < 0 || (size_t)n >= size ? -ENAMETOOLONG : 0;
}
