/* SPDX-License-Identifier: BSD-2-Clause */
#include "lib/prefix.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "lib/io.h"

int prefix_parse(int family, const char *text, void *ret_address, unsigned *ret_bits)
{
	unsigned max = family == AF_INET ? 32 : 128;
	const char *slash = strchr(text, '/');
	size_t len = slash ? (size_t)(slash - text) : 0;
	char address[INET6_ADDRSTRLEN];
	struct in6_addr a;
	uint64_t bits;

	if (!slash || len >= sizeof(address) || strlen(slash + 1) > sizeof("128") - 1)
		return -EINVAL;
	memcpy(address, text, len);
	address[len] = '\0';
	if (io_parse_u64(slash + 1, max, &bits) < 0 ||
	    inet_pton(family, address, &a) != 1)
		return -EINVAL;
	memcpy(ret_address, &a, max / 8);
	*ret_bits = (unsigned)bits;
	return 0;
}

bool prefix_same(const void *a, const void *b, unsigned bits)
{
	const uint8_t *x = a, *y = b;
	unsigned bytes = bits / 8, rest = bits % 8;

	return memcmp(x, y, bytes) == 0 &&
	       (rest == 0 || (x[bytes] ^ y[bytes]) >> (8 - rest) == 0);
}
