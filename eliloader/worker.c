/* SPDX-License-Identifier: BSD-2-Clause */
#include "eliloader/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/cleanup.h"

#define WORKER_DIR	   "../libexec/xen-pv-tools" /* from that of the program */
#define WORKER_FDS	   (WIRE_FD + 1 + 4)	     /* the socket, and what is passed */
#define WORKER_BUFFER	   (1024 * 1024) /* of the socket: some messages ahead */
#define FDS_OF_OLD_KERNELS 65536	 /* closed one by one, at most */

/* @program as it lies beside us or where it is installed. */
static int find_program(const char *program, char ret_path[PATH_MAX])
{
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *slash;

	if (n < 0)
		return -errno;
	self[n] = '\0';
	slash = strrchr(self, '/');
	if (!slash || strchr(program, '/'))
		return -EINVAL;
	*slash = '\0';
	if (snprintf(ret_path, PATH_MAX, "%s/%s", self, program) >= PATH_MAX)
		return -ENAMETOOLONG;
	if (access(ret_path, X_OK) == 0)
		return 0;
	if (snprintf(ret_path, PATH_MAX, "%s/" WORKER_DIR "/%s", self, program) >=
	    PATH_MAX)
		return -ENAMETOOLONG;
	return access(ret_path, X_OK) == 0 ? 0 : -errno;
}

/* ---- between fork() and exec(): the child ---- */

static int close_from(unsigned first)
{
	struct rlimit r;

#ifdef SYS_close_range
	if (syscall(SYS_close_range, first, ~0U, 0) == 0)
		return 0;
#endif
	if (getrlimit(RLIMIT_NOFILE, &r) < 0) /* before Linux 5.9 */
		return -errno;
	if (r.rlim_cur > FDS_OF_OLD_KERNELS)
		r.rlim_cur = FDS_OF_OLD_KERNELS;
	for (unsigned fd = first; fd < r.rlim_cur; fd++)
		(void)close((int)fd); /* most are not open */
	return 0;
}

/* Move all out of the way first, so that none is overwritten before it is copied. */
static int place_descriptors(int sock, const int *fds, unsigned count)
{
	int high[WORKER_FDS];
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(null, STDOUT_FILENO) < 0)
		return -errno;
	for (unsigned i = 0; i <= count; i++) {
		high[i] = fcntl(i == 0 ? sock : fds[i - 1], F_DUPFD_CLOEXEC,
				WIRE_FD + WORKER_FDS);
		if (high[i] < 0)
			return -errno;
	}
	for (unsigned i = 0; i <= count; i++)
		if (dup2(high[i], (int)(WIRE_FD + i)) < 0)
			return -errno;
	return close_from(WIRE_FD + 1 + count);
}

/* What is ignored stays so over exec(), as a blocked signal stays blocked. */
static void reset_signals(void)
{
	static const int numbers[] = { SIGHUP,	SIGINT,	 SIGQUIT, SIGPIPE,
				       SIGTERM, SIGCHLD, SIGXFSZ };
	sigset_t none;

	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
		(void)signal(numbers[i], SIG_DFL); /* cannot fail for these */
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Returns only when it fails. */
static int become_worker(const char *path, const struct worker *w, pid_t parent,
			 const int *fds, unsigned count)
{
	char uid[32], gid[32];
	const char *argv[] = { path, uid, gid, NULL };
	char *env[] = { NULL };
	int r;

	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0 || getppid() != parent)
		return -ESRCH;
	reset_signals();
	r = place_descriptors(w->fd, fds, count);
	if (r < 0)
		return r;
	(void)umask(077); /* cannot fail */
	(void)snprintf(uid, sizeof(uid), "--uid=%u", w->uid);
	(void)snprintf(gid, sizeof(gid), "--gid=%u", w->gid);
	/* execve() does not change the strings; its type is older than const */
	(void)execve(path, (char *const *)(uintptr_t)argv, env);
	return -errno;
}

/* ---- our side ---- */

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

int worker_start(struct worker *w, const char *program, uid_t uid, gid_t gid,
		 const int *fds, unsigned count)
{
	autoclose int ours = -1, theirs = -1;
	char path[PATH_MAX];
	pid_t parent = getpid();
	int pair[2];
	int r = find_program(program, path);

	*w = (struct worker){ .pid = -1, .fd = -1, .uid = uid, .gid = gid };
	if (r < 0)
		return r;
	if (count >= WORKER_FDS)
		return -EINVAL;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return -errno;
	ours = pair[0];
	theirs = pair[1];
	widen(theirs);
	r = set_timeouts(ours);
	if (r < 0)
		return r;
	w->pid = fork();
	if (w->pid < 0)
		return -errno;
	if (w->pid == 0) {
		w->fd = theirs;
		_exit(become_worker(path, w, parent, fds, count) == 0 ? 0 : 127);
	}
	w->fd = steal_fd(&ours);
	return 0;
}

int worker_end(struct worker *w)
{
	int status = 0;
	pid_t got;

	if (w->fd >= 0)
		(void)close(w->fd); /* nothing was written that close() could lose */
	w->fd = -1;
	if (w->pid <= 0)
		return 0;
	(void)kill(w->pid, SIGKILL); /* of one that has ended already, nothing changes */
	do
		got = waitpid(w->pid, &status, 0);
	while (got < 0 && errno == EINTR);
	w->pid = -1;
	if (got < 0)
		return -errno;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
