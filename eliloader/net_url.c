/* SPDX-License-Identifier: BSD-2-Clause */
#include "eliloader/net_url.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "lib/io.h"

/* One part of a parsed address, copied; -EINVAL also when it is longer than its room. */
static int get_part(CURLU *u, CURLUPart part, unsigned flags, char *out, size_t size)
{
	char *text = NULL;
	int n;

	if (curl_url_get(u, part, &text, flags) != CURLUE_OK)
		return -EINVAL;
	n = snprintf(out, size, "%s", text);
	curl_free(text);
	return n > 0 && (size_t)n < size ? 0 : -EINVAL;
}

static void strip_brackets(char *host)
{
	size_t len = strlen(host);

	if (len < 2 || host[0] != '[')
		return;
	memmove(host, host + 1, len - 2);
	host[len - 2] = '\0';
}

static bool is_known(const char *scheme)
{
	return strcmp(scheme, "http") == 0 || strcmp(scheme, "https") == 0 ||
	       strcmp(scheme, "ftp") == 0;
}

/* Cut at its room: it is only shown. */
static void show(CURLU *u, const struct net_url *url, char *out, size_t size)
{
	char path[300] = "/...", host[256];

	if (get_part(u, CURLUPART_HOST, 0, host, sizeof(host)) < 0)
		host[0] = '\0';
	(void)get_part(u, CURLUPART_PATH, 0, path, sizeof(path)); /* too long: "/..." */
	(void)snprintf(out, size, "%s://%s%s%s%s", url->scheme, host,
		       url->port[0] ? ":" : "", url->port, path);
}

static int take(CURLU *u, struct net_url *ret)
{
	if (get_part(u, CURLUPART_SCHEME, 0, ret->scheme, sizeof(ret->scheme)) < 0 ||
	    !is_known(ret->scheme) ||
	    get_part(u, CURLUPART_HOST, 0, ret->host, sizeof(ret->host)) < 0 ||
	    get_part(u, CURLUPART_URL, 0, ret->text, sizeof(ret->text)) < 0)
		return -EINVAL;
	ret->port[0] = '\0';
	(void)get_part(u, CURLUPART_PORT, 0, ret->port,
		       sizeof(ret->port)); /* none given */
	show(u, ret, ret->shown, sizeof(ret->shown));
	strip_brackets(ret->host);
	return get_part(u, CURLUPART_PORT, CURLU_DEFAULT_PORT, ret->port,
			sizeof(ret->port));
}

/* An address that is written on a line of its own, and nothing but an address. */
static bool is_printable(const char *text)
{
	for (; *text; text++)
		if (*text <= ' ' || *text > '~')
			return false;
	return true;
}

int net_url_parse(const char *text, struct net_url *ret)
{
	CURLU *u;
	int r = -EINVAL;

	if (!is_printable(text) || strlen(text) >= NET_URL_MAX)
		return -EINVAL;
	u = curl_url();
	if (!u)
		return -ENOMEM;
	if (curl_url_set(u, CURLUPART_URL, text, 0) == CURLUE_OK)
		r = take(u, ret);
	curl_url_cleanup(u);
	return r;
}

int net_url_check_redirect(const struct net_url *from, const struct net_url *to)
{
	if (strcmp(to->scheme, "https") == 0)
		return 0;
	return strcmp(to->scheme, "http") == 0 && strcmp(from->scheme, "https") != 0
		       ? 0
		       : -EPERM;
}

/* The address in bytes: 4, 16, or 0 when it is a name. */
static size_t address_bytes(const char *text, uint8_t ret[16])
{
	if (inet_pton(AF_INET, text, ret) == 1)
		return 4;
	return inet_pton(AF_INET6, text, ret) == 1 ? 16 : 0;
}

/* "10.0.0.0/8", "fd00::/8", or one address. */
static bool is_in_net(char *net, const char *host)
{
	uint8_t a[16], b[16];
	char *slash = strchr(net, '/');
	size_t len = address_bytes(host, a);
	uint64_t bits = len * 8;

	if (slash) {
		*slash = '\0';
		if (io_parse_u64(slash + 1, len * 8, &bits) < 0)
			return false;
	}
	if (len == 0 || address_bytes(net, b) != len || memcmp(a, b, bits / 8) != 0)
		return false;
	return bits % 8 == 0 || (a[bits / 8] ^ b[bits / 8]) >> (8 - bits % 8) == 0;
}

static bool is_below(const char *domain, const char *host)
{
	size_t want, len = strlen(host);

	if (*domain == '.')
		domain++;
	want = strlen(domain);
	if (want == 0 || want > len || strcasecmp(host + len - want, domain) != 0)
		return false;
	return want == len || host[len - want - 1] == '.';
}

bool net_url_is_direct(const char *list, const char *host)
{
	char item[256];
	uint8_t addr[16];

	while (list && *list) {
		size_t len = strcspn(list, ", ");

		if (len > 0 && len < sizeof(item)) {
			memcpy(item, list, len);
			item[len] = '\0';
			if (strcmp(item, "*") == 0 ||
			    (address_bytes(host, addr) ? is_in_net(item, host)
						       : is_below(item, host)))
				return true;
		}
		list += len + (list[len] != '\0');
	}
	return false;
}
