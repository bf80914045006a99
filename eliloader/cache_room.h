/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cache_room - what goes: files of an earlier boot that may not be whole, and the oldest
 * when there are too many.  A part of cache.c.
 *
 * Owns:   nothing.
 * Errors: 0 or a negative errno.
 */
#pragma once
#include "eliloader/cache.h"

#define CACHE_SETTLE_S 60 /* the kernel has written a file by then (dirty_expire: 30 s) */

/* Is it a name that this cache gives? */
bool cache_is_name(const char *name);
/* Once per boot. */
int cache_after_boot(struct cache *c);
/* The oldest but @keep go until the others fit; what is old enough is marked as safe.
 * Nothing is done while another does it. */
int cache_make_room(struct cache *c, const char *keep);
