/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * verify_proc - hold a process of another's making, and read what /proc says of it.
 *
 * A number can be another process' in the next moment: the directory of /proc is opened
 * once and all is read through it, and a pidfd (Linux 5.3) tells that it was the same
 * process all the time.  Without one the start time does.
 *
 * Source: proc(5), pidfd_open(2), pidfd_getfd(2)
 * Owns:   struct verify_proc owns two descriptors; verify_proc_done() closes them.
 * Errors: 0 or a negative errno; -ESRCH: there is none such (any more), or it is a thread.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "dom0-tools/verify_kinds.h"
#include "dom0-tools/verify_status.h"

/* The most of anything hostile that is looked at; more is reported as unknown. */
enum verify_limits_of_ours {
	VERIFY_FILE_MAX =
		256 * 1024,	    /* bytes of a /proc file: mountinfo with 256 mounts */
	VERIFY_LINK_MAX = 4096,	    /* bytes of a link: PATH_MAX */
	VERIFY_NUMBERS_MAX = 65536, /* threads, descriptors, processes of a directory */
	VERIFY_ROUNDS_MAX = 16,	    /* times a list that changes is looked at again */
};

struct verify_proc {
	pid_t pid;
	int pidfd; /* owned; -1: a kernel without */
	int dir;   /* owned; /proc/PID */
	uint64_t start;
};

int verify_proc_open(pid_t pid, struct verify_proc *ret);
void verify_proc_done(struct verify_proc *p);
/* Still running, and the one that was opened. */
int verify_proc_check(const struct verify_proc *p);

/* The whole of a file below /proc/PID; NUL-terminated. */
int verify_proc_read(int dir, const char *name, char **ret_text, size_t *ret_len);
int verify_proc_status(int dir, struct verify_status *ret);
/* Where a link leads, NUL-terminated; what is longer is -ENAMETOOLONG. */
int verify_proc_link(int dir, const char *name, char ret[VERIFY_LINK_MAX]);
/* The number behind @key (below 30 bytes) of a descriptor of our own, as the kernel tells;
 * -ENODATA: this kernel does not. */
int verify_proc_fdinfo(int fd, const char *key, unsigned long *ret);
/* What link @name leads to, all but the flags, and the file system that it lies in; @link
 * is for @ret's. */
int verify_proc_describe(int dir, const char *name, char link[VERIFY_LINK_MAX],
			 struct verify_descriptor *ret, dev_t *ret_on);
/* All names of the directory that are numbers, in growing order; free(). */
int verify_proc_numbers(int dir, const char *name, unsigned **ret, size_t *ret_count);
/* Is @number in such a list? */
bool verify_proc_has(const unsigned *list, size_t count, unsigned number);
/* A duplicate of its descriptor @fd.  -ENOSYS: a kernel without (before 5.6). */
int verify_proc_getfd(const struct verify_proc *p, unsigned fd, int *ret_fd);
