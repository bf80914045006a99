/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * room_lock - one launcher for a uid: files in ROOM_RUN_DIR, which is root's alone.
 * Owns:   the descriptor that is given back; closing it ends the lock.
 * Errors: 0 or a negative errno; -EWOULDBLOCK: another has it; -EPERM: the directory is
 *         not root's, or others may look into it.
 */
#pragma once
#include <sys/types.h>

int room_lock_take(uid_t uid, int *ret_fd);
int room_lock_wait(uid_t uid, int *ret_fd);
/* Removes the file, then ends the lock; *@fd is -1 then. */
void room_lock_drop(uid_t uid, int *fd);
