/* SPDX-License-Identifier: BSD-2-Clause */
/* room_calls - the system calls that are left to the program, and to process 1. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
#include <linux/seccomp.h>

#include "dom0-tools/room_steps.h"
#include "lib/cleanup.h"
#include "lib/log.h"
#include "lib/sandbox_calls.h"
#include "lib/sandbox_parts.h"

/* Beyond lib/sandbox's: what a program does to start, with descriptors that it has, to
 * wait, and to look at itself and at what the room shows. */
static const char *const base[] = {
	"arch_prctl", "set_tid_address",
	/* descriptors */
	"dup", "dup2", "dup3", "pipe", "pipe2", "eventfd2", "epoll_create1", "epoll_ctl",
	"epoll_wait", "epoll_pwait", "timerfd_create", "timerfd_settime",
	"timerfd_gettime", "signalfd4",
	/* sockets that it has; its own are of the kinds below */
	"connect", "accept", "accept4", "getsockname", "getpeername", "getsockopt",
	"setsockopt",
	/* signals and timers of its own */
	"rt_sigsuspend", "rt_sigtimedwait", "rt_sigpending", "pause", "alarm",
	"setitimer", "getitimer",
	/* what is there: libxenstore looks whether /xs is a socket */
	"stat", "newfstatat", "statx", "lstat", "access", "faccessat", "faccessat2",
	"readlink", "readlinkat", "getcwd", "fstatfs",
	/* who am I */
	"getresuid", "getresgid", "getgroups", "capget", "sysinfo", "umask", NULL
};

/* Where files are to be opened: libraries, what is bound. */
static const char *const of_files[] = { "getdents64", "fadvise64", "statfs", NULL };
static const char *const of_writing[] = { "open",      "openat",    "fsync",  "fdatasync",
					  "ftruncate", "fallocate", "mkdir",  "mkdirat",
					  "unlink",    "unlinkat",  "rename", "renameat",
					  "renameat2", "rmdir",	    NULL };
static const char *const of_forking[] = { "fork", "vfork",  "wait4", "waitid",
					  "kill", "tgkill", NULL };
static const char *const of_executing[] = { "execve", "execveat", NULL };
/* A late program makes itself small. */
static const char *const of_late[] = { "setuid",    "setgid",	 "setreuid",  "setregid",
				       "setresuid", "setresgid", "setgroups", "chroot",
				       "chdir",	    "setfsuid",	 "setfsgid",  NULL };

#define TYPE   0xfU /* of a socket, without SOCK_CLOEXEC and SOCK_NONBLOCK */
#define W_X    (PROT_WRITE | PROT_EXEC)
#define THREAD (CLONE_VM | CLONE_THREAD | CLONE_SIGHAND)

static const struct sandbox_rule rules_base[] = {
	{ "fcntl", 1, SANDBOX_EXACTLY, F_SETFL },
	{ "fcntl", 1, SANDBOX_EXACTLY, F_SETFD },
	{ "fcntl", 1, SANDBOX_EXACTLY, F_DUPFD },
	{ "fcntl", 1, SANDBOX_EXACTLY, F_DUPFD_CLOEXEC },
	{ "prctl", 0, SANDBOX_EXACTLY, PR_SET_NAME },
	{ "kill", 0, SANDBOX_EXACTLY, ROOM_PROGRAM_PID },
	{ "tgkill", 0, SANDBOX_EXACTLY, ROOM_PROGRAM_PID },
	{ "clone", 0, THREAD | SANDBOX_NEW, THREAD },
};
/* The loader maps code; what is code is never writable. */
static const struct sandbox_rule rules_dynamic[] = { { "mmap", 2, W_X, PROT_EXEC } };
static const struct sandbox_rule rules_forking[] = { { "clone", 0, SANDBOX_NEW, 0 } };

/* What process 1 does till the end. */
static const char *const init_calls[] = { "rt_sigtimedwait",
					  "rt_sigreturn",
					  "restart_syscall",
					  "wait4",
					  "exit",
					  "exit_group",
					  "close",
					  "sendto",
#if SANDBOX_ASAN
					  "sigaltstack", /* its _exit() looks at stacks */
#endif
					  NULL };
static const struct sandbox_rule init_rules[] = { { "kill", 0, SANDBOX_EXACTLY,
						    ROOM_PROGRAM_PID } };

/* A socket of the kinds that the room has use for: domain and type are both looked at. */
static int add_sockets(scmp_filter_ctx ctx, bool network)
{
	static const int inet[] = { AF_INET, AF_INET6 };
	const struct scmp_arg_cmp local[] = {
		{ 0, SCMP_CMP_MASKED_EQ, SANDBOX_EXACTLY, AF_UNIX },
		{ 1, SCMP_CMP_MASKED_EQ, TYPE, SOCK_STREAM },
	};
	int r = sandbox_filter_add(ctx, "socket", 2, local);

	if (r == 0)
		r = sandbox_filter_add(ctx, "socketpair", 2, local);
	for (size_t i = 0; r == 0 && network && i < 2; i++) {
		const struct scmp_arg_cmp cmp = { 0, SCMP_CMP_MASKED_EQ, SANDBOX_EXACTLY,
						  (scmp_datum_t)inet[i] };

		r = sandbox_filter_add(ctx, "socket", 1, &cmp);
	}
	if (r == 0 && network)
		r = sandbox_filter_add(ctx, "bind", 0, NULL);
	return r == 0 && network ? sandbox_filter_add(ctx, "listen", 0, NULL) : r;
}

