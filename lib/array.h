/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * array - arrays that grow one by one.
 * Owns:   nothing; the array is the caller's.
 */
#pragma once
#include <stddef.h>
#include <stdlib.h>

/* @array of @count items of @size bytes, with room for one more: in powers of two, so
 * that the count alone tells when the room is used up.  NULL: no memory, and @array is as
 * it was. */
static inline void *array_grown(void *array, size_t count, size_t size)
{
	if (count & (count - 1))
		return array;
	return reallocarray(array, count ? count * 2 : 1, size);
}
