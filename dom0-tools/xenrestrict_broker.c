/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A broker of one's own: a process that serves the other end of a socketpair and ends
 * with it.  The host program shall not notice it: no SIGCHLD, no zombie, nothing that its
 * wait() could find, and none of its descriptors held open over there.
 * Source: clone(2): a child whose exit signal is 0 is seen by __WALL only
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "dom0-tools/xenrestrict_priv.h"
#include "lib/cleanup.h"
#include "lib/fds.h"
#include "lib/io.h"

#define READY_MS	 10000 /* far more than a broker takes on a busy host */
#define PATH_ROOM	 4096  /* bytes: PATH_MAX */
#define SERVE_FD	 3
#define READY_FD	 4
#define FIRST_FREE	 5
#define CALL_CLOSE_RANGE 436 /* the same on every architecture; Linux 5.9 */

/* All that the new process needs, made before it exists: it must not allocate. */
struct launch {
	const char *program;
	char *argv[12];
	char **envp; /* owned; the strings are borrowed */
	int serve_fd;
	int ready_fd;
};

/* ---- where things are ---- */

/* The store's socket as libxenstore takes it from the environment; where that names a
 * device, the socket that a store daemon has otherwise. */
static int store_path(char *path, size_t size)
{
	const char *socket_path = secure_getenv("XENSTORED_PATH");
	const char *run_dir = secure_getenv("XENSTORED_RUNDIR");
	struct stat st;
	int n;

	if (socket_path && (stat(socket_path, &st) < 0 || S_ISSOCK(st.st_mode)))
		n = snprintf(path, size, "%s", socket_path);
	else if (run_dir)
		n = snprintf(path, size, "%s/socket", run_dir);
	else
		n = snprintf(path, size, "%s", XR_STORE_PATH);
	return n >= 0 && (size_t)n < size ? 0 : -ENAMETOOLONG;
}

static int find_broker(const struct xenrestrict_options *opt, const char **ret_program)
{
	static const char *const places[] = {
		"/usr/local/sbin/xenstore-broker",
		"/usr/sbin/xenstore-broker",
		"/usr/local/bin/xenstore-broker",
		"/usr/bin/xenstore-broker",
	};
	const char *named =
		opt && opt->broker ? opt->broker : secure_getenv("XENSTORE_BROKER");

	if (named) {
		if (access(named, X_OK) < 0)
			return xr_fail(-EOPNOTSUPP, "%s: %s", named, strerror(errno));
		*ret_program = named;
		return 0;
	}
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (access(places[i], X_OK) == 0) {
			*ret_program = places[i];
			return 0;
		}
	return xr_fail(-EOPNOTSUPP, "xenstore-broker is not installed: "
				    "xenstore cannot be restricted");
}

/* What must not reach the broker: preloaded objects, and what was said to the host alone. */
static bool is_private(const char *variable)
{
	static const char *const names[] = { "LD_PRELOAD=",	"NOTIFY_SOCKET=",
					     "LISTEN_PID=",	"LISTEN_FDS=",
					     "LISTEN_FDNAMES=", "XENRESTRICT_" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strncmp(variable, names[i], strlen(names[i])) == 0)
			return true;
	return false;
}

static int public_environment(char ***ret_envp)
{
	size_t count = 0, kept = 0;
	char **envp;

	while (environ && environ[count])
		count++;
	envp = calloc(count + 1, sizeof(*envp));
	if (!envp)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++)
		if (!is_private(environ[i]))
			envp[kept++] = environ[i];
	*ret_envp = envp;
	return 0;
}

/* ---- the new process: only what a signal handler may do as well ---- */

/* Past open(), which is the preload object's own and asks the dynamic linker. */
static int open_file(const char *path, int flags)
{
	return (int)syscall(SYS_openat, AT_FDCWD, path, flags | O_CLOEXEC, 0);
}

