/* SPDX-License-Identifier: BSD-2-Clause */
/* Static addresses: a setting of xenstore's (values between NULs), or a message of either
 * end; the first byte says which.  What is accepted makes sense and goes over the wire. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "guest-agent/network_wire.h"
#include "guest-agent/static_ip_setting.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_printable(const char *text, size_t size)
{
	if (strnlen(text, size) == size)
		abort();
	for (; *text; text++)
		if (*text < ' ' || *text > '~')
			abort();
}

/* What one end accepts the other does, in one form. */
static void check_apply(const struct netconf *want)
{
	struct network_apply m, again;
	struct netconf got;
	const char *why;
	uint32_t id;

	network_wire_put_apply(1, want, &m);
	if (network_wire_get_apply(&m, sizeof(m), &id, &got, &why) < 0 || id != 1)
		abort();
	network_wire_put_apply(1, &got, &again);
	if (memcmp(&m, &again, sizeof(m)) != 0)
		abort();
}

static void fuzz_setting(int family, const char *text, size_t len)
{
	struct static_ip_setting s = { 0 };
	struct static_ip_value *const values[] = { &s.mac, &s.enabled, &s.address,
						   &s.gateway };
	struct netconf conf = { .ifname = "eth0", .v4.mode = NETCONF_KEEP };
	char why[NETCONF_WHY_MAX] = "";

	for (size_t i = 0; i < 4 && len > 0; i++) {
		const char *end = memchr(text, '\0', i < 3 ? len : 0);
		size_t n = end ? (size_t)(end - text) : len;

		static_ip_value_set(values[i], text, n);
		text += n + (end ? 1 : 0);
		len -= n + (end ? 1 : 0);
	}
	if (static_ip_parse(family, &s, conf.mac, family == AF_INET ? &conf.v4 : &conf.v6,
			    why, sizeof(why)) < 0)
		check_printable(why, sizeof(why));
	else
		check_apply(&conf);
}

static void fuzz_message(uint8_t which, const uint8_t *data, size_t len)
{
	struct network_offer offer;
	struct network_result result;
	struct netconf want;
	const char *why;
	uint32_t id;

	if (which == 2 && network_wire_get_offer(data, len, &offer, &why) == 0) {
		check_printable(offer.backend, sizeof(offer.backend));
		check_printable(offer.why, sizeof(offer.why));
	} else if (which == 3 && network_wire_get_result(data, len, &result, &why) == 0) {
		check_printable(result.text, sizeof(result.text));
	} else if (which == 4 &&
		   network_wire_get_apply(data, len, &id, &want, &why) == 0) {
		check_apply(&want);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	if (data[0] % 5 < 2)
		fuzz_setting(data[0] % 5 ? AF_INET6 : AF_INET, (const char *)data + 1,
			     size - 1);
	else
		fuzz_message(data[0] % 5, data + 1, size - 1);
	return 0;
}
