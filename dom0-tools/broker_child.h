/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * broker_child - the process that serves clients: it looks at the domain and the profile
 * as root, enters the sandbox, and only then reads what a client has written.
 *
 * Owns:   the descriptors given in struct child.
 * Errors: an exit status; a sentence was logged.
 */
#pragma once
#include "dom0-tools/broker_options.h"

/* Limits of the process, each with its reason. */
#define CHILD_MEMORY (96UL << 20) /* program, libraries, buffers of all connections */
#define CHILD_MEMORY_CLIENT                                                              \
	(512UL << 10)		      /* queues at their bounds, twice while they grow */
#define CHILD_LOG	 (16UL << 20) /* what is told, where stderr is a file */
#define CHILD_FDS	 32 /* stdio, sockets, signals, control, metrics and spare */
#define CHILD_FDS_CLIENT 2  /* the client and its connection to the daemon */

struct child {
	const struct broker_options *opt;
	const char *upstream;
	int connector;			     /* socket to the parent */
	int listen_fd, serve_fd, metrics_fd; /* -1: none */
	int signals;
	uid_t uid; /* of the sandbox */
	gid_t gid;
};

int child_run(struct child *c);
