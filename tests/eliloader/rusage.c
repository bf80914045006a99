/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rusage FILE SECONDS COMMAND... - run it, and write "status ms kib left" to FILE: its exit
 * status (128 + N: signal N; 124: not at its end after SECONDS, and killed), the time it
 * took, the memory of the largest process among it and its children, and whether some
 * of these were there a second after it had ended (1; else 0).
 */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define LEFT_MS	 1000
#define TIMEDOUT 124

static void must(bool good, const char *what)
{
	if (good)
		return;
	perror(what);
	exit(2);
}

static long now_ms(void)
{
	struct timespec t;

	must(clock_gettime(CLOCK_MONOTONIC, &t) == 0, "clock");
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Until a child may have changed, or @ms are over. */
static void wait_for_child(long ms)
{
	const struct timespec most = { ms / 1000, ms % 1000 * 1000000 };
	sigset_t child;

	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	must(sigtimedwait(&child, NULL, &most) == SIGCHLD || errno == EAGAIN ||
		     errno == EINTR,
	     "waiting");
}

static pid_t start(char *argv[], const sigset_t *before)
{
	pid_t pid = fork();

	must(pid >= 0, "fork");
	if (pid > 0)
		return pid;
	must(sigprocmask(SIG_SETMASK, before, NULL) == 0, "signals");
	must(setsid() >= 0, "a session");
	execvp(argv[0], argv);
	perror(argv[0]);
	_exit(127);
}

/* Its exit status as a shell has it; orphans that end meanwhile are nothing to us. */
static int wait_until(pid_t pid, long end_ms)
{
	int status = 0;
	pid_t done;

	while ((done = waitpid(-1, &status, WNOHANG)) != pid) {
		long left = end_ms - now_ms();

		must(done >= 0, "its end");
		if (done == 0 && left <= 0) {
			(void)kill(-pid, SIGKILL); /* it may be ending just now */
			must(waitpid(pid, NULL, 0) == pid, "its end");
			return TIMEDOUT;
		}
		if (done == 0)
			wait_for_child(left);
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Orphans are ours to wait for. */
static bool has_outlived(void)
{
	long end = now_ms() + LEFT_MS, left;
	pid_t done;

	while ((done = waitpid(-1, NULL, WNOHANG)) >= 0) {
		left = end - now_ms();
		if (done == 0 && left <= 0)
			return true;
		if (done == 0)
			wait_for_child(left);
	}
	return false;
}

int main(int argc, char *argv[])
{
	struct rusage u;
	sigset_t child, before;
	long begin, ms;
	bool left;
	int status;
	FILE *out;

	if (argc < 4) {
		(void)fputs("usage: rusage FILE SECONDS COMMAND...\n", stderr);
		return 2;
	}
	/* blocked: what ends between a look and the wait for the next is not missed */
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	must(sigprocmask(SIG_BLOCK, &child, &before) == 0, "signals");
	must(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0, "orphans");
	begin = now_ms();
	status = wait_until(start(argv + 3, &before),
			    begin + strtol(argv[2], NULL, 10) * 1000);
	ms = now_ms() - begin;
	left = has_outlived();
	must(getrusage(RUSAGE_CHILDREN, &u) == 0, "its memory");
	out = fopen(argv[1], "we");
	must(out && fprintf(out, "%d %ld %ld %d\n", status, ms, u.ru_maxrss, left) > 0 &&
		     fclose(out) == 0,
	     argv[1]);
	return 0;
}
