/* SPDX-License-Identifier: BSD-2-Clause */
/* probe_processes - ways to other processes, and to new ones. */
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include "tests/restrict/probe.h"

#ifndef SYS_pidfd_send_signal
#define SYS_pidfd_send_signal 424
#endif
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
#ifndef SYS_clone3
#define SYS_clone3 435
#endif
#ifndef SYS_pidfd_getfd
#define SYS_pidfd_getfd 438
#endif
#ifndef SYS_process_madvise
#define SYS_process_madvise 440
#endif

#define TRIES(function, expression)                                                      \
	static int function(const struct decoys *d)                                      \
	{                                                                                \
		(void)d;                                                                 \
		return refused(expression);                                              \
	}

static char *const no_words[] = { NULL };
#define ROOM_INIT 1 /* of the room; outside it is the host's, and signal 0 does nothing */

/* ---- others ---- */

static int trace(const struct decoys *d)
{
	int r = refused(ptrace(PTRACE_SEIZE, d->pid, NULL, NULL));

	if (r == 0)
		(void)ptrace(PTRACE_DETACH, d->pid, NULL, NULL); /* at our end it ends */
	return r;
}

static int be_traced(const struct decoys *d)
{
	(void)d;
	return refused(ptrace(PTRACE_TRACEME, 0, NULL, NULL));
}

/* A byte where none is: who may look is told EFAULT. */
static int read_memory(const struct decoys *d)
{
	char c;
	struct iovec here = { &c, 1 }, there = { (void *)1, 1 };

	return refused(process_vm_readv(d->pid, &here, 1, &there, 1, 0));
}

static int write_memory(const struct decoys *d)
{
	char c = 0;
	struct iovec here = { &c, 1 }, there = { (void *)1, 1 };

	return refused(process_vm_writev(d->pid, &here, 1, &there, 1, 0));
}

static int signal_other(const struct decoys *d)
{
	return refused(kill(d->pid, 0));
}

TRIES(signal_all, kill(-1, 0))
TRIES(signal_init, kill(ROOM_INIT, 0))

static int signal_parent(const struct decoys *d)
{
	(void)d;
	return refused(kill(getppid(), 0));
}

static int signal_thread(const struct decoys *d)
{
	return refused(syscall(SYS_tgkill, d->pid, d->pid, 0));
}

static int signal_old_way(const struct decoys *d)
{
	return refused(syscall(SYS_tkill, d->pid, 0));
}

static int signal_queued(const struct decoys *d)
{
	union sigval none = { 0 };

	return refused(sigqueue(d->pid, 0, none));
}

static int handle_of_other(const struct decoys *d)
{
	return refused_fd(syscall(SYS_pidfd_open, d->pid, 0));
}

TRIES(signal_by_handle, syscall(SYS_pidfd_send_signal, -1, 0, NULL, 0))
TRIES(take_descriptor, syscall(SYS_pidfd_getfd, -1, 0, 0))

static int compare_other(const struct decoys *d)
{
	return refused(syscall(SYS_kcmp, d->pid, d->pid, 1, 0, 0));
}

static int limits_of_other(const struct decoys *d)
{
	struct rlimit r;

	return refused(prlimit(d->pid, RLIMIT_NOFILE, NULL, &r));
}

static int locks_of_other(const struct decoys *d)
{
	void *head;
	size_t len;

	return refused(syscall(SYS_get_robust_list, d->pid, &head, &len));
}

static int processors_of_other(const struct decoys *d)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(0, &set);
	return refused(sched_setaffinity(d->pid, sizeof(set), &set));
}

static int pages_of_other(const struct decoys *d)
{
	return refused(syscall(SYS_move_pages, d->pid, 0, NULL, NULL, NULL, 0));
}

static int advice_to_other(const struct decoys *d)
{
	(void)d;
	return refused(syscall(SYS_process_madvise, -1, NULL, 0, 0, 0));
}

static int disk_of_other(const struct decoys *d)
{
	return refused(syscall(SYS_ioprio_set, 1, d->pid, 0));
}

/* ---- new ones ---- */

/* A child, if there is one, ends at once. */
static int born(long pid)
{
	if (pid == 0)
		_exit(0);
	if (pid > 0)
		(void)waitpid((pid_t)pid, NULL, __WALL);
	return refused(pid);
}

static int do_fork(const struct decoys *d)
{
	(void)d;
	return born(syscall(SYS_fork));
}

static int do_vfork(const struct decoys *d)
{
	(void)d;
	/* NOLINTBEGIN(clang-analyzer-security.insecureAPI.vfork,clang-analyzer-unix.Vfork) */
	return born(vfork()); /* a door like others */
	/* NOLINTEND(clang-analyzer-security.insecureAPI.vfork,clang-analyzer-unix.Vfork) */
}

static int do_clone(const struct decoys *d)
{
	(void)d;
	return born(syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, 0));
}

static int do_clone_user(const struct decoys *d)
{
	(void)d;
	return born(syscall(SYS_clone, SIGCHLD | CLONE_NEWUSER, NULL, NULL, NULL, 0));
}

static int do_clone3(const struct decoys *d)
{
	struct clone_args args = { .exit_signal = SIGCHLD };

	(void)d;
	return born(syscall(SYS_clone3, &args, sizeof(args)));
}

/* Where it works the process becomes a program that ends well. */
static int exec_true(const struct decoys *d)
{
	(void)d;
	return refused(execve("/bin/true", no_words, no_words));
}

static int exec_shell(const struct decoys *d)
{
	static char name[] = "sh", option[] = "-c", command[] = "exit 0";
	char *const words[] = { name, option, command, NULL };

	(void)d;
	return refused(execve("/bin/sh", words, no_words));
}

