/* SPDX-License-Identifier: BSD-2-Clause */
/* child - what a program finds when it starts, and how it ends. */
#include "eliloader/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/io.h"
#include "tests/tap.h"

#define SAID_MAX   4096
#define LEFT_OPEN  14 /* as libxl does */
#define ORPHAN_MS  10000
#define NOBODY_UID 65534

static const char *const env[] = { "PATH=/bin:/usr/bin", "WORD=given", NULL };

/* Run sh -c @script with its output in @said. */
static int run(const char *script, int (*prepare)(const void *arg), char **said)
{
	const char *const argv[] = { "/bin/sh", "-c", script, NULL };
	autoclose int out = memfd_create("said", MFD_CLOEXEC);
	const int fds[] = { -1, out, STDERR_FILENO };
	const struct child c = {
		.argv = argv, .env = env, .fds = fds, .count = 3, .prepare = prepare
	};
	pid_t pid = -1;
	int r = child_start(&c, &pid);

	if (r < 0)
		return r;
	r = child_wait(pid, 0);
	if (said && (lseek(out, 0, SEEK_SET) < 0 ||
		     io_read_limited(out, SAID_MAX, said, NULL) < 0))
		return -EIO;
	return r;
}

static int refuse(const void *arg)
{
	(void)arg;
	return -EPERM;
}

static void test_start(void)
{
	autofree char *said = NULL;
	sigset_t blocked;

	(void)signal(SIGPIPE, SIG_IGN);
	(void)sigemptyset(&blocked);
	(void)sigaddset(&blocked, SIGUSR1);
	(void)sigprocmask(SIG_SETMASK, &blocked, NULL);
	ok(dup2(STDIN_FILENO, LEFT_OPEN) == LEFT_OPEN, "a descriptor that is left open");
	is_int(run("cd /proc/$$/fd && for n in 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do "
		   "test ! -e $n || echo $n; done; readlink 0; echo \"$WORD\";"
		   "while read -r key value; do case $key in SigIgn:|SigBlk:)"
		   "echo \"$key $value\";; esac; done < /proc/$$/status",
		   NULL, &said),
	       0, "a program");
	is_str(said,
	       "0\n1\n2\n/dev/null\ngiven\nSigBlk: 0000000000000000\n"
	       "SigIgn: 0000000000000000\n",
	       "has its descriptors, environment and no signal ignored or blocked");
	(void)close(LEFT_OPEN);
}

static void test_end(void)
{
	const char *const none[] = { "/no/such/program", NULL };
	const struct child absent = { .argv = none, .env = env };
	const struct child crowd = { .argv = none,
				     .env = env,
				     .count = CHILD_FDS_MAX + 1 };
	pid_t pid = -1;

	is_int(run("exit 5", NULL, NULL), 5, "an exit status");
	is_int(run("kill -9 $$", NULL, NULL), 128 + SIGKILL, "a signal");
	is_int(run("exit 0", refuse, NULL), CHILD_NOT_READY, "prepare() refuses");
	is_int(child_start(&absent, &pid), 0, "no such program");
	is_int(child_wait(pid, 0), CHILD_NO_PROGRAM, "is told by the status");
	is_int(child_start(&crowd, &pid), -EINVAL, "too many descriptors");
}

static int become_nobody(const void *arg)
{
	(void)arg;
	return setresuid(NOBODY_UID, NOBODY_UID, NOBODY_UID);
}

/* The child holds the pipe; its parent is killed when it has said that it runs. */
static void test_orphan(int (*prepare)(const void *arg), const char *name)
{
	struct pollfd p = { .events = POLLIN };
	int both[2];
	pid_t parent;
	char byte;

	if (pipe2(both, O_CLOEXEC) < 0)
		return;
	parent = fork();
	if (parent == 0) {
		const char *const argv[] = { "/bin/sh", "-c", "echo; exec sleep 60",
					     NULL };
		const int fds[] = { -1, both[1], -1 };
		const struct child c = { .argv = argv,
					 .env = env,
					 .fds = fds,
					 .count = 3,
					 .prepare = prepare };
		pid_t pid = -1;

		(void)child_start(&c, &pid);
		(void)child_wait(pid, 0);
		_exit(0);
	}
	(void)close(both[1]);
	p.fd = both[0];
	ok(poll(&p, 1, ORPHAN_MS) == 1 && read(both[0], &byte, 1) == 1, "%s runs", name);
	(void)kill(parent, SIGKILL);
	(void)waitpid(parent, NULL, 0);
	ok(poll(&p, 1, ORPHAN_MS) == 1 && read(both[0], &byte, 1) == 0,
	   "%s dies with its parent", name);
	(void)close(both[0]);
}

/* It and what it started hold the pipe, until both are killed. */
static void test_limit(void)
{
	const char *const argv[] = { "/bin/sh", "-c", "sleep 60 & echo; wait", NULL };
	struct pollfd p = { .events = POLLIN };
	int both[2];
	char byte;

	if (pipe2(both, O_CLOEXEC) < 0)
		return;

	const int fds[] = { -1, both[1], -1 };
	const struct child c = { .argv = argv, .env = env, .fds = fds, .count = 3 };
	pid_t pid = -1;

	is_int(child_start(&c, &pid), 0, "a program without end");
	(void)close(both[1]);
	p.fd = both[0];
	ok(poll(&p, 1, ORPHAN_MS) == 1 && read(both[0], &byte, 1) == 1, "it runs");
	is_int(child_wait(pid, 1), -ETIMEDOUT, "is ended at its limit");
	ok(poll(&p, 1, ORPHAN_MS) == 1 && read(both[0], &byte, 1) == 0,
	   "with what it started");
	(void)close(both[0]);
}

int main(void)
{
	test_start();
	test_end();
	test_limit();
	test_orphan(NULL, "a child");
	if (geteuid() == 0)
		test_orphan(become_nobody, "one that became another user");
	return tap_done();
}
