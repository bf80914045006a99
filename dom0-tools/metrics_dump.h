/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * metrics_dump - a home that was saved with xenstore-ls -f.
 *
 * Lines `path = "value"` as lib/tree.h reads them, the paths relative to the home
 * (`attr/vif/0/ipv4/0`) or all of them below one /local/domain/N, which is taken off.
 *
 * Owns:   the tree belongs to the caller.
 * Errors: those of io_read_limited() for METRICS_DUMP_MAX, of tree_scan(), its line number
 *         in *ret_line; -EXDEV: absolute paths that are not those of one domain.
 */
#pragma once
#include <stddef.h>

#include "lib/tree.h"

#define METRICS_DUMP_MAX                                                                 \
	(25UL * 1024 * 1024) /* bytes: more than xenopsd takes of a guest */

int metrics_dump_read(int fd, struct tree *ret_home, size_t *ret_line);
