/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * unix_socket - sockets that have a path.
 * Source: unix(7)
 * Owns:   nothing; a descriptor that is returned is the caller's.
 * Errors: 0 or a negative errno; ret_ arguments are written on success only.  -ENOENT: an
 *         empty path.  -ENAMETOOLONG: no room for the path and the NUL after it.
 */
#pragma once
#include <sys/socket.h>
#include <sys/un.h>

int unix_address(const char *path, struct sockaddr_un *ret);
/* @type: SOCK_STREAM or SOCK_SEQPACKET, also with SOCK_NONBLOCK.  A descriptor, closed by
 * exec(). */
int unix_connect(const char *path, int type);
