/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * publish_fit - the most useful keys of a tree, where there is no room for all; pure.
 * Owns:   nothing; what is put into a tree is its own.
 * Errors: 0 or -ENOMEM.
 */
#pragma once
#include "lib/tree.h"

/* Copy the @limit keys of @want that schema_rank() puts first; of equals, those that come
 * first in the tree. */
int publish_fit(const struct tree *want, size_t limit, struct tree *ret_fit);
