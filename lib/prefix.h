/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * prefix - addresses and how many of their bits are the network's.
 * Owns:   nothing; pure.
 */
#pragma once
#include <stdbool.h>

/* Are the first @bits of both the same? */
bool prefix_same(const void *a, const void *b, unsigned bits);
