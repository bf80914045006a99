/* SPDX-License-Identifier: BSD-2-Clause */
/* agent_sealed - privileges_seal() by what it refuses, to each thread, and what it leaves. */
#include <dirent.h>
#include <fcntl.h>
#include <grp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <sys/wait.h>

#include "guest-agent/privileges.h"
#include "guest-agent/privileges_parts.h"
#include "lib/log.h"
#include "lib/sandbox_calls.h"
#include "tests/tap.h"
#include "tests/unit/privileges_case.h"

struct refused {
	const char *name;
	long (*call)(void);
	bool asan; /* refused with AddressSanitizer, too */
};

static long open_write(void)
{
	return openat(case_root, "etc/open", O_WRONLY);
}
static long open_both(void)
{
	return openat(case_root, "etc/open", O_RDWR);
}
static long open_create(void)
{
	return openat(case_root, "etc/new", O_CREAT, 0600);
}
static long open_truncate(void)
{
	return openat(case_root, "etc/open", O_TRUNC);
}
static long open_unnamed(void)
{
	return open("/", O_TMPFILE | O_WRONLY, 0600);
}
static long make_dir(void)
{
	return mkdir("/tmp/x", 0700);
}
static long remove_file(void)
{
	return unlink("/nonexistent");
}
static long move_file(void)
{
	return rename("/nonexistent", "/tmp/x");
}
static long link_file(void)
{
	return symlink("x", "/nonexistent/x");
}
static long change_mode(void)
{
	return fchmod(case_root, 0777);
}
static long change_owner(void)
{
	return fchown(case_root, 0, 0);
}
static long of_internet(void)
{
	return socket(AF_INET, SOCK_STREAM, 0);
}
static long of_unix(void)
{
	return socket(AF_UNIX, SOCK_DGRAM, 0);
}
static long of_netlink(void)
{
	return socket(AF_NETLINK, SOCK_RAW, 0);
}
static long bind_any(void)
{
	return bind(0, NULL, 0);
}
static long connect_any(void)
{
	return connect(0, NULL, 0);
}
static long new_process(void)
{
	return syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
}
static long new_process3(void)
{
	return syscall(435, NULL, 0);
}
static long new_program(void)
{
	return execl("/bin/true", "true", (char *)NULL);
}
static long trace_it(void)
{
	return syscall(SYS_ptrace, 0, 0, 0, 0);
}
static long signal_it(void)
{
	return kill(getpid(), 0);
}
static long become_root(void)
{
	return setresuid(0, 0, 0);
}
static long new_group(void)
{
	return setgroups(0, NULL);
}
static long undo_dumpable(void)
{
	return prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
}
static long raise_limit(void)
{
	return syscall(SYS_prlimit64, 0, RLIMIT_CORE, NULL, NULL);
}
static long new_namespace(void)
{
	return unshare(CLONE_NEWUSER);
}
static long mount_it(void)
{
	return syscall(SYS_mount, "x", "/", "tmpfs", 0, NULL);
}
static long new_root(void)
{
	return chroot("/");
}
static long control(void)
{
	return syscall(SYS_ioctl, 0, 0x5413, NULL);
}
static long in_memory(void)
{
	return syscall(SYS_memfd_create, "x", 0);
}
static long new_ring(void)
{
	return syscall(425, 1, NULL);
}
static long new_key(void)
{
	return syscall(SYS_keyctl, 0, -3, 0);
}
static long new_bpf(void)
{
	return syscall(SYS_bpf, 0, NULL, 0);
}
static long openat_again(void)
{
	return syscall(437, case_root, "etc", NULL, 0);
}
static long share(void)
{
	return fcntl(0, F_SETFL, O_NONBLOCK);
}
static long other_memory(void)
{
	return syscall(SYS_process_vm_readv, getpid(), NULL, 0, NULL, 0, 0);
}
static long code(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		       0);

	return p == MAP_FAILED ? -1 : 0;
}
static long made_code(void)
{
	void *p = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return mprotect(p, 4096, PROT_READ | PROT_EXEC);
}

static const struct refused refused[] = {
	{ "opening for writing", open_write, true },
	{ "opening for both", open_both, true },
	{ "creating", open_create, true },
	{ "truncating", open_truncate, true },
	{ "a file without a name", open_unnamed, true },
	{ "a directory", make_dir, true },
	{ "removing", remove_file, true },
	{ "renaming", move_file, true },
	{ "a link", link_file, true },
	{ "a mode", change_mode, true },
	{ "an owner", change_owner, true },
	{ "a socket of the internet", of_internet, true },
	{ "a local socket", of_unix, true },
	{ "a netlink socket", of_netlink, true },
	{ "binding", bind_any, true },
	{ "connecting", connect_any, true },
	{ "a process", new_process, false },
	{ "a process by clone3()", new_process3, true },
	{ "a program", new_program, true },
	{ "tracing", trace_it, false },
	{ "a signal", signal_it, false },
	{ "becoming root", become_root, true },
	{ "groups", new_group, true },
	{ "being looked into", undo_dumpable, false },
	{ "a limit", raise_limit, false },
	{ "a namespace", new_namespace, true },
	{ "mounting", mount_it, true },
	{ "another root", new_root, true },
	{ "a device's control", control, true },
	{ "a file in memory", in_memory, true },
	{ "a ring of requests", new_ring, true },
	{ "a key", new_key, true },
	{ "a program of the kernel's", new_bpf, true },
	{ "openat2()", openat_again, true },
	{ "flags that others share", share, true },
	{ "another's memory", other_memory, true },
	{ "code in memory", code, true },
	{ "memory that becomes code", made_code, true },
};
static const struct refused *now;

