/* SPDX-License-Identifier: BSD-2-Clause */
#include "lib/prefix.h"

#include <stdint.h>
#include <string.h>

bool prefix_same(const void *a, const void *b, unsigned bits)
{
	const uint8_t *x = a, *y = b;
	unsigned bytes = bits / 8, rest = bits % 8;

	return memcmp(x, y, bytes) == 0 &&
	       (rest == 0 || (x[bytes] ^ y[bytes]) >> (8 - rest) == 0);
}
