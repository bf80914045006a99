/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * prefix - addresses and how many of their bits are the network's.
 * Owns:   nothing; pure.
 */
#pragma once
#include <stdbool.h>

/* "192.0.2.5/24", ADDRESS/BITS of @family, with 0 to 32 (128) bits: the 4 (16) bytes of
 * the address and the bits, both written on success only.  -EINVAL */
int prefix_parse(int family, const char *text, void *ret_address, unsigned *ret_bits);
/* Are the first @bits of both the same? */
bool prefix_same(const void *a, const void *b, unsigned bits);
