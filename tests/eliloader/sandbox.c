/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sandbox - what the system call filter refuses and what still works in the room.
 * That the layers behind the filter hold without it is shown by sandbox_layers.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <time.h>

#include "tests/eliloader/room.h"
#include "tests/eliloader/scratch.h"
#include "tests/tap.h"

static const struct sandbox empty_room = {
	.memory_max = 256U << 20,
	.file_max = 64U << 20,
	.fds_max = 64,
};

static int work[2]; /* a pipe, open on both sides in the room */

/*
 * Each returns errno of what should be refused, 0 when it was not.  Their arguments are such
 * that the kernel's own answer to a user without rights is not EPERM, too.
 */
#define REFUSED(name, expression)                                                        \
	static int name(void)                                                            \
	{                                                                                \
		return (expression) < 0 ? errno : 0;                                     \
	}

static char *const no_args[] = { NULL };
#define NOBODY	   INT_MAX     /* no process has that number */
#define NOWHERE	   ((void *)1) /* no memory is there */
#define NO_COMMAND 99999

REFUSED(try_open, syscall(SYS_open, "/", O_RDONLY))
REFUSED(try_openat, openat(AT_FDCWD, "/etc/passwd", O_RDONLY))
REFUSED(try_openat2, syscall(SYS_openat2, AT_FDCWD, "/", NULL, 0))
REFUSED(try_creat, creat("/new", 0600))
REFUSED(try_stat, syscall(SYS_stat, "/", NULL))
REFUSED(try_mkdir, mkdir("/new", 0700))
REFUSED(try_unlink, unlink("/tmp"))
REFUSED(try_chmod, fchmod(-1, 0777))
REFUSED(try_truncate, ftruncate(work[1], 0))
REFUSED(try_fork, syscall(SYS_fork))
REFUSED(try_vfork, syscall(SYS_vfork))
REFUSED(try_clone, syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, 0))
REFUSED(try_clone3, syscall(SYS_clone3, NULL, 0))
REFUSED(try_execve, execve("/bin/true", no_args, no_args))
REFUSED(try_execveat, syscall(SYS_execveat, AT_FDCWD, "/bin/true", no_args, no_args, 0))
REFUSED(try_socket, socket(AF_INET, SOCK_STREAM, 0))
REFUSED(try_unix, socket(AF_UNIX, SOCK_STREAM, 0))
REFUSED(try_socketpair, socketpair(AF_UNIX, SOCK_STREAM, 0, work))
REFUSED(try_connect, connect(work[0], NULL, 0))
REFUSED(try_bind, bind(work[0], NULL, 0))
REFUSED(try_traceme, ptrace(PTRACE_TRACEME, 0, NULL, NULL))
REFUSED(try_vm_read, syscall(SYS_process_vm_readv, getppid(), NULL, 0, NULL, 0, 0))
REFUSED(try_kill, kill(getpid(), 0))
REFUSED(try_tgkill, syscall(SYS_tgkill, NOBODY, NOBODY, 0))
REFUSED(try_setuid, setuid(getuid()))
REFUSED(try_setgid, setgid(getgid()))
REFUSED(try_capset, syscall(SYS_capset, NULL, NULL))
REFUSED(try_prctl, prctl(PR_SET_DUMPABLE, 1, 0, 0, 0))
REFUSED(try_chroot, syscall(SYS_chroot, NULL))
REFUSED(try_mount, syscall(SYS_mount, NULL, NULL, NOWHERE, 0, NULL))
REFUSED(try_unshare, unshare(CLONE_FILES))
REFUSED(try_setns, setns(work[0], 0))
REFUSED(try_bpf, syscall(SYS_bpf, NO_COMMAND, NULL, 0))
REFUSED(try_perf, syscall(SYS_perf_event_open, NULL, 0, -1, -1, 0))
REFUSED(try_uring, syscall(SYS_io_uring_setup, 1, NULL))
REFUSED(try_userfault, syscall(SYS_userfaultfd, UFFD_USER_MODE_ONLY))
REFUSED(try_keyctl, syscall(SYS_keyctl, 0, 0, 0, 0, 0))
REFUSED(try_ioctl, ioctl(work[0], TIOCSTI, "x"))
REFUSED(try_setfl, fcntl(work[0], F_SETFL, O_NONBLOCK))
REFUSED(try_dup, dup(work[0]))
REFUSED(try_mprotect, mprotect(work, 1, PROT_READ | PROT_EXEC))