static int exec_setuid(const struct decoys *d)
{
	(void)d;
	return refused(execve("/usr/bin/su", no_words, no_words));
}

static int exec_socket(const struct decoys *d)
{
	return refused(execve(d->xs, no_words, no_words));
}

static int exec_by_fd(const struct decoys *d)
{
	int fd = open("/bin/true", O_RDONLY | O_CLOEXEC);

	(void)d;
	return refused(syscall(SYS_execveat, fd, "", no_words, no_words, AT_EMPTY_PATH));
}

static int exec_at_path(const struct decoys *d)
{
	(void)d;
	return refused(
		syscall(SYS_execveat, AT_FDCWD, "/bin/true", no_words, no_words, 0));
}

/* The one call that the filter let through, to start us: the number is over the limit, so
 * that nothing can be opened there. */
static int exec_again(const struct decoys *d)
{
	struct rlimit files;

	(void)d;
	if (getrlimit(RLIMIT_NOFILE, &files) < 0)
		return errno;
	return refused(syscall(SYS_execveat, (int)files.rlim_max, "", no_words, no_words,
			       AT_EMPTY_PATH));
}

/* The same number with a path that begins at the root: the kernel ignores the number.
 * Static or dynamic, there may be nothing at that path: what is right is the filter's
 * answer, which does not look. */
static int exec_path_by_number(const struct decoys *d)
{
	struct rlimit files;

	(void)d;
	if (getrlimit(RLIMIT_NOFILE, &files) < 0)
		return errno;
	return refused(syscall(SYS_execveat, (int)files.rlim_max, "/bin/true", no_words,
			       no_words, AT_EMPTY_PATH));
}

/* Below vm.mmap_min_addr lies the path that started it: nobody without rights maps there. */
static int map_low(const struct decoys *d)
{
	(void)d;
	return syscall(SYS_mmap, 0L, sysconf(_SC_PAGESIZE), PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0L) == 0
		       ? 0
		       : errno;
}

/* A program out of nothing but memory. */
static int exec_memory(const struct decoys *d)
{
	static const char script[] = "#!/bin/true\n";
	int fd = (int)syscall(SYS_memfd_create, "probe", 0U);

	(void)d;
	if (fd < 0)
		return errno;
	if (write(fd, script, sizeof(script) - 1) < 0)
		return errno;
	return refused(syscall(SYS_execveat, fd, "", no_words, no_words, AT_EMPTY_PATH));
}

static int make_memory_file(const struct decoys *d)
{
	(void)d;
	return refused_fd(syscall(SYS_memfd_create, "probe", 0U));
}

#define O DOOR_OPEN_OUTSIDE
#define T DOOR_SHUT_TWICE
#define F DOOR_FORKS
const struct door probe_processes[] = {
	{ "trace another", trace, { EPERM }, O | F | T },
	{ "be traced", be_traced, { EPERM }, O | F },
	{ "read another's memory", read_memory, { EPERM }, T },
	{ "write another's memory", write_memory, { EPERM }, T },
	{ "signal another", signal_other, { EPERM }, O | T },
	{ "signal all", signal_all, { EPERM }, O | T },
	{ "signal process 1", signal_init, { EPERM }, O },
	{ "signal the parent", signal_parent, { EPERM }, O },
	{ "signal a thread", signal_thread, { EPERM }, O | T },
	{ "signal as of old", signal_old_way, { EPERM }, O | T },
	{ "signal with a word", signal_queued, { EPERM }, O | T },
	{ "a handle of another", handle_of_other, { EPERM }, O | T },
	{ "signal by a handle", signal_by_handle, { EPERM }, 0 },
	{ "take a descriptor", take_descriptor, { EPERM }, 0 },
	{ "compare others", compare_other, { EPERM }, O | T },
	{ "another's limits", limits_of_other, { EPERM }, T },
	{ "another's locks", locks_of_other, { EPERM }, O | T },
	{ "another's processors", processors_of_other, { EPERM }, O | T },
	{ "another's pages", pages_of_other, { EPERM }, O | T },
	{ "advise another's memory", advice_to_other, { EPERM }, 0 },
	{ "another's disk priority", disk_of_other, { EPERM }, O },
	{ "fork", do_fork, { EPERM }, O },
	{ "vfork", do_vfork, { EPERM }, O },
	{ "clone", do_clone, { EPERM }, O },
	{ "clone with a user namespace", do_clone_user, { EPERM }, 0 },
	/* its arguments cannot be looked at; libc then falls back to clone() */
	{ "clone3", do_clone3, { ENOSYS }, O },
	{ "execute a program", exec_true, { EPERM }, O | F | T },
	{ "execute a shell", exec_shell, { EPERM }, O | F | T },
	{ "execute a set-uid program", exec_setuid, { EPERM }, F | T },
	{ "execute the socket", exec_socket, { EPERM }, 0 | F },
	{ "execute by descriptor", exec_by_fd, { EPERM }, O | F },
	{ "execute at a path", exec_at_path, { EPERM }, O | F | T },
	/* EBADF: a room that may execute, and where there is no address for the path */
	{ "execute what started it", exec_again, { EPERM, EBADF }, 0 | F },
	{ "execute a path by that number", exec_path_by_number, { EPERM }, O | F | T },
	{ "a page for that path", map_low, { EPERM }, O | F },
	{ "execute memory", exec_memory, { EPERM }, O | F },
	{ "a file of memory", make_memory_file, { EPERM }, O },
	{ NULL, NULL, { 0 }, 0 },
};
