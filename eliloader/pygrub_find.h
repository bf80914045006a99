/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pygrub_find - where pygrub is.
 * Debian and its kin have one Xen beside another, each with its tools below
 * /usr/lib/xen-VERSION; others have one, in one of a few places.
 * Owns:   nothing; paths are copied out.
 * Errors: 0 or a negative errno.
 */
#pragma once
#include <stddef.h>

/* @configured: the configuration's, and no other; may be NULL.  -ENOENT: there is none. */
int pygrub_find(const char *configured, char *ret_path, size_t size);
/* Which of @count paths "/usr/lib/xen-VERSION/bin/pygrub": that of the running Xen
 * (@running: "4.17", may be NULL), else of the newest version.  Pure; @count is over 0. */
size_t pygrub_choose(const char *const *path, size_t count, const char *running);
