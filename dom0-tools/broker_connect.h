/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * broker_connect - the connector: the process that stays root, does one thing on request,
 * connect to the store daemon, and hands the connection over.  It reads nothing that a
 * client, a guest or the daemon has written.
 *
 * Source: xen.git tools/libs/store/xs.c for where the daemon's socket is; never
 *         /dev/xen/xenbus, which is another, unrestricted way in
 * Owns:   what the fields say.
 * Errors: 0 or a negative errno.
 */
#pragma once
#include <stdbool.h>
#include <sys/types.h>

struct connector {
	const char *upstream; /* borrowed: the daemon's socket */
	int sock;	      /* owned: to the child */
	int signals;	      /* owned: signalfd of SIGTERM, SIGINT, SIGCHLD */
	int ready_fd;	      /* owned: gets a byte when clients are served; -1 */
	pid_t child;
};

/* Where the daemon is if nobody says: as libxenstore has it. */
const char *connect_default(char *buffer, size_t size);
/* Connect, with the timeouts that broker_store wants. */
int connect_store(const char *path, int *ret_fd);
/* The parent's life: until the child ends or a signal comes.  The exit status. */
int connector_run(struct connector *c);

/* ---- the child's side ---- */

/* Clients are served from now on. */
int connect_tell_ready(int sock);
/* Ask for a connection; the answer makes @sock readable. */
int connect_request(int sock);
/* The answer: 0 and a descriptor, or why there is none.  -EPIPE: the connector is gone. */
int connect_take(int sock, int *ret_fd, int *ret_why);
