/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * publish_parts - what publish() is made of.
 * Owns:   nothing; what is put into trees is theirs.
 * Errors: 0 or a negative errno.
 */
#pragma once
#include "guest-agent/publish.h"

/* What the store holds of ours, to begin with. */
int publish_look(struct publisher *p, struct tree *ret_have);
/* @want as far as the limit allows, in one transaction.  An error of which xs_is_quota()
 * is true: the store has no room for it. */
int publish_transact(struct publisher *p, const struct tree *want);
/* The same, with a lower limit when there is no room. */
int publish_what_fits(struct publisher *p, const struct tree *want);