static void case_refused(void)
{
	case_seal();
	expect(now->call() < 0 && errno == EPERM);
}

static void check_refused(void)
{
	char name[128];

	for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++) {
		now = &refused[i];
		if (SANDBOX_ASAN && !now->asan)
			continue; /* that build's reports need it */
		(void)snprintf(name, sizeof(name), "not %s", now->name);
		ok(case_passes(case_refused), "%s", name);
	}
}

static void case_left(void)
{
	int event = eventfd(0, EFD_CLOEXEC);
	uint64_t one = 1;
	struct statfs fs;
	struct stat st;
	char *memory;
	DIR *dir;
	int fd;

	expect(event >= 0);
	case_seal();
	expect(case_status_is("self", "Seccomp", "2"));
	expect(SANDBOX_ASAN || case_limit_is(RLIMIT_NPROC, 0) || errno == EPERM);
	expect((fd = open("/proc/meminfo", O_RDONLY | O_CLOEXEC)) >= 0);
	expect(read(fd, case_said, 10) == 10 && fstat(fd, &st) == 0 && close(fd) == 0);
	expect((fd = fcntl(case_root, F_DUPFD_CLOEXEC, 0)) >= 0);
	expect(fstatat(fd, "etc", &st, 0) == 0 && statfs("/", &fs) == 0);
	expect((dir = fdopendir(openat(case_root, "etc", O_RDONLY | O_DIRECTORY))) &&
	       readdir(dir) && closedir(dir) == 0);
	expect(write(event, &one, sizeof(one)) == sizeof(one) &&
	       read(event, &one, sizeof(one)) == sizeof(one));
	memory = malloc(4 << 20);
	expect(memory);
	memset(memory, 1, 4 << 20);
	free(memory);
	log_info("still told");
}

static void *thread_main(void *arg)
{
	static char own[] = "the thread's own", of_socket[] = "a socket",
		    of_file[] = "a file";
	int *events = arg;
	uint64_t count;

	if (privileges_seal_thread() < 0)
		return own;
	count = 1;
	(void)!write(events[0], &count, sizeof(count));
	(void)!read(events[1], &count, sizeof(count)); /* until the seal is there */
	if (socket(AF_INET, SOCK_STREAM, 0) >= 0 || errno != EPERM)
		return of_socket;
	if (openat(case_root, "etc/open", O_WRONLY) >= 0 || errno != EPERM)
		return of_file;
	return NULL;
}

static void case_thread(void)
{
	int events[] = { eventfd(0, 0), eventfd(0, 0) };
	uint64_t count = 1;
	pthread_t thread;
	void *fault;

	case_drop();
	expect(pthread_create(&thread, NULL, thread_main, events) == 0);
	expect(read(events[0], &count, sizeof(count)) == sizeof(count));
	expect(privileges_seal() == 0);
	expect(write(events[1], &count, sizeof(count)) == sizeof(count));
	expect(pthread_join(thread, &fault) == 0);
	if (fault)
		dprintf(1, "# not refused to the thread: %s\n", (char *)fault);
	expect(!fault);
}

/* Before Linux 3.17 each thread has to do it for itself. */
static void *old_thread(void *arg)
{
	int *after = arg;

	if (privileges_lock_calls(true) < 0)
		return arg;
	*after = socket(AF_INET, SOCK_STREAM, 0) < 0 ? errno : 0;
	return NULL;
}

static void case_old_kernel(void)
{
	pthread_t thread;
	int after = 0;
	void *fault;

	case_drop();
	expect(pthread_create(&thread, NULL, old_thread, &after) == 0);
	expect(pthread_join(thread, &fault) == 0 && !fault && after == EPERM);
	expect(socket(AF_INET, SOCK_STREAM, 0) >= 0); /* the caller is not reached */
	expect(privileges_lock_calls(true) == 0);
	expect(socket(AF_INET, SOCK_STREAM, 0) < 0 && errno == EPERM);
}

/* Not without no_new_privs: nothing is taken for done that was not. */
static void case_no_drop(void)
{
	expect(setgroups(0, NULL) == 0 && setresuid(1234, 1234, 1234) == 0);
	expect(privileges_seal() < 0);
}

#ifdef __x86_64__
static void case_other_machine(void)
{
	long r;

	case_seal();
	__asm__ volatile("int $0x80" : "=a"(r) : "a"(20) : "memory"); /* its getpid() */
}

static void case_x32(void)
{
	case_seal();
	(void)syscall(0x40000000 | SYS_getpid);
}
#endif

static void check_ends(void)
{
#ifdef __x86_64__
	int status = case_in_child(case_other_machine);

	ok(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS,
	   "a 32-bit system call ends it");
	status = case_in_child(case_x32);
	ok(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS, "one of x32 ends it");
#endif
}

int main(void)
{
	int r;

	if (!case_begin(&r))
		return r;
	ok(case_passes(case_left), "what the agent does goes on");
	ok(case_passes(case_thread), "a thread that was there before");
	ok(case_passes(case_old_kernel), "a kernel that reaches one thread at a time");
	ok(case_passes(case_no_drop), "without the first step the second fails");
	check_refused();
	check_ends();
	ok(case_end(), "nothing was made");
	return tap_done();
}
