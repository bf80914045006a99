/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * oracle_paths - the nodes that the oracle plays with and the lists of permissions.
 * Source: xen.git docs/misc/xenstore.txt for what is legal,
 *         docs/misc/xenstore-paths.pandoc for the nodes that a toolstack makes.
 * Owns:   nothing.
 * Errors: none.
 * Limits: a path is PATH_TEXT_MAX bytes at most, where it is not said otherwise.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/broker/oracle_gen.h"

/* Any text that a guest may send as a path, legal or not: PATH_TEXT_MAX + 1 bytes. */
void path_random(struct gen *gen, char *ret_path);
/* The same for a watch: more often something where events come from. */
void path_random_watch(struct gen *gen, char *ret_path);
/* A legal, absolute one that dom0 may change or remove: 256 bytes. */
void path_random_dom0(struct gen *gen, char *ret_path);
/* Strings one after another, an empty one at the end.  dom0 gives only what is legal. */
const char *perms_random(struct gen *gen, bool dom0);
/* Request number @n of those by which dom0 makes its nodes, XENSTORE_PAYLOAD_MAX bytes;
 * false: there is none. */
bool setup_node(unsigned n, uint32_t *ret_type, char *ret_body, size_t *ret_len);
