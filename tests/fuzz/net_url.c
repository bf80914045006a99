/* SPDX-License-Identifier: BSD-2-Clause */
/* A redirect's address, and a no_proxy list: what is accepted holds what was promised. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "eliloader/net_url.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct net_url *u)
{
	struct net_url again;

	if (!*u->host || !*u->port || strpbrk(u->host, "/@[] \n"))
		abort();
	if (strpbrk(u->text, " \r\n") || strlen(u->port) > 5)
		abort();
	/* what libcurl is given leads to the host that was checked */
	if (net_url_parse(u->text, &again) == 0 &&
	    (strcmp(again.host, u->host) != 0 || strcmp(again.scheme, u->scheme) != 0))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	struct net_url u;

	if (!text)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	if (net_url_parse(text, &u) == 0)
		check(&u);
	(void)net_url_is_direct(text, "10.1.2.3");
	(void)net_url_is_direct(text, "a.example.org");
	free(text);
	return 0;
}
