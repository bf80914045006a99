/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * privileges_calls - the system calls that are left to the agent.
 *
 * The list is the filter itself, made by the compiler: libseccomp, which makes such a
 * filter at every start, would cost 115 kB of the static program and as much resident
 * memory (measured).  What is not in it gives EPERM; a call of another architecture ends
 * the process.  What one architecture or an older kernel's header does not have stands
 * below its #ifdef.
 * Source: seccomp(2), linux include/uapi/linux/{seccomp,filter,audit}.h
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/net.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "guest-agent/privileges_parts.h"
#include "lib/sandbox_calls.h"

#if defined(__x86_64__)
#define OWN_ARCH AUDIT_ARCH_X86_64
#elif defined(__i386__)
#define OWN_ARCH AUDIT_ARCH_I386
#elif defined(__aarch64__)
#define OWN_ARCH AUDIT_ARCH_AARCH64
#elif defined(__arm__)
#define OWN_ARCH AUDIT_ARCH_ARM
#elif defined(__riscv) && __riscv_xlen == 64
#define OWN_ARCH AUDIT_ARCH_RISCV64
#else
#error "which AUDIT_ARCH_ of linux/audit.h is this?"
#endif
#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "the lower half of an argument is taken to come first"
#endif

#define X32_BIT 0x40000000 /* x86-64's second set of numbers */

#define LOAD(field)                                                                      \
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define RETURN(action) BPF_STMT(BPF_RET | BPF_K, action)
#define REFUSE	       RETURN(SECCOMP_RET_ERRNO | EPERM)
#define ALLOW(call)    ALLOW_NUMBER(__NR_##call)
#define ALLOW_NUMBER(nr)                                                                 \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, nr, 0, 1), RETURN(SECCOMP_RET_ALLOW)
/* Where (argument & mask) == value.  All of these are ints to the kernel, or have what
 * counts in the lower half. */
#define ALLOW_IF(call, n, mask, value)                                                   \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_##call, 0, 5), LOAD(args[n]),           \
		BPF_STMT(BPF_ALU | BPF_AND | BPF_K, mask),                               \
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1),                        \
		RETURN(SECCOMP_RET_ALLOW), REFUSE

/* Looking at a descriptor, another of the same file; and what fdopendir() sets. */
#define ALLOW_FCNTL(call)                                                                \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_##call, 0, 7), LOAD(args[1]),           \
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, F_GETFD, 3, 0),                      \
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, F_GETFL, 2, 0),                      \
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, F_SETFD, 1, 0),                      \
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, F_DUPFD_CLOEXEC, 0, 1),              \
		RETURN(SECCOMP_RET_ALLOW), REFUSE

#define OPEN_WRITES (O_ACCMODE | O_CREAT | O_TRUNC)

static const struct sock_filter filter[] = {
	LOAD(arch),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, OWN_ARCH, 1, 0),
	RETURN(SECCOMP_RET_KILL_PROCESS), /* before Linux 4.14: the thread */
	LOAD(nr),
#ifdef __x86_64__
	BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, X32_BIT, 0, 1),
	RETURN(SECCOMP_RET_KILL_PROCESS),
#endif
	/* reading and writing what is open; waiting for it */
	ALLOW(read),
	ALLOW(write),
	ALLOW(readv),
	ALLOW(writev),
	ALLOW(pread64),
	ALLOW(pwrite64),
	ALLOW(lseek),
	ALLOW(close),
	ALLOW(ppoll),
	ALLOW(sendto),
	ALLOW(sendmsg),
	ALLOW(recvfrom),
	ALLOW(recvmsg),
	ALLOW_FCNTL(fcntl),
	/* opening for reading, looking */
	ALLOW_IF(openat, 2, OPEN_WRITES, O_RDONLY),
	ALLOW(fstat),
	ALLOW(faccessat),
	ALLOW(readlinkat),
	ALLOW(getdents64),
	ALLOW(statfs),
	ALLOW(fstatfs),
	/* memory that is no code */
	ALLOW(brk),
	ALLOW(munmap),
	ALLOW(mremap),
	ALLOW(madvise),
	ALLOW_IF(mprotect, 2, PROT_EXEC, 0),
	/* time */
	ALLOW(clock_gettime),
	ALLOW(clock_getres),
	ALLOW(clock_nanosleep),
	ALLOW(nanosleep),
	ALLOW(gettimeofday),
	ALLOW(timerfd_settime),
	ALLOW(restart_syscall),
	/* its own signals, the lock of a thread, ending */
	ALLOW(rt_sigaction),
	ALLOW(rt_sigprocmask),
	ALLOW(rt_sigreturn),
	ALLOW(sigaltstack),
	ALLOW(futex),
	ALLOW(set_robust_list),
	ALLOW(sched_yield),
	ALLOW(exit),
	ALLOW(exit_group),
	/* who and where it is */
	ALLOW(getpid),
	ALLOW(gettid),
	ALLOW(getuid),
	ALLOW(geteuid),
	ALLOW(getgid),
	ALLOW(getegid),
	ALLOW(uname),
	ALLOW(sysinfo), /* glibc's qsort(): how much memory is there? */
	ALLOW(sched_getaffinity),
