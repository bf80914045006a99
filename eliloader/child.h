/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * child - another program in a process of its own: a worker, gpgv, pygrub.
 *
 * It starts with the descriptors it is given and no other, the environment it is given, no
 * signal ignored or blocked (SIGPIPE is ignored here, and libxl leaves descriptors open),
 * leads a process group of its own, and is killed when we end, however that comes about
 * (what it starts in turn is not: pygrub's de-privileged part may live on for a moment).
 *
 * Owns:   nothing; all is borrowed until child_start() returns.
 * Errors: 0 or a negative errno.
 */
#pragma once
#include <sys/types.h>

#define CHILD_FDS_MAX 16

/* Exit statuses of a child that did not come to its program. */
enum {
	CHILD_NOT_READY = 126, /* descriptors, or @prepare */
	CHILD_NO_PROGRAM = 127,
};

struct child {
	const char *const *argv; /* the first is the program's path; ends with NULL */
	const char *const *env;	 /* ends with NULL */
	const int *fds;		 /* what becomes 0, 1, 2 ...; -1: /dev/null */
	unsigned count;		 /* of @fds */
	/* In the child, with its descriptors, before the program: limits, namespaces, ids.
	 * A negative result: CHILD_NOT_READY.  May be NULL. */
	int (*prepare)(const void *arg);
	const void *arg;
};

int child_start(const struct child *c, pid_t *ret_pid);
/* Its exit status, or 128 + the signal.  @limit_s: seconds it may take, 0: any; after
 * them it is killed, with all of its process group, and -ETIMEDOUT is returned. */
int child_wait(pid_t pid, unsigned limit_s);
