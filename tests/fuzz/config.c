/* SPDX-License-Identifier: BSD-2-Clause */
/* Input: an eliloader.conf; its first line is asked for as a host as well. */
#include "eliloader/config.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1), *host, why[256] = "";
	struct config c;
	int r;

	require(text && config_init(&c) == 0);
	memcpy(text, data, size);
	text[size] = '\0';
	host = strndup(text, strcspn(text, "\n"));
	require(host != NULL);
	r = config_parse(&c, "conf", text, size, why, sizeof(why));
	require(r == 0 || why[0]);
	for (const char *p = why; *p; p++)
		require(*p >= 0x20 && *p <= 0x7e);
	require(c.fetch_tries > 0 && c.stall_timeout_s > 0 && c.cache_size > 0 &&
		c.worker_user[0] && c.state_dir[0] == '/');
	(void)config_allows_host(&c, host); /* either */
	config_done(&c);
	free(host);
	free(text);
	return 0;
}