#ifdef __NR_mmap
	ALLOW_IF(mmap, 2, PROT_EXEC, 0),
#endif
#ifdef __NR_mmap2
	ALLOW_IF(mmap2, 2, PROT_EXEC, 0),
#endif
#ifdef __NR_newfstatat
	ALLOW(newfstatat),
#endif
#ifdef __NR_poll /* all of the first machines' calls, which later ones lack */
	ALLOW(poll),
	ALLOW_IF(open, 1, OPEN_WRITES, O_RDONLY),
	ALLOW(stat),
	ALLOW(lstat),
	ALLOW(access),
	ALLOW(readlink),
	ALLOW(getdents),
#endif
#ifdef __NR_time
	ALLOW(time),
#endif
#ifdef __NR__llseek /* 32 bits: of files */
	ALLOW(_llseek),
	ALLOW_FCNTL(fcntl64),
	ALLOW(stat64),
	ALLOW(lstat64),
	ALLOW(fstat64),
	ALLOW(fstatat64),
	ALLOW(statfs64),
	ALLOW(fstatfs64),
#endif
#ifdef __NR_clock_gettime64 /* 32 bits: of time */
	ALLOW(clock_gettime64),
	ALLOW(clock_getres_time64),
	ALLOW(clock_nanosleep_time64),
	ALLOW(timerfd_settime64),
	ALLOW(ppoll_time64),
	ALLOW(futex_time64),
#endif
#ifdef __NR_socketcall /* i386: sockets by one call */
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_socketcall, 0, 7),
	LOAD(args[0]),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_SENDMSG, 3, 0),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_RECVMSG, 2, 0),
	BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, SYS_SEND, 0, 2),
	BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, SYS_RECVFROM, 1, 0),
	RETURN(SECCOMP_RET_ALLOW),
	REFUSE,
#endif
#ifdef __NR_send /* arm */
	ALLOW(send),
	ALLOW(recv),
#endif
#ifdef __NR_sigreturn
	ALLOW(sigreturn),
#endif
/* newer than the oldest headers */
#ifdef __NR_getrandom
	ALLOW(getrandom),
#endif
#ifdef __NR_statx
	ALLOW(statx),
#endif
#ifdef __NR_faccessat2
	ALLOW(faccessat2),
#endif
#ifdef __NR_rseq
	ALLOW(rseq),
#endif
#if SANDBOX_ASAN /* reports, and the search for leaks, which traces the process */
	ALLOW(pipe),
	ALLOW(pipe2),
	ALLOW(clone),
	ALLOW(ptrace),
	ALLOW(wait4),
	ALLOW(prctl),
	ALLOW(prlimit64),
	ALLOW(getrlimit),
	ALLOW(getppid),
	ALLOW(kill),
	ALLOW(tgkill),
#endif
	REFUSE,
};

static const struct sock_fprog program = {
	.len = sizeof(filter) / sizeof(*filter),
	.filter = (struct sock_filter *)(uintptr_t)filter, /* the kernel only reads it */
};

/* Two ways not to know it: before seccomp(), and without filters. */
static int lock_caller(void)
{
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) == 0)
		return 0;
	return errno == EINVAL ? -EOPNOTSUPP : -errno;
}

bool privileges_reach_threads(void)
{
	/* EFAULT: it would.  EPERM: it has, and nobody can ask any more. */
	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC,
		       NULL) < 0 &&
	       (errno == EFAULT || errno == EPERM);
}

int privileges_lock_calls(bool alone)
{
	long r;

	if (alone || !privileges_reach_threads())
		return lock_caller();
	r = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC,
		    &program);
	if (r > 0)
		return -EBUSY; /* a thread has a filter of its own */
	return r < 0 ? -errno : 0;
}
