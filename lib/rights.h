/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rights - single steps of giving rights up, for a caller with an order of its own.
 *
 * Owns:   nothing.
 * Errors: 0 or a negative errno; -EPERM also where what was asked for did not hold.
 * Source: capabilities(7), credentials(7), setrlimit(2)
 */
#pragma once
#include <stdint.h>
#include <sys/types.h>

/* Soft and hard; a hard limit that is lower stays. */
int rights_limit(int resource, uint64_t value);
/* What execve() could give is only @keep (bits by number), nothing is ambient. */
int rights_bound_caps(uint64_t keep);
/* Effective and permitted are exactly @caps, nothing is inheritable; then looked at. */
int rights_set_caps(uint64_t caps);
/* All ids are these, there are no groups, and root cannot be had. */
int rights_prove_ids(uid_t uid, gid_t gid);
