/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * text_list - texts in the order in which they came.
 * Owns:   the list owns its texts; text_list_done().
 * Errors: 0 or a negative errno; -E2BIG: over TEXT_LIST_MAX.
 */
#pragma once
#include <stddef.h>

#define TEXT_LIST_MAX 256 /* the longest, a profile's system calls, has some 100 */

struct text_list {
	char **item; /* owned; ended by NULL when there are any */
	size_t count;
};

/* A copy of @text at the end. */
int text_list_add(struct text_list *l, const char *text);
void text_list_done(struct text_list *l);
