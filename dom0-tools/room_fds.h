/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * room_fds - which descriptors go where.
 * Needs:  /proc.
 * Owns:   nothing.
 * Errors: 0 or a negative errno; -EISDIR: one that is kept is a directory, through which
 *         the old tree could be reached.
 */
#pragma once
#include <stddef.h>

/* Closes all but the @count of @keep. */
int room_fds_close_but(const int *keep, size_t count);
/* Is none of them a directory?  @ret_bad: the one that is. */
int room_fds_check(const int *fds, size_t count, int *ret_bad);