static void take_defaults(void)
{
	struct sigaction dfl = { .sa_handler = SIG_DFL };
	sigset_t none;

	for (int sig = 1; sig < NSIG; sig++)
		(void)sigaction(sig, &dfl, NULL); /* KILL, STOP and libc's own refuse */
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

/* The two descriptors at their numbers, nothing but /dev/null and stderr before them and
 * nothing behind. */
static int place_descriptors(int serve_fd, int ready_fd)
{
	static const int keep[] = { STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO, SERVE_FD,
				    READY_FD };
	int serve = fcntl(serve_fd, F_DUPFD_CLOEXEC, FIRST_FREE);
	int ready = fcntl(ready_fd, F_DUPFD_CLOEXEC, FIRST_FREE);
	int null = open_file("/dev/null", O_RDWR);

	if (serve < 0 || ready < 0 || null < 0)
		return -1;
	if (dup2(null, STDIN_FILENO) < 0 || dup2(null, STDOUT_FILENO) < 0)
		return -1;
	if (fcntl(STDERR_FILENO, F_GETFD) < 0 && dup2(null, STDERR_FILENO) < 0)
		return -1;
	if (null <= STDERR_FILENO)
		(void)fcntl(null, F_SETFD, 0); /* it is one of the three now */
	if (dup2(serve, SERVE_FD) < 0 || dup2(ready, READY_FD) < 0)
		return -1;
	if (syscall(CALL_CLOSE_RANGE, FIRST_FREE, ~0U, 0) < 0)
		return fds_close_but(keep, sizeof(keep) / sizeof(*keep));
	return 0;
}

_Noreturn static void become_broker(const struct launch *l)
{
	int error;

	(void)setsid(); /* a leader already: as good */
	take_defaults();
	if (place_descriptors(l->serve_fd, l->ready_fd) == 0)
		(void)execve(l->program, l->argv, l->envp);
	error = errno;
	/* more than the one byte of a broker that is ready */
	if (write(READY_FD, &error, sizeof(error)) < 0)
		_exit(126);
	_exit(127);
}

/* fork() without its handlers and, with @signal 0, without a word to the parent. */
static long split(unsigned long signal)
{
	return syscall(SYS_clone, signal, NULL, NULL, NULL, NULL);
}

static int start(const struct launch *l)
{
	sigset_t all, before;
	pid_t child;
	int status, r;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all,
			      &before); /* no handler runs over there */
	child = (pid_t)split(0);
	if (child == 0) {
		long broker = split(SIGCHLD);

		if (broker == 0)
			become_broker(l);
		_exit(broker < 0);
	}
	r = child < 0 ? -errno : 0;
	while (r >= 0 && waitpid(child, &status, __WALL) < 0)
		if (errno != EINTR)
			r = -errno;
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (r >= 0 && (!WIFEXITED(status) || WEXITSTATUS(status) != 0))
		r = -EAGAIN; /* as fork() fails */
	return r;
}

/* ---- the host's side ---- */

static int wait_ready(int fd, unsigned wait_ms, const char *program)
{
	uint64_t end_ms = io_now_ms() + (wait_ms ? wait_ms : READY_MS);
	int error;
	ssize_t n;

	for (;;) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		uint64_t now = io_now_ms();
		int r = now < end_ms ? poll(&p, 1, (int)(end_ms - now)) : 0;

		if (r == 0)
			return xr_fail(-ETIMEDOUT, "%s: not ready in time", program);
		if (r > 0)
			break;
		if (errno != EINTR)
			return xr_fail_errno(-errno, "waiting for %s", program);
	}
	n = read(fd, &error, sizeof(error));
	if (n == sizeof(error))
		return xr_fail_errno(-error, "%s", program);
	if (n == 1)
		return 0;
	return xr_fail(-ECONNREFUSED, "%s ended before it was ready (see its message)",
		       program);
}

static int launch(struct launch *l, unsigned domid, const struct xenrestrict_options *opt)
{
	const char *profile = opt && opt->profile ? opt->profile : "guest";
	char upstream[PATH_ROOM], number_text[16];
	int r = store_path(upstream, sizeof(upstream));

	if (r < 0)
		return xr_fail_errno(r, "the path of xenstore's socket");
	(void)snprintf(number_text, sizeof(number_text), "%u", domid);
	{
		const char *const argv[] = { "xenstore-broker",
					     "--domid",
					     number_text,
					     "--serve-fd",
					     "3",
					     "--ready-fd",
					     "4",
					     "--profile",
					     profile,
					     "--upstream",
					     upstream,
					     NULL };

		_Static_assert(sizeof(argv) == sizeof(l->argv), "room for the arguments");
		memcpy(l->argv, argv, sizeof(argv)); /* execve() changes none of them */
	}
	r = start(l);
	return r < 0 ? xr_fail_errno(r, "starting %s", l->program) : 0;
}

static int broker_socket(unsigned domid, const struct xenrestrict_options *opt,
			 int *ret_fd)
{
	autoclose int ours = -1, theirs = -1, ready = -1, ready_theirs = -1;
	autofree char **envp = NULL;
	struct launch l = { 0 };
	int pair[2], r;

	r = find_broker(opt, &l.program);
	if (r < 0)
		return r;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return xr_fail_errno(-errno, "a socket for %s", l.program);
	ours = pair[0];
	theirs = pair[1];
	if (pipe2(pair, O_CLOEXEC) < 0)
		return xr_fail_errno(-errno, "a pipe for %s", l.program);
	ready = pair[0];
	ready_theirs = pair[1];
	r = public_environment(&envp);
	if (r < 0)
		return xr_fail_errno(r, "the environment of %s", l.program);
	l.envp = envp;
	l.serve_fd = theirs;
	l.ready_fd = ready_theirs;
	r = launch(&l, domid, opt);
	if (r < 0)
		return r;
	(void)close(steal_fd(&theirs)); /* or its end would not be seen */
	(void)close(steal_fd(&ready_theirs));
	r = wait_ready(ready, opt ? opt->wait_ms : 0, l.program);
	if (r >= 0)
		*ret_fd = steal_fd(&ours);
	return r;
}

int xenrestrict_fd_xenstore(unsigned domid, const struct xenrestrict_options *opt,
			    int *ret_fd)
{
	autoclose int fd = -1;
	int r = xr_check_domid(domid);

	if (r >= 0)
		r = broker_socket(domid, opt, &fd);
	if (r >= 0)
		r = xr_store_prove(fd, domid);
	if (r >= 0)
		*ret_fd = steal_fd(&fd);
	return r;
}