static int try_mmap_exec(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? errno : 0;
}

static int try_setrlimit(void)
{
	struct rlimit r = { 0, 0 };

	return setrlimit(RLIMIT_NOFILE, &r) < 0 ? errno : 0;
}

static void *nothing(void *arg)
{
	return arg;
}

static int try_thread(void)
{
	pthread_t thread;

	return pthread_create(&thread, NULL, nothing, NULL);
}

struct refused {
	const char *name;
	int (*call)(void);
	const char *allow[4]; /* what lets it through when asked for; none: nothing */
};

static const struct refused refused[] = {
	{ "open", try_open, { "open" } },
	{ "openat", try_openat, { "openat" } },
	{ "openat2", try_openat2, { "openat2" } },
	{ "creat", try_creat, { "creat", "open", "openat" } },
	{ "stat", try_stat, { "stat" } },
	{ "mkdir", try_mkdir, { "mkdir", "mkdirat" } },
	{ "unlink", try_unlink, { "unlink", "unlinkat" } },
	{ "fchmod", try_chmod, { "fchmod" } },
	{ "ftruncate of an open file", try_truncate, { "ftruncate" } },
	{ "fork", try_fork, { "fork" } },
	{ "vfork", try_vfork, { "vfork" } },
	{ "clone", try_clone, { "clone" } },
	{ "a thread", try_thread, { "clone" } },
	{ "execve", try_execve, { "execve" } },
	{ "execveat", try_execveat, { "execveat" } },
	{ "an internet socket", try_socket, { "socket" } },
	{ "a unix socket", try_unix, { NULL } },
	{ "socketpair", try_socketpair, { "socketpair" } },
	{ "connect", try_connect, { "connect" } },
	{ "bind", try_bind, { "bind" } },
	{ "ptrace", try_traceme, { "ptrace" } },
	{ "process_vm_readv", try_vm_read, { "process_vm_readv" } },
	{ "kill of itself", try_kill, { "kill" } },
	{ "tgkill of another", try_tgkill, { "tgkill" } },
	{ "setuid", try_setuid, { "setuid" } },
	{ "setgid", try_setgid, { "setgid" } },
	{ "capset", try_capset, { "capset" } },
	{ "prctl", try_prctl, { "prctl" } },
	{ "chroot", try_chroot, { "chroot" } },
	{ "mount", try_mount, { "mount" } },
	{ "unshare", try_unshare, { "unshare" } },
	{ "setns", try_setns, { "setns" } },
	{ "ioctl", try_ioctl, { "ioctl" } },
	{ "F_SETFL of a shared file", try_setfl, { "fcntl" } },
	{ "dup", try_dup, { "dup" } },
	{ "executable memory by mmap", try_mmap_exec, { "mmap" } },
	{ "executable memory by mprotect", try_mprotect, { "mprotect" } },
	{ "setrlimit", try_setrlimit, { "prlimit64" } },
};

/* These a kernel may be set to refuse itself, to all users. */
static const struct refused also_by_kernels[] = {
	{ "bpf", try_bpf, { "bpf" } },
	{ "perf_event_open", try_perf, { "perf_event_open" } },
	{ "io_uring_setup", try_uring, { "io_uring_setup" } },
	{ "userfaultfd", try_userfault, { "userfaultfd" } },
	{ "keyctl", try_keyctl, { "keyctl" } },
};

/* ---- what works; each returns 0 when it does ---- */

static int use_descriptors(void)
{
	struct pollfd p = { .fd = work[0], .events = POLLIN };
	struct stat st;
	char c;

	return write(work[1], "x", 1) == 1 && poll(&p, 1, 1000) == 1 &&
			       read(work[0], &c, 1) == 1 && c == 'x' &&
			       fstat(work[0], &st) == 0 && fcntl(work[0], F_GETFL) >= 0
		       ? 0
		       : 1;
}

static int use_memory(void)
{
	for (size_t size = 1; size < (32U << 20); size *= 4) {
		char *p = malloc(size);

		if (!p)
			return 1;
		memset(p, 1, size);
		p = realloc(p, size * 2); /* NOLINT(bugprone-suspicious-realloc-usage) */
		free(p);
	}
	return 0;
}

