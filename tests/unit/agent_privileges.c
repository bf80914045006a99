/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * agent_privileges - the layers of privileges.h by what they refuse, and what they leave.
 *
 * Each case runs in a child of its own, as root; a case that finds a fault says which.  The
 * directory stands for --root; beside it lie files that everyone may read and write, so that
 * it is Landlock, and not a mode, that refuses them.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest-agent/privileges.h"
#include "guest-agent/privileges_parts.h"
#include "lib/landlock.h"
#include "lib/log.h"
#include "lib/sandbox_calls.h"
#include "tests/tap.h"

#define USER_ID	 64321
#define GROUP_ID 64322
#define OWN_LINE "xe-guest-agent:x:64321:64322::/:/bin/false\n"

static char top[64], said[8192];
static int rootfd;

/* What a child finds wrong; its end is its verdict. */
#define expect(good)                                                                     \
	do {                                                                             \
		if (!(good)) {                                                           \
			dprintf(1, "# line %d: %s (%s)\n", __LINE__, #good,              \
				strerror(errno));                                        \
			_exit(1);                                                        \
		}                                                                        \
	} while (0)

/* The wait status of @body in a child; what it logged is in said. */
static int in_child(void (*body)(void))
{
	int pipes[2], status = -1;
	ssize_t n;
	pid_t pid;

	if (pipe(pipes) < 0)
		return -1;
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		(void)dup2(pipes[1], STDERR_FILENO);
		(void)close(pipes[0]);
		body();
		_exit(0);
	}
	(void)close(pipes[1]);
	for (size_t used = 0;
	     (n = read(pipes[0], said + used, sizeof(said) - 1 - used)) > 0;
	     used += (size_t)n)
		said[used + (size_t)n] = '\0';
	(void)close(pipes[0]);
	(void)waitpid(pid, &status, 0);
	return status;
}

static void passes(void (*body)(void), const char *name)
{
	*said = '\0';
	if (!ok(in_child(body) == 0, "%s", name) && *said)
		printf("# said: %s", said);
}

static void put(const char *path, const char *text)
{
	int fd = openat(rootfd, path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0666);

	if (fd < 0 || write(fd, text, strlen(text)) < 0 || fchmod(fd, 0666) < 0)
		exit(2);
	(void)close(fd);
}

/* A line of /proc/self/status, or of the thread's. */
static bool status_is(const char *of, const char *key, const char *value)
{
	char path[64], line[256], want[128];
	bool found = false;
	FILE *f;

	(void)snprintf(path, sizeof(path), "/proc/%s/status", of);
	(void)snprintf(want, sizeof(want), "%s:\t%s", key, value);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = '\0';
		found |= strncmp(line, want, strlen(want)) == 0 &&
			 strspn(line + strlen(want), " ") == strlen(line + strlen(want));
	}
	if (f)
		(void)fclose(f);
	return found;
}

static void drop(void)
{
	expect(privileges_drop(rootfd, NULL) == 0);
}

static void seal(void)
{
	drop();
	expect(privileges_seal() == 0);
}

static void case_ids(void)
{
	gid_t groups[] = { 0, 6, 27 };

	expect(setgroups(3, groups) == 0);
	drop();
	expect(status_is("self", "Uid", "64321\t64321\t64321\t64321"));
	expect(status_is("self", "Gid", "64322\t64322\t64322\t64322"));
	expect(status_is("self", "Groups", ""));
	expect(setuid(0) < 0 && setgid(0) < 0 && setgroups(0, NULL) < 0);
}

static void case_caps(void)
{
	static const char *const sets[] = { "CapInh", "CapPrm", "CapEff", "CapBnd",
					    "CapAmb" };

	drop();
	for (size_t i = 0; i < sizeof(sets) / sizeof(*sets); i++)
		expect(status_is("self", sets[i], "0000000000000000"));
	expect(status_is("self", "NoNewPrivs", "1"));
	expect(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0);
}

static bool limit_is(int resource, rlim_t want)
{
	struct rlimit l;

	return getrlimit(resource, &l) == 0 && l.rlim_cur == want && l.rlim_max == want;
}

