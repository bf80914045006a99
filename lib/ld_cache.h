/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ld_cache - /etc/ld.so.cache: where the loader has found libraries.
 * Source: glibc sysdeps/generic/dl-cache.h, the form "glibc-ld.so.cache1.1", alone or
 *         behind the old one.
 * Owns:   struct ld_cache owns its map; ld_cache_close().
 * Errors: a cache that is not there or not understood holds nothing.
 */
#pragma once
#include <stddef.h>

struct ld_cache {
	const char *map; /* NULL: none */
	size_t len;
	size_t start; /* of the new form */
};

void ld_cache_open(struct ld_cache *ret);
/* -ENOENT: not in it. */
int ld_cache_find(const struct ld_cache *c, const char *name, char **ret_path);
void ld_cache_close(struct ld_cache *c);
