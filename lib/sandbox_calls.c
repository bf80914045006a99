/* SPDX-License-Identifier: BSD-2-Clause */
#include "lib/sandbox_calls.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <linux/seccomp.h>

#include "lib/cleanup.h"
#include "lib/sandbox_parts.h"

#define FILTER_MAX 4096 /* instructions: the kernel's own limit, BPF_MAXINSNS */

/* Whatever their arguments.  Other machines know more of them, some fewer. */
static const char *const plain_calls[] = {
	/* reading and writing what is open */
	"read",
	"write",
	"readv",
	"writev",
	"pread64",
	"pwrite64",
	"preadv",
	"pwritev",
	"lseek",
	"_llseek",
	"close",
	"fstat",
	"fstat64",
	"recv",
	"recvfrom",
	"recvmsg",
	"send",
	"sendto",
	"sendmsg",
	"poll",
	"ppoll",
	"select",
	"_newselect",
	"pselect6",
	"shutdown",
	/* memory */
	"brk",
	"munmap",
	"mremap",
	"madvise",
	"membarrier",
	/* time */
	"clock_gettime",
	"clock_getres",
	"clock_nanosleep",
	"nanosleep",
	"gettimeofday",
	"time",
	"restart_syscall",
	/* signals to itself, locks of threads, ending */
	"rt_sigaction",
	"rt_sigprocmask",
	"rt_sigreturn",
	"sigaltstack",
	"futex",
	"set_robust_list",
	"rseq",
	"sched_yield",
	"exit",
	"exit_group",
	/* who am I, what is there */
	"getpid",
	"gettid",
	"getppid",
	"getuid",
	"geteuid",
	"getgid",
	"getegid",
	"getrandom",
	"getrlimit",
	"ugetrlimit",
	"getrusage",
	"sched_getaffinity",
	"getcpu",
	"uname",
#if SANDBOX_ASAN
	/* ASan's reports try what memory is there by writing it to a pipe */
	"pipe",
	"pipe2",
#endif
	NULL,
};

/* Opening and looking, where the room has files. */
static const char *const of_files[] = { "stat",	      "stat64",	    "newfstatat",
					"fstatat64",  "statx",	    "access",
					"faccessat",  "faccessat2", "readlink",
					"readlinkat", "getdents64", NULL };

static const struct sandbox_rule rules[] = {
	/* no code is made */
	{ "mmap", 2, PROT_EXEC, 0 },
	{ "mmap2", 2, PROT_EXEC, 0 },
	{ "mprotect", 2, PROT_EXEC, 0 },
	/* flags are shared with whoever else has the file: looking only */
	{ "fcntl", 1, SANDBOX_EXACTLY, F_GETFL },
	{ "fcntl", 1, SANDBOX_EXACTLY, F_GETFD },
	{ "fcntl64", 1, SANDBOX_EXACTLY, F_GETFL },
	{ "fcntl64", 1, SANDBOX_EXACTLY, F_GETFD },
	/* libc's fstat() */
	{ "newfstatat", 3, AT_EMPTY_PATH, AT_EMPTY_PATH },
	{ "statx", 2, AT_EMPTY_PATH, AT_EMPTY_PATH },
};

static const struct sandbox_rule rules_of_files[] = {
	{ "open", 1, O_ACCMODE | O_CREAT | O_TRUNC, O_RDONLY },
	{ "openat", 2, O_ACCMODE | O_CREAT | O_TRUNC, O_RDONLY },
};

static const struct sandbox_rule rules_of_threads[] = {
	{ "clone", 0, CLONE_VM | CLONE_THREAD | CLONE_SIGHAND,
	  CLONE_VM | CLONE_THREAD | CLONE_SIGHAND },
};

/* Not AF_UNIX: the abstract ones of the host can be reached from its network namespace. */
static const struct sandbox_rule rules_of_sockets[] = {
	{ "socket", 0, SANDBOX_EXACTLY, AF_INET },
	{ "socket", 0, SANDBOX_EXACTLY, AF_INET6 },
};

int sandbox_filter_add(scmp_filter_ctx ctx, const char *call, unsigned count,
		       const struct scmp_arg_cmp *cmp)
{
	int number = seccomp_syscall_resolve_name(call);
	int r;

	if (number == __NR_SCMP_ERROR)
		return 0;
	r = seccomp_rule_add_array(ctx, SCMP_ACT_ALLOW, number, count, cmp);
	return r == -EDOM ? 0 : r;
}

int sandbox_filter_add_calls(scmp_filter_ctx ctx, const char *const *calls)
{
	int r = 0;

	for (; calls && *calls && r == 0; calls++)
		r = sandbox_filter_add(ctx, *calls, 0, NULL);
	return r;
}

