/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * probe - a hostile program: it tries every way out of xen-restrict's room that we know.
 *
 * Each attempt is a door: a function that gives 0 when it went through and the errno it
 * was refused with otherwise, and the errnos that are right in the room.  What an attempt
 * does where it succeeds harms nothing: signal 0, names that are not there, requests that
 * ask for nothing new.
 * Some have two right answers, with the reason beside them: a layer behind the filter
 * (Landlock, the kernel's version) may be the one that speaks.
 *
 * Owns:   nothing; decoys are the test's.
 * Errors: a door gives a positive errno.
 */
#pragma once
#include <errno.h>
#include <stddef.h>
#include <sys/types.h>
#include <unistd.h>

/* What lies outside, for the test to have put there. */
struct decoys {
	const char *secret;   /* a file that root alone may read */
	const char *name;     /* an abstract socket that listens */
	const char *path;     /* a unix socket that listens */
	const char *store;    /* the store's own socket */
	const char *xs;	      /* what is the store here: /xs inside */
	unsigned other_domid; /* a domain with data/secret in its home */
	pid_t pid;	      /* a process of another user */
};

enum {
	DOOR_OPEN_OUTSIDE = 1, /* for root, outside of the room, it is open */
	DOOR_KILLS = 2,	       /* the room ends who tries (SIGSYS): a run of its own */
	DOOR_SHUT_TWICE =
		16,	/* a layer behind the filter refuses it as well, in its own way */
	DOOR_FORKS = 4, /* outside it must be tried in a process of its own */
	DOOR_BY_NAME =
		8, /* a static program, which opens nothing, has no call for it: EPERM */
};

struct door {
	const char *name;
	int (*try)(const struct decoys *d);
	int want[3]; /* the right refusals; 0 ends them */
	unsigned flags;
};

extern const struct door probe_files[], probe_sockets[], probe_processes[],
	probe_rights[], probe_kernel[], probe_limits[]; /* each ends with a NULL name */

/* 0, or why not. */
static inline int refused(long r)
{
	return r < 0 ? errno : 0;
}

/* The same for a new descriptor, which is closed. */
static inline int refused_fd(long fd)
{
	if (fd < 0)
		return errno;
	(void)close((int)fd);
	return 0;
}
