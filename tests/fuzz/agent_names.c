/* SPDX-License-Identifier: BSD-2-Clause */
/* Input: the kernel's host name as its first line, then a hosts file or a resolv.conf. */
#include "guest-agent/names.h"

#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

/* Labels of letters, digits, '-' and '_'. */
static void check_name(const char *name, size_t max)
{
	size_t label = 0;

	require(strlen(name) < max);
	for (const char *p = name; *p; p++) {
		require(isalnum((unsigned char)*p) || strchr("-_.", *p));
		label = *p == '.' ? 0 : label + 1;
		require(label <= 63 && (*p != '.' || (p > name && p[1] && p[1] != '.')));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *end = size > 0 ? memchr(data, '\n', size) : NULL;
	size_t first = end ? (size_t)(end - data) : size;
	const char *text = (const char *)data;
	struct name_facts n = { "web", "" };
	char domain[NAME_DOMAIN_MAX] = "";
	int r = names_split(text, first, &n);

	require(r == 0 || (r == -ENODATA && strcmp(n.host, "web") == 0));
	check_name(n.host, NAME_HOST_MAX);
	require(n.host[0] && !strchr(n.host, '.'));
	check_name(n.domain, NAME_DOMAIN_MAX);
	r = names_hosts_domain(text + first, size - first, n.host, domain);
	require(r == -ENODATA ? !domain[0] : r == 0 && domain[0]);
	check_name(domain, NAME_DOMAIN_MAX);
	domain[0] = '\0';
	r = names_resolv_domain(text + first, size - first, domain);
	require(r == -ENODATA ? !domain[0] : r == 0 && domain[0]);
	check_name(domain, NAME_DOMAIN_MAX);
	return 0;
}