int sandbox_filter_add_rules(scmp_filter_ctx ctx, const struct sandbox_rule *rule,
			     size_t count)
{
	int r = 0;

	for (; count > 0 && r == 0; count--, rule++) {
		struct scmp_arg_cmp cmp = { .arg = rule->arg,
					    .op = SCMP_CMP_MASKED_EQ,
					    .datum_a = rule->mask,
					    .datum_b = rule->value };

		r = sandbox_filter_add(ctx, rule->call, 1, &cmp);
	}
	return r;
}

int sandbox_filter_add_limits(scmp_filter_ctx ctx)
{
	const struct scmp_arg_cmp cmp[] = { { 0, SCMP_CMP_EQ, 0, 0 },
					    { 2, SCMP_CMP_EQ, 0, 0 } };

	return sandbox_filter_add(ctx, "prlimit64", 2, cmp);
}

/* (abort() sends a signal) */
int sandbox_filter_add_own(scmp_filter_ctx ctx)
{
	const struct scmp_arg_cmp own = { 0, SCMP_CMP_EQ, (scmp_datum_t)getpid(), 0 };
	int r = sandbox_filter_add(ctx, "tgkill", 1, &own);

	return r == 0 ? sandbox_filter_add_limits(ctx) : r;
}

/* What the caller asks for; sockets are those of the internet only. */
static int add_wanted(scmp_filter_ctx ctx, const char *const *calls)
{
	int r = 0;

	for (; calls && *calls && r == 0; calls++)
		r = strcmp(*calls, "socket") == 0
			    ? SANDBOX_ADD_RULES(ctx, rules_of_sockets)
			    : sandbox_filter_add(ctx, *calls, 0, NULL);
	return r;
}

int sandbox_filter_add_plain(scmp_filter_ctx ctx)
{
	int r = sandbox_filter_add_calls(ctx, plain_calls);

	return r == 0 ? SANDBOX_ADD_RULES(ctx, rules) : r;
}

int sandbox_filter_add_reading(scmp_filter_ctx ctx)
{
	int r = sandbox_filter_add_calls(ctx, of_files);

	return r == 0 ? SANDBOX_ADD_RULES(ctx, rules_of_files) : r;
}

static int add_all(scmp_filter_ctx ctx, const struct sandbox *box)
{
	int r = sandbox_filter_add_plain(ctx);

	if (r == 0)
		r = sandbox_filter_add_own(ctx);
	if (r == 0 && (box->files || box->programs))
		r = sandbox_filter_add_reading(ctx);
	if (r == 0 && box->programs)
		r = sandbox_program_calls(ctx);
	if (r == 0 && box->processes > 0)
		r = SANDBOX_ADD_RULES(ctx, rules_of_threads);
	if (r == 0)
		r = add_wanted(ctx, box->calls);
	if (r == 0)
		r = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
	return r == -EDOM ? 0 : r;
}

int sandbox_filter_new(scmp_filter_ctx *ret_ctx)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	int r;

	if (!ctx)
		return -ENOMEM;
	r = seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
	if (r < 0) /* a libseccomp or kernel of before 2018 */
		r = seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL);
	if (r < 0)
		seccomp_release(ctx);
	else
		*ret_ctx = ctx;
	return r;
}

/* Through a pipe: it holds the 32 KiB of the longest. */
int sandbox_filter_take(scmp_filter_ctx ctx, struct sock_fprog *ret)
{
	autofree struct sock_filter *code = calloc(FILTER_MAX, sizeof(*code));
	int ends[2], r;
	ssize_t n = 0;

	if (!code)
		return -ENOMEM;
	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0)
		return -errno;
	r = seccomp_export_bpf(ctx, ends[1]);
	if (r == 0)
		n = read(ends[0], code, FILTER_MAX * sizeof(*code));
	if (n < 0)
		r = -errno;
	(void)close(ends[0]);
	(void)close(ends[1]);
	if (r < 0 || n == 0 || (size_t)n % sizeof(*code) != 0)
		return r < 0 ? r : -EIO;
	ret->len = (unsigned short)((size_t)n / sizeof(*code));
	ret->filter = steal_ptr(code);
	return 0;
}

int sandbox_filter_install(const struct sock_fprog *filter)
{
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, filter, 0, 0) < 0 ? -errno : 0;
}

int sandbox_calls(const struct sandbox *box)
{
	scmp_filter_ctx ctx = NULL;
	int r = box->programs ? sandbox_program_prepare() : 0;

	if (r == 0)
		r = sandbox_filter_new(&ctx);
	if (r < 0)
		return r;
	r = add_all(ctx, box);
	if (r == 0)
		r = seccomp_load(ctx);
	seccomp_release(ctx);
	return r;
}