static void case_limits(void)
{
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	int file = openat(rootfd, "etc/grows", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	expect(null >= 0 && file >= 0 && dup2(null, STDOUT_FILENO) >= 0);
	drop();
	expect(limit_is(RLIMIT_CORE, 0) && limit_is(RLIMIT_MEMLOCK, 0) &&
	       limit_is(RLIMIT_NOFILE, 64) && limit_is(RLIMIT_FSIZE, 0));
	expect(write(file, "x", 1) < 0 && errno == EFBIG);
	expect(syscall(SYS_mlock, said, 1) <
	       0); /* (AddressSanitizer has one of its own) */
}

/* A log that is a file grows on. */
static void case_log_file(void)
{
	int file = openat(rootfd, "etc/log", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	char byte;

	expect(file >= 0 && dup2(file, STDERR_FILENO) >= 0);
	drop();
	log_info("still told");
	expect(pread(file, &byte, 1, 0) == 1);
}

static void case_files(void)
{
	struct statfs fs;
	char path[128];
	int fd;

	drop();
	expect((fd = openat(rootfd, "etc/passwd", O_RDONLY)) >= 0 && close(fd) == 0);
	expect((fd = open("/proc/meminfo", O_RDONLY)) >= 0 && close(fd) == 0);
	expect((fd = open("/sys/kernel", O_RDONLY | O_DIRECTORY)) >= 0 && close(fd) == 0);
	/* all of these have modes that would allow it */
	expect(openat(rootfd, "outside/file", O_RDONLY) < 0 && errno == EACCES);
	expect(openat(rootfd, "outside", O_RDONLY | O_DIRECTORY) < 0 && errno == EACCES);
	expect(openat(rootfd, "etc/open", O_WRONLY) < 0 && errno == EACCES);
	expect(openat(rootfd, "etc/open", O_RDONLY | O_TRUNC) < 0 && errno == EACCES);
	expect(openat(rootfd, "outside/new", O_WRONLY | O_CREAT, 0600) < 0 &&
	       errno == EACCES);
	expect(mkdirat(rootfd, "outside/dir", 0700) < 0 && errno == EACCES);
	expect(unlinkat(rootfd, "outside/file", 0) < 0 && errno == EACCES);
	expect(symlinkat("x", rootfd, "outside/link") < 0 && errno == EACCES);
	expect(renameat(rootfd, "outside/file", rootfd, "outside/other") < 0 &&
	       errno == EACCES);
	(void)snprintf(path, sizeof(path), "%s/outside/true", top);
	expect(execl(path, "true", (char *)NULL) < 0 && errno == EACCES);
	/* looking, as at volumes, stays */
	expect((fd = openat(rootfd, "outside", O_PATH | O_DIRECTORY)) >= 0);
	expect(fstatfs(fd, &fs) == 0 && statfs("/", &fs) == 0);
}

struct refused {
	const char *name;
	long (*call)(void);
	bool asan; /* refused with AddressSanitizer, too */
};

static long open_write(void)
{
	return openat(rootfd, "etc/open", O_WRONLY);
}
static long open_both(void)
{
	return openat(rootfd, "etc/open", O_RDWR);
}
static long open_create(void)
{
	return openat(rootfd, "etc/new", O_CREAT, 0600);
}
static long open_truncate(void)
{
	return openat(rootfd, "etc/open", O_TRUNC);
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
	return fchmod(rootfd, 0777);
}
static long change_owner(void)
{
	return fchown(rootfd, 0, 0);
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
	return syscall(437, rootfd, "etc", NULL, 0);
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
	seal();
	expect(now->call() < 0 && errno == EPERM);
}

static void check_refused(void)
{
	char name[128];

	for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++) {
		now = &refused[i];
		if (SANDBOX_ASAN && !now->asan)
			continue; /* that build's reports need it */
		(void)snprintf(name, sizeof(name), "sealed: not %s", now->name);
		passes(case_refused, name);
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
	seal();
	expect(status_is("self", "Seccomp", "2"));
	expect(SANDBOX_ASAN || limit_is(RLIMIT_NPROC, 0) || errno == EPERM);
	expect((fd = open("/proc/meminfo", O_RDONLY | O_CLOEXEC)) >= 0);
	expect(read(fd, said, 10) == 10 && fstat(fd, &st) == 0 && close(fd) == 0);
	expect((fd = fcntl(rootfd, F_DUPFD_CLOEXEC, 0)) >= 0);
	expect(fstatat(fd, "etc", &st, 0) == 0 && statfs("/", &fs) == 0);
	expect((dir = fdopendir(openat(rootfd, "etc", O_RDONLY | O_DIRECTORY))) &&
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
	if (openat(rootfd, "etc/open", O_WRONLY) >= 0 || errno != EPERM)
		return of_file;
	return NULL;
}

static void case_thread(void)
{
	int events[] = { eventfd(0, 0), eventfd(0, 0) };
	uint64_t count = 1;
	pthread_t thread;
	void *fault;

	drop();
	expect(pthread_create(&thread, NULL, thread_main, events) == 0);
	expect(read(events[0], &count, sizeof(count)) == sizeof(count));
	expect(privileges_seal() == 0);
	expect(write(events[1], &count, sizeof(count)) == sizeof(count));
	expect(pthread_join(thread, &fault) == 0);
	if (fault)
		dprintf(1, "# not refused to the thread: %s\n", (char *)fault);
	expect(!fault);
}

#ifdef __x86_64__
static void case_other_machine(void)
{
	long r;

	seal();
	__asm__ volatile("int $0x80" : "=a"(r) : "a"(20) : "memory"); /* its getpid() */
}

static void case_x32(void)
{
	seal();
	(void)syscall(0x40000000 | SYS_getpid);
}
#endif

/* Started without rights: there is nobody to become, and the rest is as ever. */
static void case_not_root(void)
{
	expect(setgroups(0, NULL) == 0 && setresgid(1234, 1234, 1234) == 0 &&
	       setresuid(1234, 1234, 1234) == 0);
	seal();
	expect(status_is("self", "Uid", "1234\t1234\t1234\t1234"));
	expect(status_is("self", "NoNewPrivs", "1") && status_is("self", "Seccomp", "2"));
	expect(openat(rootfd, "outside/file", O_RDONLY) < 0 && errno == EACCES);
}

static const char *user;

static void case_user(void)
{
	expect(privileges_drop(rootfd, user) == 0);
	_exit(getuid() == PRIVILEGES_NOBODY && getgid() == PRIVILEGES_NOBODY ? 10
	      : getuid() == USER_ID && getgid() == GROUP_ID		     ? 20
	      : getuid() == 1000 && getgid() == 1001			     ? 30
									     : 1);
}

static char long_line[4096];

static const struct {
	const char *name, *passwd, *user;
	int uid; /* 10: nobody, 20: ours, 30: the configured one's */
	const char *says;
} users[] = {
	{ "ours", "root:x:0:0::/:\n" OWN_LINE, NULL, 20, NULL },
	{ "the last line without an end", "xe-guest-agent:x:64321:64322::/:", NULL, 20,
	  NULL },
	{ "none", "root:x:0:0::/:\n", NULL, 10, "'xe-guest-agent' (not in etc/passwd)" },
	{ "an empty file", "", NULL, 10, "not in etc/passwd" },
	{ "root's id", "xe-guest-agent:x:0:64322::/:\n", NULL, 10, "it is root" },
	{ "root's group", "xe-guest-agent:x:64321:0::/:\n", NULL, 10, "it is root" },
	{ "no number", "xe-guest-agent:x:a:b::/:\n", NULL, 10, "not in etc/passwd" },
	{ "a longer name", "xe-guest-agent2:x:1:1::/:\n", NULL, 10, "not in etc/passwd" },
	{ "after a long line", long_line, NULL, 20, NULL },
	{ "configured", OWN_LINE "someone:x:1000:1001::/:\n", "someone", 30, NULL },
	{ "configured and absent", OWN_LINE, "someone", 10,
	  "'someone' (not in etc/passwd)" },
	{ "configured as root", "root:x:0:0::/:\n", "root", 10, "'root' (it is root)" },
	{ "configured as nonsense", OWN_LINE, "a:b\n", 10, "not in etc/passwd" },
};

static void check_user(const char *name, const char *says, int uid)
{
	int status;

	*said = '\0';
	status = in_child(case_user);
	ok(WIFEXITED(status) && WEXITSTATUS(status) == uid &&
		   (says ? strstr(said, says) != NULL : *said == '\0'),
	   "user: %s", name);
	if (WEXITSTATUS(status) != uid)
		printf("# %d instead of %d: %s\n", WEXITSTATUS(status), uid, said);
}

static void check_users(void)
{
	memset(long_line, 'x', sizeof(long_line) - sizeof(OWN_LINE) - 1);
	(void)strcpy(long_line + 2000, ":xe-guest-agent:x:7:7::/:\n" OWN_LINE);
	for (size_t i = 0; i < sizeof(users) / sizeof(*users); i++) {
		put("etc/passwd", users[i].passwd);
		user = users[i].user;
		check_user(users[i].name, users[i].says, users[i].uid);
	}
	user = NULL;
	(void)unlinkat(rootfd, "etc/passwd", 0);
	check_user("no file", "not in etc/passwd", 10);
	if (mkfifoat(rootfd, "etc/passwd", 0644) == 0)
		check_user("a FIFO does not stop it", "Invalid argument", 10);
	(void)unlinkat(rootfd, "etc/passwd", 0);
	if (symlinkat("/dev/zero", rootfd, "etc/passwd") == 0)
		check_user("a device does not stop it", "Invalid argument", 10);
	(void)unlinkat(rootfd, "etc/passwd", 0);
	put("etc/passwd", OWN_LINE);
}

static int make_place(void)
{
	(void)snprintf(top, sizeof(top), "/tmp/agent-privileges.XXXXXX");
	if (!mkdtemp(top) || chmod(top, 0777) < 0)
		return -1;
	rootfd = open(top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (rootfd < 0 || mkdirat(rootfd, "etc", 0777) < 0 ||
	    mkdirat(rootfd, "outside", 0777) < 0 ||
	    fchmodat(rootfd, "etc", 0777, 0) < 0 ||
	    fchmodat(rootfd, "outside", 0777, 0) < 0)
		return -1;
	put("etc/passwd", OWN_LINE);
	put("etc/open", "x");
	put("outside/file", "x");
	put("outside/true", "#!/bin/true\n");
	return fchmodat(rootfd, "outside/true", 0777, 0);
}

static void remove_place(void)
{
	static const char *const files[] = {
		"etc/passwd", "etc/open",     "etc/grows",
		"etc/log",    "outside/file", "outside/true"
	};

	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++)
		(void)unlinkat(rootfd, files[i], 0);
	ok(unlinkat(rootfd, "outside", AT_REMOVEDIR) == 0 &&
		   unlinkat(rootfd, "etc", AT_REMOVEDIR) == 0 && rmdir(top) == 0,
	   "nothing was made");
}

static void check_ends(void)
{
#ifdef __x86_64__
	int status = in_child(case_other_machine);

	ok(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS,
	   "sealed: a 32-bit system call ends it");
	status = in_child(case_x32);
	ok(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS,
	   "sealed: one of x32 ends it");
#endif
}

int main(void)
{
	log_open("agent_privileges", false, false);
	if (geteuid() != 0 && !getenv("CI")) {
		printf("1..0 # SKIP needs root\n");
		return 0;
	}
	if (make_place() < 0) {
		printf("Bail out! no place below /tmp, or not root\n");
		return 2;
	}
	passes(case_ids, "dropped: the user's ids, no groups, no way back");
	passes(case_caps, "dropped: no capability in any set, no new privileges");
	passes(case_limits, "dropped: limits");
	passes(case_log_file, "dropped: a log that is a file grows on");
	ok(landlock_abi() > 0, "this kernel has Landlock");
	passes(case_files, "dropped: files only for reading, and only a few directories");
	passes(case_not_root, "not root: stays who it is, and is restricted");
	check_users();
	passes(case_left, "sealed: what the agent does goes on");
	passes(case_thread, "sealed: a thread that was there before");
	check_refused();
	check_ends();
	remove_place();
	return tap_done();
}
