/* SPDX-License-Identifier: BSD-2-Clause */
/* The files that back ends have, and our own: any bytes.  The first byte says which. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "guest-agent/netconf_change.h"
#include "guest-agent/netconf_interfaces.h"
#include "guest-agent/netconf_networkd_text.h"
#include "lib/cleanup.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct netconf nothing = { .ifname = "eth0" };
static const struct netconf both = { .ifname = "eth0",
				     .v4 = { .mode = NETCONF_AUTO },
				     .v6 = { .mode = NETCONF_AUTO } };

/* What is marked can be got back: marking under nothing, twice or after a marking under
 * both, is the same. */
static void interfaces(const char *text, size_t len)
{
	autofree char *plain = NULL, *marked = NULL, *back = NULL, *block = NULL;
	struct netconf_interfaces has = { 0 };
	size_t plain_len, marked_len, back_len;

	if (netconf_interfaces_scan(text, len, "eth0", &has) == 0 &&
	    netconf_interfaces_block(&has, &both, &block) == 0 &&
	    netconf_interfaces_mark(text, len, &nothing, &plain, &plain_len) == 0 &&
	    netconf_interfaces_mark(plain, plain_len, &both, &marked, &marked_len) == 0 &&
	    netconf_interfaces_mark(marked, marked_len, &nothing, &back, &back_len) == 0)
		/* (a mark that was marked again loses only the outer one) */
		assert(strstr(text, "#xe-guest-network") != NULL ||
		       (back_len == len && memcmp(back, text, len) == 0));
	netconf_interfaces_done(&has);
}

static void state(const char *text, size_t len)
{
	autofree char *again = NULL, *third = NULL;
	struct netconf_state s, t;

	if (netconf_state_parse(text, len, &s) < 0)
		return;
	assert(netconf_state_format(&s, &again) == 0);
	assert(netconf_state_parse(again, strlen(again), &t) == 0);
	assert(netconf_state_format(&t, &third) == 0 && strcmp(again, third) == 0);
}

static void undo(const char *text, size_t len)
{
	autofree char *again = NULL;
	struct netconf_change c;
	size_t size;

	if (netconf_undo_parse(text, len, &c) < 0)
		return;
	assert(netconf_undo_format(&c, &again, &size) == 0);
	netconf_change_done(&c);
	assert(netconf_undo_parse(again, size, &c) == 0);
	netconf_change_done(&c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	autofree char *text = NULL, *out = NULL;

	if (size == 0 || size > 65536)
		return 0;
	text = calloc(1, size); /* one byte less, and a NUL */
	assert(text);
	memcpy(text, data + 1, size - 1);
	if (data[0] == 'i')
		interfaces(text, size - 1);
	else if (data[0] == 'n')
		(void)netconf_networkd_render(text, size - 1, "/x", &both, &out);
	else if (data[0] == 's')
		state(text, size - 1);
	else if (data[0] == 'u')
		undo(text, size - 1);
	return 0;
}
