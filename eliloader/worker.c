/* SPDX-License-Identifier: BSD-2-Clause */
#include "eliloader/worker.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "eliloader/child.h"
#include "lib/cleanup.h"
#include "lib/io.h"

/* From the directory of the program to that of the workers, as they are installed; the
 * Makefile makes it of BINDIR and LIBEXECDIR. */
#ifndef WORKER_DIR
#define WORKER_DIR "../libexec/xen-pv-tools"
#endif
#define WORKER_FDS_MAX 4 /* passed to one */
#define WORKER_FDS     (WIRE_FD + 1 + WORKER_FDS_MAX)
#define WORKER_BUFFER  (1024 * 1024) /* of the socket: some messages ahead */

/* @program as it lies beside us or where it is installed. */
static int find_program(const char *program, char ret_path[PATH_MAX])
{
	char there[PATH_MAX];
	int r;

	if (strchr(program, '/'))
		return -EINVAL;
	r = io_beside(program, ret_path, PATH_MAX);
	if (r < 0 || access(ret_path, X_OK) == 0)
		return r;
	(void)snprintf(there, sizeof(there), WORKER_DIR "/%s", program); /* ours: fits */
	r = io_beside(there, ret_path, PATH_MAX);
	return r < 0 || access(ret_path, X_OK) == 0 ? r : -errno;
}

/* Nothing that it made would be for others to read. */
static int prepare(const void *arg)
{
	(void)arg;
	(void)umask(077); /* cannot fail */
	return 0;
}

/* Room for several messages is only for speed; the first is up to the system's limit. */
static void widen(int fd)
{
	int size = WORKER_BUFFER;

	if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size)) < 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
}

/* One that is silent in the midst of a message, or never reads, must not hold us up. */
static int set_timeouts(int fd)
{
	struct timeval silence = { .tv_sec = WORKER_SILENCE_S };

	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &silence, sizeof(silence)) < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &silence, sizeof(silence)) < 0)
		return -errno;
	return 0;
}

static int run(struct worker *w, const char *path, int sock, const int *fds,
	       unsigned count)
{
	char uid[32], gid[32];
	const char *const argv[] = { path, uid, gid, NULL }, *const env[] = { NULL };
	int all[WORKER_FDS] = { -1, -1, STDERR_FILENO, sock };
	const struct child child = { .argv = argv,
				     .env = env,
				     .fds = all,
				     .count = WIRE_FD + 1 + count,
				     .prepare = prepare };

	for (unsigned i = 0; i < count; i++)
		all[WIRE_FD + 1 + i] = fds[i];
	(void)snprintf(uid, sizeof(uid), "--uid=%u", w->uid);
	(void)snprintf(gid, sizeof(gid), "--gid=%u", w->gid);
	return child_start(&child, &w->pid);
}

int worker_start(struct worker *w, const char *program, uid_t uid, gid_t gid,
		 const int *fds, unsigned count)
{
	autoclose int ours = -1, theirs = -1;
	char path[PATH_MAX];
	int pair[2];
	int r = find_program(program, path);

	*w = (struct worker){ .pid = -1, .fd = -1, .uid = uid, .gid = gid };
	if (r < 0)
		return r;
	if (count > WORKER_FDS_MAX)
		return -EINVAL;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return -errno;
	ours = pair[0];
	theirs = pair[1];
	widen(theirs);
	r = set_timeouts(ours);
	if (r == 0)
		r = run(w, path, theirs, fds, count);
	if (r == 0)
		w->fd = steal_fd(&ours);
	return r;
}

int worker_end(struct worker *w)
{
	int status;

	close_fd(&w->fd);
	if (w->pid <= 0)
		return 0;
	(void)kill(w->pid, SIGKILL); /* of one that has ended already, nothing changes */
	status = child_wait(w->pid, 0);
	w->pid = -1;
	return status;
}