static int use_time(void)
{
	struct timespec now, ts = { .tv_nsec = 1 };
	char random[8];

	return clock_gettime(CLOCK_MONOTONIC, &now) == 0 && nanosleep(&ts, NULL) == 0 &&
			       time(NULL) > 0 &&
			       syscall(SYS_getrandom, random, sizeof(random), 0) == 8
		       ? 0
		       : 1;
}

static int use_limits(void)
{
	struct rlimit r;

	return getrlimit(RLIMIT_NOFILE, &r) == 0 && r.rlim_max == 64 ? 0 : 1;
}

static int use_abort(void)
{
	abort();
}

static int use_exit(void)
{
	exit(7); /* NOLINT(concurrency-mt-unsafe): buffers, handlers, leak check */
}

static int use_other_abi(void)
{
#ifdef __x86_64__
	/* getpid as 32-bit code calls it: not in the filter's architecture */
	__asm__ volatile("int $0x80" : : "a"(20) : "memory");
#else
	(void)raise(SIGSYS);
#endif
	return 0;
}

static const struct {
	const char *name;
	int (*call)(void);
	int status;
} works[] = {
	{ "open descriptors can be used", use_descriptors, 0 },
	{ "memory can be had", use_memory, 0 },
	{ "clocks and random bytes", use_time, 0 },
	{ "its own limits can be read", use_limits, 0 },
	{ "abort() is SIGABRT", use_abort, 128 + SIGABRT },
	{ "exit() gives its status", use_exit, 7 },
	{ "a 32-bit system call ends it", use_other_abi, 128 + SIGSYS },
};

/* Threads and sockets for those that ask for them. */
static int use_thread(void)
{
	pthread_t thread;
	void *got = NULL;

	return pthread_create(&thread, NULL, nothing, work) == 0 &&
			       pthread_join(thread, &got) == 0 && got == work
		       ? 0
		       : 1;
}

static int use_sockets(void)
{
	if (socket(AF_INET, SOCK_STREAM, 0) < 0 || socket(AF_INET6, SOCK_DGRAM, 0) < 0)
		return 1;
	if (try_unix() != EPERM || socket(AF_NETLINK, SOCK_RAW, 0) >= 0 ||
	    socket(AF_PACKET, SOCK_RAW, 0) >= 0)
		return 2;
	return 0;
}

static void test_wanted(void)
{
	static const char *const calls[] = { "socket", "no_such_call", NULL };
	struct sandbox box = empty_room;

	box.processes = 4;
	is_int(room_run(&box, use_thread), 0, "a thread where some may be made");
	is_int(room_run(&box, try_fork), EPERM, "but fork is refused there, too");
	is_int(room_run(&box, try_clone), EPERM, "and so is a clone that is no thread");
	box = empty_room;
	box.calls = calls;
	is_int(room_run(&box, use_sockets), 0, "sockets on demand: of the internet only");
}

/* Refused with EPERM, and by the filter alone: one that lets it through has it answered
 * in another way. */
static void test_refused(const struct refused *c, bool by_kernel)
{
	struct sandbox box = empty_room;
	int got = room_run(&empty_room, c->call);

	if (!ok(got == EPERM, "refused: %s", c->name))
		printf("# got %d\n", got);
	if (!c->allow[0])
		return;
	box.calls = c->allow;
	got = room_run(&box, c->call);
	if (got == EPERM && by_kernel) {
		printf("# %s: whether the filter refuses it cannot be seen, since this "
		       "kernel refuses it to everybody\n",
		       c->name);
		return;
	}
	if (!ok(got != EPERM && got != ROOM_CANNOT_ENTER && got >= 0 && got < 128,
		"by the filter: %s", c->name))
		printf("# where it is allowed: got %d\n", got);
}

int main(void)
{
	if (!scratch_enter())
		return scratch_skip();
	if (pipe2(work, O_CLOEXEC) < 0)
		return 1;
	for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++)
		test_refused(&refused[i], false);
	for (size_t i = 0; i < sizeof(also_by_kernels) / sizeof(*also_by_kernels); i++)
		test_refused(&also_by_kernels[i], true);
	is_int(room_run(&empty_room, try_clone3), ENOSYS, "clone3 is not there");
	for (size_t i = 0; i < sizeof(works) / sizeof(*works); i++)
		is_int(room_run(&empty_room, works[i].call), works[i].status,
		       works[i].name);
	test_wanted();
	return tap_done();
}
