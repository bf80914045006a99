/* SPDX-License-Identifier: BSD-2-Clause */
#include "eliloader/repo.h"

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

/* An address in pieces; all point into one copy that NULs were put into. */
struct pieces {
	char *user; /* USER[:PASSWORD]; NULL: none */
	char *host;
	char *port;    /* NULL: none */
	char *path;    /* begins with '/', or empty */
	char *query;   /* NULL: none */
	char *options; /* of Anaconda's nfs form; NULL: none */
};

__attribute__((format(printf, 3, 4))) static void say(char *why, size_t size,
						      const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(why, size, fmt, ap); /* cut at its room */
	va_end(ap);
}

/* (A macro, so that an analyser sees the result.) */
#define refuse(why, size, ...) (say(why, size, __VA_ARGS__), -EINVAL)

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

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)tolower((unsigned char)c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* "%41": the byte; -1: not two hex digits. */
static int percent_value(const char *p)
{
	int high = hex_value(p[1]), low = high < 0 ? -1 : hex_value(p[2]);

	return low < 0 ? -1 : high * 16 + low;
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

static int check_number(const char *text, uint64_t max, const char *what, char *why,
			size_t size)
{
	uint64_t value;

	if (io_parse_u64(text, max, &value) < 0)
		return refuse(why, size, "its %s is not a number up to %llu", what,
			      (unsigned long long)max);
	return 0;
}

/* "HOST", "HOST:PORT", "[IPv6]:PORT", for nfs also "HOST:". */
static int split_host(char *text, bool nfs, struct pieces *p, char *why, size_t size)
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
	return p->port ? check_number(p->port, 65535, "port", why, size) : 0;
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
	return split_host(text, nfs, p, why, size);
}

/* "[OPTIONS:]SERVER:/PATH", what follows "nfs:". */
static int split_nfs(char *text, struct pieces *p, char *why, size_t size)
{
	char *colon = strstr(text, ":/"), *server = text;

	if (strpbrk(text, "?@"))
		return refuse(why, size, "'?' and '@' must not be in this form of it");
	if (!colon)
		return refuse(why, size,
			      "an nfs address is nfs:SERVER:/PATH or "
			      "nfs://SERVER/PATH");
	*colon = '\0';
	p->path = colon + 1;
	colon = strchr(text, '[');
	colon = colon && colon > text ? colon - 1 : strrchr(text, ':');
	if (colon && *text != '[') {
		if (*colon != ':')
			return refuse(why, size, "its server is none");
		*colon = '\0';
		p->options = text;
		server = colon + 1;
	}
	if (p->options && p->options[strcspn(p->options, ":/[]()!$&*+;~%")])
		return refuse(why, size, "its options are none");
	return split_host(server, true, p, why, size);
}

/* One NAME=NUMBER of a query or of mount options, for libnfs's query and for the
 * installer's options. */
static int add_option(struct repo *r, char *query, size_t query_size,
		      const char *query_name, const char *option_name, const char *value,
		      char *why, size_t size)
{
	size_t have = strlen(query), options = strlen(r->nfs_options);

	if (check_number(value, UINT32_MAX, query_name, why, size) < 0)
		return -EINVAL;
	if (strcmp(query_name, "version") == 0 && strcmp(value, "3") != 0 &&
	    strcmp(value, "4") != 0)
		return refuse(why, size, "its nfs version is neither 3 nor 4");
	(void)snprintf(query + have, query_size - have, "%c%s=%s", have ? '&' : '?',
		       query_name, value); /* five short ones fit */
	if (option_name)
		(void)snprintf(r->nfs_options + options, sizeof(r->nfs_options) - options,
			       "%s%s=%s", options ? "," : "", option_name, value);
	return 0;
}

static int take_query(struct repo *r, char *text, char *query, size_t query_size,
		      char *why, size_t size)
{
	static const char *const known[][2] = {
		{ "version", "nfsvers" },
		{ "nfsport", "port" },
		{ "mountport", "mountport" },
		{ "uid", NULL },
		{ "gid", NULL },
	};
	unsigned seen = 0, i;
	char *item, *value;

	while ((item = strsep(&text, "&"))) {
		value = strchr(item, '=');
		for (i = 0; value && i < 5; i++)
			if (strlen(known[i][0]) == (size_t)(value - item) &&
			    strncmp(known[i][0], item, (size_t)(value - item)) == 0)
				break;
		if (!value || i == 5 || (seen & 1U << i))
			return refuse(why, size,
				      "what follows its '?' may be version, nfsport, "
				      "mountport, uid and gid, each once, with numbers");
		seen |= 1U << i;
		if (add_option(r, query, query_size, known[i][0], known[i][1], value + 1,
			       why, size) < 0)
			return -EINVAL;
	}
	return 0;
}

/* Mount options: those that tell how to reach the server count here, too. */
static int take_options(struct repo *r, const char *options, char *query,
			size_t query_size, char *why, size_t size)
{
	char copy[sizeof(r->nfs_options)], *text = copy, *item, *value;
	const char *name;

	if (strlen(options) >= sizeof(copy))
		return refuse(why, size, "its options are too long");
	memcpy(copy, options, strlen(options) + 1);
	while ((item = strsep(&text, ","))) {
		value = strchr(item, '=');
		if (!value)
			continue; /* ro, nolock: the installer's own business */
		*value++ = '\0';
		name = strcmp(item, "vers") == 0 || strcmp(item, "nfsvers") == 0
			       ? "version"
		       : strcmp(item, "port") == 0 ? "nfsport"
						   : NULL;
		if (name && strcmp(name, "version") == 0)
			value[strcspn(value, ".")] = '\0'; /* 4.1, 4.2: libnfs has one */
		if (name && !strstr(query, name) &&
		    add_option(r, query, query_size, name, NULL, value, why, size) < 0)
			return -EINVAL;
	}
	memcpy(r->nfs_options, options, strlen(options) + 1);
	return 0;
}

static int take_nfs(struct repo *r, struct pieces *p, char *query, size_t query_size,
		    char *why, size_t size)
{
	size_t len = strlen(p->path);

	if (p->path[0] != '/' || strchr(p->path, '%'))
		return refuse(why, size,
			      "an nfs address needs a path that begins with '/' and "
			      "has no '%%'");
	while (len > 1 && p->path[len - 1] == '/')
		len--;
	memcpy(r->nfs_path, p->path, len);
	r->nfs_path[len] = '\0';
	if (p->port &&
	    add_option(r, query, query_size, "nfsport", "port", p->port, why, size) < 0)
		return -EINVAL;
	if (p->query && p->port && strstr(p->query, "nfsport="))
		return refuse(why, size, "it names two ports");
	if (p->query && take_query(r, p->query, query, query_size, why, size) < 0)
		return -EINVAL;
	return p->options ? take_options(r, p->options, query, query_size, why, size) : 0;
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
		ret = split_nfs(copy + strlen("nfs:"), &p, why, size);
	else
		ret = split_url(rest + 3, nfs, &p, why, size);
	if (ret < 0 || check_host(p.host, why, size) < 0 ||
	    check_path(p.path, why, size) < 0)
		return -EINVAL;
	(void)snprintf(r->host, sizeof(r->host), "%s", p.host); /* at most 253 bytes */
	if (!nfs && p.query)
		return refuse(why, size, "'?' must not be in it");
	if (nfs && take_nfs(r, &p, query, sizeof(query), why, size) < 0)
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
