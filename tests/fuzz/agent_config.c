/* SPDX-License-Identifier: BSD-2-Clause */
/* Input: an xe-guest-agent.conf; its first line is asked for as an interface as well, and
 * its first 16 bytes as addresses. */
#include "guest-agent/config.h"

#include <net/if.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void check_bounds(const struct agent_config *c)
{
	require(c->memory_interval_s >= AGENT_INTERVAL_MIN_S &&
		c->memory_interval_s <= AGENT_INTERVAL_MAX_S);
	require(c->volumes_interval_s >= AGENT_INTERVAL_MIN_S &&
		c->volumes_interval_s <= AGENT_INTERVAL_MAX_S);
	require(c->suspend_timeout_s <= AGENT_SUSPEND_MAX_S);
	require(!c->user || c->user[0]);
	require((c->errors > 0) == (c->why[0] != '\0'));
	for (const char *p = c->why; *p; p++)
		require(*p >= 0x20 && *p <= 0x7e);
	require(c->include_interfaces.count <= AGENT_CONFIG_PATTERNS_MAX &&
		c->exclude_interfaces.count <= AGENT_CONFIG_PATTERNS_MAX &&
		c->include_prefixes.count <= AGENT_CONFIG_PREFIXES_MAX &&
		c->exclude_prefixes.count <= AGENT_CONFIG_PREFIXES_MAX);
	for (size_t i = 0; i < c->exclude_prefixes.count; i++) {
		const struct agent_prefix *p = &c->exclude_prefixes.item[i];

		require(p->len <= (p->family == AF_INET ? 32 : 128));
		require(!agent_config_wants_address(c, p->family, &p->in6));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1), name[IF_NAMESIZE] = "";
	uint8_t addr[16] = { 0 };
	struct agent_config c;

	require(text != NULL);
	memcpy(text, data, size);
	text[size] = '\0';
	memcpy(addr, data, size < sizeof(addr) ? size : sizeof(addr));
	memcpy(name, text, strnlen(text, sizeof(name) - 1));
	agent_config_init(&c);
	agent_config_parse(&c, "conf", text, size, 0);
	check_bounds(&c);
	(void)agent_config_wants_interface(&c, name); /* either */
	(void)agent_config_wants_address(&c, AF_INET, addr);
	(void)agent_config_wants_address(&c, AF_INET6, addr);
	agent_config_done(&c);
	free(text);
	return 0;
}
