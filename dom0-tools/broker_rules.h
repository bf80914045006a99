/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * broker_rules - the [xenstore] section of a profile: which paths a program may have.
 *
 *   read PATH         PATH and what is below may be read where the domain itself may
 *   write PATH        the same for writing (which is not reading)
 *   grant-read PATH   may be read although the domain itself may not
 *   grant-write PATH  may be written although the domain itself may not
 *   release-event     a watch on @releaseDomain fires when the domain ends
 *   home dom0         relative paths are dom0's, as xs_restrict() left them when xenstored
 *                     had it, instead of the domain's own
 *
 * PATH is absolute; "/" is everything; "*" is exactly one component; {domid} stands for
 * the domain's number and {vm} for its /vm/UUID (a line with it is left out where the
 * domain has none).  What no line covers is refused.
 *
 * Owns:   rules own everything in them.
 * Errors: 0 or a negative errno with a sentence in @why, as profile.h says; -EINVAL also
 *         for a @vm that is no such path.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>

#define RULE_READ	 1U
#define RULE_WRITE	 2U
#define RULE_GRANT_READ	 4U
#define RULE_GRANT_WRITE 8U

#define RULES_MAX 256 /* lines; the longest of ours has 16 */

struct rules;

/* @vm: the value of /local/domain/<domid>/vm, NULL or "" when there is none. */
int rules_load(const char *profile, unsigned domid, const char *vm,
	       struct rules **ret_rules, char *why, size_t why_size);
/* The same from @len bytes of text. */
int rules_parse(const char *label, const char *text, size_t len, unsigned domid,
		const char *vm, struct rules **ret_rules, char *why, size_t why_size);
/* Another @vm, NULL or "" for none: who reads a profile before it may look at the store
 * gives it here.  On failure no line with {vm} is to be relied on. */
int rules_set_vm(struct rules *r, const char *vm, char *why, size_t why_size);
void rules_free(struct rules *r);
static inline void cleanup_rules(struct rules **r)
{
	rules_free(*r);
}
#define autorules __attribute__((cleanup(cleanup_rules)))

/* RULE_... bits of all lines that cover @path, which is absolute. */
unsigned rules_allowed(const struct rules *r, const char *path);
bool rules_release_event(const struct rules *r);
/* Whose home relative paths are relative to: a domid for path_resolve(), for the paths of
 * events of relative watches, and for nothing else. */
unsigned rules_home(const struct rules *r);