/* The one program, from the one descriptor: it is closed by that, and no other can ever
 * get the number, which is over the limit.  For an absolute path the kernel ignores the
 * descriptor: hence the path's address is looked at, too, where a program, which has no
 * CAP_SYS_RAWIO, cannot put any. */
static int add_exec(scmp_filter_ctx ctx, const struct room *room)
{
	const struct scmp_arg_cmp once[] = {
		{ 0, SCMP_CMP_MASKED_EQ, SANDBOX_EXACTLY, (scmp_datum_t)room->program },
		{ 4, SCMP_CMP_MASKED_EQ, SANDBOX_EXACTLY, AT_EMPTY_PATH },
		{ 1, SCMP_CMP_EQ, room->path, 0 },
	};
	unsigned known = room->path == ROOM_ANYWHERE ? 2 : 3;
	int r = sandbox_filter_add_limits(ctx);

	return r < 0 ? r : sandbox_filter_add(ctx, "execveat", known, once);
}

static int add_ioctls(scmp_filter_ctx ctx, const struct room_profile *p)
{
	int r = 0;

	for (size_t i = 0; i < p->ioctls_count && r == 0; i++) {
		const struct scmp_arg_cmp cmp = { 1, SCMP_CMP_MASKED_EQ, SANDBOX_EXACTLY,
						  p->ioctls[i] };

		r = sandbox_filter_add(ctx, "ioctl", 1, &cmp);
	}
	return r;
}

static int add_files(scmp_filter_ctx ctx, const struct room *room)
{
	const struct room_profile *p = &room->profile;
	bool writing = false;
	int r;

	for (size_t i = 0; i < p->binds_count; i++)
		writing |= p->binds[i].writable || p->binds[i].device;
	r = room->libraries.interpreter ? SANDBOX_ADD_RULES(ctx, rules_dynamic) : 0;
	if (r == 0 && (room->libraries.interpreter || p->binds_count > 0)) {
		r = sandbox_filter_add_calls(ctx, of_files);
		if (r == 0)
			r = writing ? sandbox_filter_add_calls(ctx, of_writing)
				    : sandbox_filter_add_reading(ctx);
	}
	return r;
}

static int add_profile(scmp_filter_ctx ctx, const struct room_profile *p)
{
	int r = add_ioctls(ctx, p);

	if (r == 0 && p->fork)
		r = sandbox_filter_add_calls(ctx, of_forking);
	if (r == 0 && p->fork)
		r = SANDBOX_ADD_RULES(ctx, rules_forking);
	if (r == 0 && p->exec)
		r = sandbox_filter_add_calls(ctx, of_executing);
	if (r == 0 && p->late)
		r = sandbox_filter_add_calls(ctx, of_late);
	return r == 0 ? sandbox_filter_add_calls(ctx, (const char *const *)p->calls.item)
		      : r;
}

static int add_all(scmp_filter_ctx ctx, const struct room *room)
{
	int r = sandbox_filter_add_plain(ctx);

	if (r == 0)
		r = sandbox_filter_add_calls(ctx, base);
	if (r == 0)
		r = SANDBOX_ADD_RULES(ctx, rules_base);
	if (r == 0)
		r = add_sockets(ctx, room->profile.network);
	if (r == 0)
		r = add_exec(ctx, room);
	if (r == 0)
		r = add_files(ctx, room);
	if (r == 0)
		r = add_profile(ctx, &room->profile);
	/* libc falls back to clone(), whose flags can be looked at */
	if (r == 0)
		r = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
	return r == -EDOM ? 0 : r;
}

static void tell_unknown(const struct room_profile *p)
{
	for (size_t i = 0; i < p->calls.count; i++)
		if (seccomp_syscall_resolve_name(p->calls.item[i]) == __NR_SCMP_ERROR)
			log_warning("no system call '%s' is known here: it is refused",
				    p->calls.item[i]);
}

int room_step_filter(struct room *room)
{
	scmp_filter_ctx ctx;
	int r = sandbox_filter_new(&ctx);

	if (r < 0)
		return r;
	tell_unknown(&room->profile);
	r = add_all(ctx, room);
	if (r == 0)
		r = sandbox_filter_take(ctx, &room->calls);
	seccomp_release(ctx);
	if (r == 0)
		r = sandbox_filter_new(&ctx);
	if (r < 0)
		return r;
	r = sandbox_filter_add_calls(ctx, init_calls);
	if (r == 0)
		r = SANDBOX_ADD_RULES(ctx, init_rules);
	if (r == 0)
		r = sandbox_filter_take(ctx, &room->init_calls);
	seccomp_release(ctx);
	return r;
}

int room_step_seccomp(struct room *room)
{
	if (getpid() != ROOM_PROGRAM_PID)
		return room_fail(room, -ESRCH, "the program is process %d of its room",
				 (int)getpid());
	return sandbox_filter_install(&room->calls);
}

int room_calls_init(struct room *room)
{
	return sandbox_filter_install(&room->init_calls);
}
