/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * privileges_parts - the single layers of privileges_drop() and privileges_seal().
 *
 * Owns:   nothing.
 * Errors: 0 or a negative errno; -EOPNOTSUPP: this kernel has nothing of that kind.
 */
#pragma once
#include <stdbool.h>
#include <sys/types.h>

/* Who the agent becomes: @name of etc/passwd below @rootfd.  -ENOENT: there is none such.
 * -EPERM: it is root, or of root's group.  -ERANGE: a number that nobody can have. */
int privileges_find_user(int rootfd, const char *name, uid_t *ret_uid, gid_t *ret_gid);
/* Files can be opened for reading only, and only below a few directories of the running
 * system and of @rootfd. */
int privileges_lock_files(int rootfd);
/* The list of system calls, for all threads where the kernel can, else for the caller;
 * @alone: for the caller whatever the kernel can. */
int privileges_lock_calls(bool alone);
/* Does privileges_lock_calls() reach all threads? */
bool privileges_reach_threads(void);
