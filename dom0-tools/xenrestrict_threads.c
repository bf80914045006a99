/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libxenstore's thread for watches sits in read() on the connection for as long as the
 * handle lives; putting another connection under its number would leave it on the old one.
 * Where each thread is comes from /proc: "<call> <argument>..." when it is blocked.
 * Source: proc(5), /proc/pid/syscall
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "dom0-tools/xenrestrict_priv.h"
#include "lib/cleanup.h"

/* A thread on its way back into read() is "running" for an instant: looked at again, so
 * often, until it is seen blocked.  One that computes all the time is not that thread. */
#define LOOKS	    20
#define LOOK_GAP_NS 500000 /* half a millisecond */

enum where { BLOCKED_THERE, BLOCKED_ELSEWHERE, RUNNING };

static bool reads_from(long call, unsigned long first, int fd)
{
	return first == (unsigned long)fd && (call == SYS_read || call == SYS_recvfrom ||
					      call == SYS_recvmsg || call == SYS_readv);
}

static int where_is(int task_dir, const char *tid, int fd, enum where *ret_where)
{
	char path[64], text[256];
	autoclose int file = -1;
	unsigned long first;
	ssize_t n;
	long call;
	char *end;

	(void)snprintf(path, sizeof(path), "%.20s/syscall", tid);
	file = openat(task_dir, path, O_RDONLY | O_CLOEXEC);
	n = file < 0 ? -1 : read(file, text, sizeof(text) - 1);
	if (n < 0 && (errno == ENOENT || errno == ESRCH)) { /* the thread has ended */
		*ret_where = BLOCKED_ELSEWHERE;
		return 0;
	}
	if (n < 0)
		return xr_fail_errno(-errno, "/proc/self/task/%.20s/syscall", tid);
	text[n] = '\0';
	*ret_where = RUNNING;
	if (strncmp(text, "running", 7) == 0)
		return 0;
	call = strtol(text, &end, 10);
	first = strtoul(end, NULL, 16);
	*ret_where = reads_from(call, first, fd) ? BLOCKED_THERE : BLOCKED_ELSEWHERE;
	return 0;
}

/* One look at all threads but this one. */
static int look(int fd, enum where *ret_where)
{
	autoclosedir DIR *dir = opendir("/proc/self/task");
	long self = syscall(SYS_gettid);
	enum where all = BLOCKED_ELSEWHERE, one = RUNNING;
	struct dirent *e;
	int r;

	if (!dir)
		return xr_fail_errno(-errno, "/proc/self/task");
	while ((e = readdir(dir)) != NULL) {
		if (e->d_name[0] == '.' || strtol(e->d_name, NULL, 10) == self)
			continue;
		r = where_is(dirfd(dir), e->d_name, fd, &one);
		if (r < 0)
			return r;
		if (one == BLOCKED_THERE) {
			*ret_where = one;
			return 0;
		}
		if (one == RUNNING)
			all = RUNNING;
	}
	*ret_where = all;
	return 0;
}

int xr_thread_reads(int fd)
{
	enum where where = RUNNING;
	int r = access("/proc/self/syscall", F_OK) < 0
			? xr_fail_errno(-errno, "/proc/self/syscall")
			: 0;

	for (int i = 0; i < LOOKS && r >= 0 && where == RUNNING; i++) {
		struct timespec gap = { .tv_nsec = LOOK_GAP_NS };

		if (i > 0)
			(void)nanosleep(&gap, NULL); /* shorter after a signal is fine */
		r = look(fd, &where);
	}
	return r < 0 ? r : where == BLOCKED_THERE;
}
