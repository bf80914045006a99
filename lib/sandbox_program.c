/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sandbox_program - programs that are started in the room, with less than the room has.
 *
 * Who starts them forks, and in the child sandbox_program() goes: death with the parent,
 * limits, signals, an alarm, a second filter over the room's, exec.  That filter lets pass
 * what a dynamic program needs to start and to read; it is made before the room is entered,
 * since a child has no more than needed to install it.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/sandbox.h"
#include "lib/sandbox_calls.h"
#include "lib/sandbox_parts.h"

/* What a program does to start, and to find out where and what it reads from. */
static const char *const of_programs[] = {
	"arch_prctl", "set_tid_address", "getcwd",  "statfs",	 "statfs64", "fstatfs",
	"fstatfs64",  "lstat",		 "lstat64", "fadvise64", NULL
};
static const struct sandbox_rule rules_of_programs[] = {
	/* the loader maps code; what is code is never writable */
	{ "mmap", 2, PROT_WRITE | PROT_EXEC, PROT_EXEC },
	{ "mmap2", 2, PROT_WRITE | PROT_EXEC, PROT_EXEC },
	/* how large is a block device, and its blocks? */
	{ "ioctl", 1, SANDBOX_EXACTLY, BLKGETSIZE64 },
	{ "ioctl", 1, SANDBOX_EXACTLY, BLKSSZGET },
};

/* Who starts them, and their children until exec. */
static const char *const of_starting[] = { "wait4",	"pipe2", "dup2",      "dup3",
					   "setrlimit", "alarm", "setitimer", NULL };
static const struct sandbox_rule rules_of_starting[] = {
	{ "clone", 0, SANDBOX_NEW, 0 },
	{ "prlimit64", 0, SANDBOX_EXACTLY, 0 },
	{ "prctl", 0, SANDBOX_EXACTLY, PR_SET_PDEATHSIG },
	{ "prctl", 0, SANDBOX_EXACTLY, PR_SET_SECCOMP },
	{ "fcntl", 1, SANDBOX_EXACTLY, F_DUPFD_CLOEXEC },
	{ "fcntl", 1, SANDBOX_EXACTLY, F_SETPIPE_SZ },
	{ "fcntl", 1, SANDBOX_EXACTLY, F_SETFD },
};

/* Made once, and kept until the end: of programs, and of who starts none. */
static struct sock_fprog filter, narrow;

/* The one from the one descriptor, which exec closes, and whose number is over the limit.
 * By an absolute path the kernel would ignore it; but nothing else can be executed in the
 * room than what was put there for this. */
static int add_exec(scmp_filter_ctx ctx)
{
	const struct scmp_arg_cmp once[] = {
		{ 0, SCMP_CMP_MASKED_EQ, SANDBOX_EXACTLY, SANDBOX_PROGRAM_FD },
		{ 4, SCMP_CMP_MASKED_EQ, SANDBOX_EXACTLY, AT_EMPTY_PATH },
	};

	return sandbox_filter_add(ctx, "execveat", 2, once);
}

static int add_of_programs(scmp_filter_ctx ctx)
{
	int r = sandbox_filter_add_calls(ctx, of_programs);

	if (r == 0)
		r = SANDBOX_ADD_RULES(ctx, rules_of_programs);
	return r == 0 ? add_exec(ctx) : r;
}

int sandbox_program_calls(scmp_filter_ctx ctx)
{
	int r = add_of_programs(ctx);

	if (r == 0)
		r = sandbox_filter_add_calls(ctx, of_starting);
	return r == 0 ? SANDBOX_ADD_RULES(ctx, rules_of_starting) : r;
}

static int add_all_of_programs(scmp_filter_ctx ctx)
{
	int r = sandbox_filter_add_reading(ctx);

	if (r == 0)
		r = add_of_programs(ctx);
	return r == 0 ? sandbox_filter_add_limits(ctx) : r;
}

static int make_filter(int (*add)(scmp_filter_ctx ctx), struct sock_fprog *ret)
{
	scmp_filter_ctx ctx;
	int r = sandbox_filter_new(&ctx);

	if (r < 0)
		return r;
	r = sandbox_filter_add_plain(ctx);
	if (r == 0)
		r = add(ctx);
	if (r == 0)
		r = sandbox_filter_take(ctx, ret);
	seccomp_release(ctx);
	return r;
}

int sandbox_program_prepare(void)
{
	int r = make_filter(add_all_of_programs, &filter);

	return r == 0 ? make_filter(sandbox_filter_add_own, &narrow) : r;
}

int sandbox_narrow(void)
{
	return sandbox_filter_install(&narrow);
}

int sandbox_program_open(const char *path)
{
	autoclose int fd = open(path, O_PATH | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	return dup3(fd, SANDBOX_PROGRAM_FD, O_CLOEXEC) < 0 ? -errno : 0;
}

static int set_limits(const struct sandbox_program *p)
{
	int r = rights_limit(RLIMIT_FSIZE, 0);

#if !SANDBOX_ASAN /* tests' programs may be of its kind, too */
	if (r == 0)
		r = rights_limit(RLIMIT_AS, p->memory_max);
#endif
	if (r == 0)
		r = rights_limit(RLIMIT_NOFILE, SANDBOX_PROGRAM_FDS);
	return r == 0 ? rights_limit(RLIMIT_CPU, p->cpu_s) : r;
}

/* What is ignored stays so over exec: it shall end when nobody reads what it writes. */
static int reset_signals(void)
{
	static const int numbers[] = { SIGPIPE, SIGXFSZ, SIGALRM, SIGXCPU };

	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
		if (signal(numbers[i], SIG_DFL) == SIG_ERR)
			return -errno;
	return 0;
}

int sandbox_program(const struct sandbox_program *p)
{
	int r = 0;

	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0)
		return -errno;
	if (getppid() != p->parent)
		return -ESRCH;
	r = reset_signals();
	if (r == 0)
		r = set_limits(p);
	if (r < 0)
		return r;
	(void)alarm(p->wall_s); /* cannot fail */
	r = sandbox_filter_install(&filter);
	if (r < 0)
		return r;
	/* execve() does not change the strings */
	(void)syscall(SYS_execveat, SANDBOX_PROGRAM_FD, "",
		      (char *const *)(uintptr_t)p->argv, (char *const *)(uintptr_t)p->env,
		      AT_EMPTY_PATH);
	return -errno;
}
