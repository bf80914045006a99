/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * room_cache - /etc/ld.so.cache: where the loader has found libraries.
 * Source: glibc sysdeps/generic/dl-cache.h, the form "glibc-ld.so.cache1.1", alone or
 *         behind the old one.
 * Owns:   struct room_cache owns its map; room_cache_close().
 * Errors: a cache that is not there or not understood holds nothing.
 */
#pragma once
#include <stddef.h>

struct room_cache {
	const char *map; /* NULL: none */
	size_t len;
	size_t start; /* of the new form */
};

void room_cache_open(struct room_cache *ret);
/* -ENOENT: not in it. */
int room_cache_find(const struct room_cache *c, const char *name, char **ret_path);
void room_cache_close(struct room_cache *c);
