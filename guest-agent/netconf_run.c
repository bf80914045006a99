/* SPDX-License-Identifier: BSD-2-Clause */
#include "guest-agent/netconf_run.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/fds.h"
#include "lib/io.h"

#define PROGRAM_MAX  64	 /* bytes of a path: the directories below and a short name */
#define LOOK_MS	     20	 /* between two looks whether the program has ended */
#define READS_MAX    64	 /* at a look; a pipe has 64 KiB */
#define KILL_MS	     500 /* from SIGTERM to SIGKILL */
#define QUOTED_BYTES 200 /* of the output in an error: its end, where the reason is */

bool netconf_has_program(const char *name, char *ret_path, size_t size)
{
	static const char *const dirs[] = { "/usr/sbin", "/usr/bin", "/sbin", "/bin" };

	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		int n = snprintf(ret_path, size, "%s/%s", dirs[i], name);

		if (n > 0 && (size_t)n < size && access(ret_path, X_OK) == 0)
			return true;
	}
	return false;
}

__attribute__((noreturn)) static void child(const char *path, const char *const argv[],
					    int out, pid_t parent)
{
	static char path_env[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
	static char locale_env[] = "LC_ALL=C";
	char *const env[] = { path_env, locale_env, NULL };
	const int keep[] = { 0, 1, 2 };
	int null = open("/dev/null", O_RDONLY);
	sigset_t none;

	(void)setpgid(0,
		      0); /* so that its children end with it; the parent does it, too */
	(void)prctl(PR_SET_PDEATHSIG, SIGTERM); /* what repairs must not meet it */
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL); /* (these two cannot fail) */
	(void)signal(SIGPIPE, SIG_DFL);
	if (getppid() != parent) /* it was killed before the prctl() */
		_exit(127);
	if (null < 0 || dup2(null, 0) < 0 || dup2(out, 1) < 0 || dup2(out, 2) < 0 ||
	    fds_close_but(keep, 3) < 0 || chdir("/") < 0)
		_exit(127);
	(void)execve(path, (char *const *)(uintptr_t)argv, env); /* returns on failure */
	_exit(127);
}

struct running {
	pid_t pid;
	int out;
	size_t len;
	char *output; /* NETCONF_RUN_OUTPUT bytes */
	int status;
};

/* What there is to read now; more than fits is read and lost.  One that never stops
 * printing must not keep us from looking at the clock. */
static void drain(struct running *p)
{
	char lost[4096];
	ssize_t n = 1;

	for (int i = 0; i < READS_MAX && n > 0; i++) {
		size_t room = NETCONF_RUN_OUTPUT - 1 - p->len;

		n = room ? read(p->out, p->output + p->len, room)
			 : read(p->out, lost, sizeof(lost));
		if (n > 0 && room)
			p->len += (size_t)n;
	}
	p->output[p->len] = '\0';
}

/* Until it has ended, not until its output has: a daemon may hold that open for ever.
 * False: not within @limit_ms. */
static bool ended(struct running *p, unsigned limit_ms)
{
	uint64_t end = io_now_ms() + limit_ms;

	for (;;) {
		struct pollfd f = { p->out, POLLIN, 0 };
		pid_t got = waitpid(p->pid, &p->status, WNOHANG);

		drain(p);
		if (got != 0)
			return true; /* or no child of ours any more: nothing to wait for */
		if (io_now_ms() >= end)
			return false;
		if (poll(&f, 1, LOOK_MS) > 0 && !(f.revents & POLLIN))
			(void)poll(NULL, 0,
				   LOOK_MS); /* the output is closed: only wait */
	}
}

static void end_group(struct running *p)
{
	(void)kill(-p->pid, SIGTERM); /* it may just have ended */
	if (ended(p, KILL_MS))
		return;
	(void)kill(-p->pid, SIGKILL);
	while (waitpid(p->pid, &p->status, 0) < 0 && errno == EINTR)
		;
}

/* The end of the output as one line. */
static const char *last_words(char *output)
{
	size_t len = strlen(output);
	char *from;

	while (len > 0 && strchr(" \t\r\n", output[len - 1]))
		output[--len] = '\0';
	from = len > QUOTED_BYTES ? output + len - QUOTED_BYTES : output;
	for (char *c = from; *c; c++)
		if (*c == '\n' || *c == '\r' || *c == '\t')
			*c = ' ';
	return *from ? from : "it printed nothing";
}

static int judge(struct running *p, const char *path, bool in_time, unsigned limit_ms,
		 const char *words, struct netconf_why *why)
{
	if (!in_time)
		return netconf_why(why, -ETIMEDOUT, "%s took more than %u s: %s", path,
				   limit_ms / 1000, words);
	if (WIFSIGNALED(p->status))
		return netconf_why(why, -EIO, "%s was ended by signal %d: %s", path,
				   WTERMSIG(p->status), words);
	if (WEXITSTATUS(p->status) != 0)
		return netconf_why(why, -EIO, "%s failed with status %d: %s", path,
				   WEXITSTATUS(p->status), words);
	return 0;
}

int netconf_run(const char *const argv[], unsigned limit_ms, char *ret_output,
		struct netconf_why *why)
{
	char path[PROGRAM_MAX], own[NETCONF_RUN_OUTPUT], words[NETCONF_RUN_OUTPUT];
	struct running p = { .output = ret_output ? ret_output : own };
	autoclose int in = -1, out = -1;
	pid_t us = getpid();
	bool in_time;
	int fds[2];

	p.output[0] = '\0';
	if (!netconf_has_program(argv[0], path, sizeof(path)))
		return netconf_why(why, -ENOENT, "there is no program %s", argv[0]);
	if (pipe2(fds, O_CLOEXEC) < 0)
		return netconf_why(why, -errno, "cannot start %s: %s", path,
				   strerror(errno));
	in = fds[0];
	out = fds[1];
	(void)fcntl(in, F_SETFL, O_NONBLOCK); /* a pipe takes it */
	p.out = in;
	/* it may have been ignored when we were started: then a status would be lost */
	(void)signal(SIGCHLD, SIG_DFL);
	p.pid = fork();
	if (p.pid < 0)
		return netconf_why(why, -errno, "cannot start %s: %s", path,
				   strerror(errno));
	if (p.pid == 0)
		child(path, argv, out, us);
	(void)setpgid(p.pid, p.pid); /* EACCES: the child has done it and gone on */
	close_fd(&out);
	in_time = ended(&p, limit_ms);
	if (!in_time)
		end_group(&p);
	(void)snprintf(words, sizeof(words), "%s", p.output); /* the same size */
	return judge(&p, path, in_time, limit_ms, last_words(words), why);
}
