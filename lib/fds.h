/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fds - a process without the descriptors that whoever started it left open.
 * Needs:  /proc.
 * Owns:   nothing.
 * Errors: 0 or a negative errno.
 */
#pragma once
#include <stddef.h>

/* Closes all but the @count of @keep; those below 0 are passed over.  Allocates nothing, so
 * that it can run between fork() and exec(). */
int fds_close_but(const int *keep, size_t count);
