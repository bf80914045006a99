/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * room_reap - who runs under a uid, and an end to them all.
 *
 * A process with real uid @base, effective @uid, saved 0 signals all it may: the kernel
 * goes through its list with no fork() in between.  Its victims cannot signal it, since
 * none of its ids that count for that is theirs (setuid() alone would make it theirs).
 * Whatever runs as @base would be hit, too: that uid is nobody's, and is looked at first.
 *
 * Needs:  root; one thread.
 * Source: kill(2), setresuid(2); libxl's domain destruction does the same (contract 4.1)
 * Owns:   nothing.
 * Errors: 0 or a negative errno; -EINVAL: a uid that is 0, @base, or outside its range;
 *         -EBUSY: something runs as @base, or there is still somebody in the end.
 * Limits: REAP_ROUNDS.
 */
#pragma once
#include <stdbool.h>
#include <sys/types.h>

#define REAP_ROUNDS 50 /* of 20 ms: a killed process may need a while to go */

/* @ret_name: the user's, of the user database, or NULL. */
int room_uid_is_known(uid_t uid, const char **ret_name);
/* Does anything run with the real uid @uid, a zombie included?  The kernel counts. */
int room_uid_is_used(uid_t uid, bool *ret_used);
/* SIGKILL to all under @uid until there is nobody but zombies.  @ret_killed: whether there was one. */
int room_uid_reap(uid_t base, uid_t uid, bool *ret_killed);
/* xen-restrict --reap WHOM: a uid of @base's range, or a domid; the exit status. */
int room_reap_main(uid_t base, const char *whom, bool json);
