/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * broker_listen - where clients come from: a socket of a path of its own, or one that is
 * inherited.
 * Owns:   descriptors go to the caller.
 * Errors: 0 or a negative errno; a sentence was logged.
 */
#pragma once
#include <stdbool.h>
#include <sys/types.h>

/* @path gets the owner and mode before anybody can connect.  A socket file on which nobody
 * listens is replaced; anything else there is an error. */
int listen_at(const char *path, uid_t uid, gid_t gid, mode_t mode, int *ret_fd);
/* Is @fd a listening (@listening) or a connected stream socket of the AF_UNIX family? */
int listen_check(int fd, bool listening, const char *what);
/* The socket of systemd's activation.  -ENOENT: there is none. */
int listen_activated(int *ret_fd);
