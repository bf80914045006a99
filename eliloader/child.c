/* SPDX-License-Identifier: BSD-2-Clause */
#include "eliloader/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/fds.h"
#include "lib/io.h"

/* ---- between fork() and exec() ---- */

/* Move all out of the way first, so that none is overwritten before it is copied. */
static int place_descriptors(const int *fds, unsigned count)
{
	int high[CHILD_FDS_MAX], keep[CHILD_FDS_MAX];
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0)
		return -errno;
	for (unsigned i = 0; i < count; i++) {
		high[i] =
			fcntl(fds[i] < 0 ? null : fds[i], F_DUPFD_CLOEXEC, CHILD_FDS_MAX);
		if (high[i] < 0)
			return -errno;
	}
	for (unsigned i = 0; i < count; i++) {
		keep[i] = dup2(high[i], (int)i);
		if (keep[i] < 0)
			return -errno;
	}
	return fds_close_but(keep, count);
}

/* What is ignored stays so over exec(), as a blocked signal stays blocked. */
static void reset_signals(void)
{
	/* the kernel's struct sigaction, all default; libc's own function leaves out the
	 * two signals it uses itself */
	static const char by_default[64];
	sigset_t none;

	for (int number = 1; number < NSIG; number++)
		(void)syscall(SYS_rt_sigaction, number, by_default, NULL,
			      NSIG / 8); /* not of SIGKILL and its like */
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

__attribute__((noreturn)) static void become(const struct child *c, pid_t parent)
{
	reset_signals();
	(void)setpgid(0, 0); /* a leader already, or so it is */
	if (place_descriptors(c->fds, c->count) < 0 ||
	    (c->prepare && c->prepare(c->arg) < 0))
		_exit(CHILD_NOT_READY);
	/* last: another uid clears it; and the parent may have ended before it held */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0 || getppid() != parent)
		_exit(CHILD_NOT_READY);
	/* execve() does not change the strings; its type is older than const */
	(void)execve(c->argv[0], (char *const *)(uintptr_t)c->argv,
		     (char *const *)(uintptr_t)c->env);
	_exit(errno == ENOENT ? CHILD_NO_PROGRAM : CHILD_NOT_READY);
}

/* ---- our side ---- */

int child_start(const struct child *c, pid_t *ret_pid)
{
	pid_t parent = getpid(), pid;

	if (c->count > CHILD_FDS_MAX)
		return -EINVAL;
	pid = fork();
	if (pid < 0)
		return -errno;
	if (pid == 0)
		become(c, parent);
	*ret_pid = pid;
	return 0;
}

static int status_of(int status)
{
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* Wait for a SIGCHLD, or until @end_ms: which of them, the caller looks. */
static void sleep_until(uint64_t end_ms, const sigset_t *child)
{
	uint64_t now = io_now_ms(), left = end_ms > now ? end_ms - now : 0;
	const struct timespec t = { (time_t)(left / 1000),
				    (long)(left % 1000) * 1000000 };

	(void)sigtimedwait(child, NULL, &t);
}

static pid_t wait_until(pid_t pid, uint64_t end_ms, int *status)
{
	sigset_t child, before;
	pid_t done;

	(void)sigemptyset(&child);
	(void)sigaddset(&child, SIGCHLD);
	(void)sigprocmask(SIG_BLOCK, &child, &before);
	while ((done = waitpid(pid, status, WNOHANG)) == 0 && io_now_ms() < end_ms)
		sleep_until(end_ms, &child);
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	return done;
}

int child_wait(pid_t pid, unsigned limit_s)
{
	bool late = false;
	pid_t done = 0;
	int status;

	if (limit_s)
		done = wait_until(pid, io_now_ms() + limit_s * 1000ULL, &status);
	if (done < 0)
		return -ECHILD; /* its number may be somebody else's by now */
	if (done > 0)
		return status_of(status);
	if (limit_s) {
		late = true;
		(void)kill(-pid, SIGKILL); /* the group; it may be gone by now */
		(void)kill(pid, SIGKILL);
	}
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return late ? -ETIMEDOUT : status_of(status);
}
