/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * number - a number that a test's own script gave.
 * Owns:   nothing.
 * Errors: none: 0 for what is no number, as the tests' first check then shows.
 */
#pragma once
#include <stdlib.h>

static inline int to_int(const char *text)
{
	return (int)strtol(text, NULL, 10);
}

static inline unsigned to_domid(const char *text)
{
	return (unsigned)strtoul(text, NULL, 10);
}
