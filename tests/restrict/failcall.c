/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * failcall - makes one call of libc's fail, to be preloaded.
 *
 * FAILCALL is NAME, NAME:ARG (where the first argument is that number), either with "@PID"
 * (in the process that has that number in its own namespace) and "=N" (the Nth such call
 * of a process): "prctl:38@2", "mount=2".  It fails with EIO; with "+" at the end it does so
 * late, when whoever does not wait for it has gone on; with "!" it is made, after the process
 * has stopped itself (SIGSTOP) for the test to change something.
 */
#include <dlfcn.h>
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <seccomp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define ANY	(-1L)
#define ERR	EIO
#define LATE_US 100000

static bool hit(const char *name, long arg)
{
	static long seen;
	const char *at = getenv("FAILCALL");
	size_t len = strlen(name);
	char *end;

	if (!at || strncmp(at, name, len) != 0)
		return false;
	at += len;
	if (*at == ':') {
		if (strtol(at + 1, &end, 10) != arg)
			return false;
		at = end;
	}
	if (*at == '@') {
		if (strtol(at + 1, &end, 10) != getpid())
			return false;
		at = end;
	}
	if (!strchr("=!+", *at)) /* (the end of the text is in it) */
		return false;	 /* another call, whose name begins so */
	seen++;
	if (*at == '=') {
		if (strtol(at + 1, &end, 10) != seen)
			return false;
		at = end;
	}
	if (*at == '!') {
		(void)raise(SIGSTOP);
		return false;
	}
	if (*at == '+')
		(void)usleep(LATE_US);
	errno = ERR;
	return true;
}

/* NOLINTBEGIN(bugprone-macro-parentheses): types and parameters cannot have any */
#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
#define WRAP(result, name, arg, failed, parameters, arguments)                           \
	result name parameters;                                                          \
	result name parameters                                                           \
	{                                                                                \
		if (hit(#name, arg))                                                     \
			return failed;                                                   \
		return REAL(name) arguments;                                             \
	}
/* NOLINTEND(bugprone-macro-parentheses) */

WRAP(struct passwd *, getpwuid, ANY, NULL, (uid_t uid), (uid))
WRAP(struct group *, getgrgid, ANY, NULL, (gid_t gid), (gid))
WRAP(int, flock, ANY, -1, (int fd, int how), (fd, how))
WRAP(pid_t, fork, ANY, -1, (void), ())
WRAP(pid_t, setsid, ANY, -1, (void), ())
WRAP(int, unshare, ANY, -1, (int flags), (flags))
WRAP(int, sethostname, ANY, -1, (const char *name, size_t len), (name, len))
WRAP(int, umount2, ANY, -1, (const char *path, int flags), (path, flags))
WRAP(int, setgroups, ANY, -1, (size_t n, const gid_t *groups), (n, groups))
WRAP(int, setresuid, ANY, -1, (uid_t r, uid_t e, uid_t s), (r, e, s))
WRAP(int, setresgid, ANY, -1, (gid_t r, gid_t e, gid_t s), (r, e, s))
WRAP(int, getresuid, ANY, -1, (uid_t * r, uid_t *e, uid_t *s), (r, e, s))
WRAP(int, socketpair, ANY, -1, (int d, int t, int p, int fds[2]), (d, t, p, fds))
WRAP(int, bind, ANY, -1, (int fd, const struct sockaddr *a, socklen_t len), (fd, a, len))
WRAP(int, listen, ANY, -1, (int fd, int n), (fd, n))
WRAP(int, chown, ANY, -1, (const char *path, uid_t u, gid_t g), (path, u, g))
WRAP(int, mkdir, ANY, -1, (const char *path, mode_t mode), (path, mode))
WRAP(int, dup2, ANY, -1, (int from, int to), (from, to))
WRAP(ssize_t, send, ANY, -1, (int fd, const void *b, size_t n, int f), (fd, b, n, f))
WRAP(ssize_t, recv, ANY, -1, (int fd, void *b, size_t n, int f), (fd, b, n, f))
/* NOLINTNEXTLINE(misc-misplaced-const): as libseccomp has it */
WRAP(int, seccomp_export_bpf, ANY, -ERR, (const scmp_filter_ctx c, int fd), (c, fd))
WRAP(int, munmap, (long)p, -1, (void *p, size_t n), (p, n))
WRAP(void *, mmap, (long)p, MAP_FAILED,
     (void *p, size_t n, int prot, int flags, int fd, off_t at),
     (p, n, prot, flags, fd, at))
WRAP(int, mount, ANY, -1,
     (const char *from, const char *to, const char *type, unsigned long flags,
      const void *data),
     (from, to, type, flags, data))

int setrlimit(__rlimit_resource_t resource, const struct rlimit *limit)
{
	if (hit("setrlimit", (long)resource))
		return -1;
	return REAL(setrlimit)(resource, limit);
}

int prctl(int option, ...)
{
	unsigned long a[4];
	va_list args;

	va_start(args, option);
	for (size_t i = 0; i < 4; i++)
		a[i] = va_arg(args, unsigned long);
	va_end(args);
	if (hit("prctl", option))
		return -1;
	return REAL(prctl)(option, a[0], a[1], a[2], a[3]);
}

long syscall(long number, ...)
{
	long a[6];
	va_list args;

	va_start(args, number);
	for (size_t i = 0; i < 6; i++)
		a[i] = va_arg(args, long);
	va_end(args);
	if (hit("syscall", number))
		return -1;
	return REAL(syscall)(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}
