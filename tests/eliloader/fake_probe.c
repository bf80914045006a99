/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/eliloader/fake_probe.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* Each is true when the way is closed. */

static bool denied(long r)
{
	return r < 0 && errno == EPERM;
}

static bool no_fork(void)
{
	return denied(fork());
}

static bool no_thread(void)
{
	return denied(syscall(SYS_clone, CLONE_VM | CLONE_THREAD | CLONE_SIGHAND, NULL));
}

static bool no_exec(void)
{
	char *argv[] = { NULL };
	int fd = open("/program", O_PATH | O_CLOEXEC);

	return denied(execve("/program", argv, argv)) &&
	       (denied(syscall(SYS_execveat, fd, "", argv, argv, AT_EMPTY_PATH)) ||
		fd < 0);
}

/* Its own descriptor is gone, and none gets that number. */
static bool no_second_exec(void)
{
	char *argv[] = { NULL };
	int fd = open("/program", O_PATH);

	if (dup2(fd, 17) >= 0)
		return false;
	return syscall(SYS_execveat, 17, "", argv, argv, AT_EMPTY_PATH) < 0 &&
	       errno == EBADF;
}

static bool no_writing_the_disk(void)
{
	return open("/disk", O_RDWR) < 0 && open("/disk", O_WRONLY) < 0 &&
	       open("/disk", O_RDONLY | O_TRUNC) < 0;
}

static bool no_changing_the_disk(void)
{
	int fd = open("/disk", O_RDONLY), on = 0;

	/* BLKROSET, BLKDISCARD, LOOP_CLR_FD, SG_IO */
	return fd >= 0 && denied(ioctl(fd, BLKROSET, &on)) &&
	       denied(ioctl(fd, BLKDISCARD, &on)) && denied(ioctl(fd, 0x4C01, 0)) &&
	       denied(ioctl(fd, 0x2285, &on)) && denied(fchmod(fd, 0666));
}

static bool disk_is_ours_alone(void)
{
	struct stat st;

	return stat("/disk", &st) == 0 && S_ISBLK(st.st_mode) &&
	       (st.st_mode & 07777) == 0400 && st.st_uid == getuid();
}

static bool no_new_files(void)
{
	return open("/new", O_WRONLY | O_CREAT, 0600) < 0 &&
	       denied(mkdir("/new", 0700)) && denied(symlink("/etc", "/new")) &&
	       open("/", O_TMPFILE | O_RDWR, 0600) < 0;
}

static bool no_new_nodes(void)
{
	return denied(mknod("/node", S_IFBLK | 0600, 0));
}

/* Program, loader, libraries, disk: nothing else is there. */
static bool no_other_files(void)
{
	static const char *const gone[] = { "/etc/passwd",  "/proc/self/maps",
					    "/dev/null",    "/sys",
					    "/usr/bin/env", "/tmp",
					    "/run",	    "/node" };
	static const char *const known[] = {
		".", "..", "program", "lib", "lib64", "disk"
	};
	DIR *dir = opendir("/");
	struct dirent *e;

	for (size_t i = 0; i < sizeof(gone) / sizeof(*gone); i++)
		if (access(gone[i], F_OK) == 0)
			return false;
	while (dir && (e = readdir(dir))) {
		bool found = false;

		for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
			found |= strcmp(e->d_name, known[i]) == 0;
		if (!found)
			return false;
	}
	return dir && access("/../etc", F_OK) < 0;
}

static bool no_sockets(void)
{
	int pair[2];

	return denied(socket(AF_UNIX, SOCK_STREAM, 0)) &&
	       denied(socket(AF_INET, SOCK_STREAM, 0)) &&
	       denied(socket(AF_NETLINK, SOCK_RAW, 0)) &&
	       denied(socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
}

static bool no_signals(void)
{
	return denied(kill(getppid(), SIGKILL)) && denied(kill(-1, 0)) &&
	       denied(syscall(SYS_tgkill, getppid(), getppid(), SIGKILL));
}

static bool no_looking_into_others(void)
{
	return denied(ptrace(PTRACE_ATTACH, getppid(), NULL, NULL)) &&
	       denied(syscall(SYS_process_vm_readv, getppid(), NULL, 0UL, NULL, 0UL,
			      0UL));
}

static bool no_code(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
		       -1, 0);

	return mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED &&
	       p != MAP_FAILED && denied(mprotect(p, 4096, PROT_READ | PROT_EXEC)) &&
	       denied(syscall(SYS_memfd_create, "code", 0));
}

static bool no_root(void)
{
	return getuid() != 0 && geteuid() != 0 && getgid() != 0 && denied(setuid(0)) &&
	       denied(mount("x", "/", "tmpfs", 0, NULL)) && denied(chroot("/")) &&
	       denied(unshare(CLONE_NEWUSER));
}

static bool no_longer_life(void)
{
	struct itimerval never = { { 0, 0 }, { 0, 0 } };

	return denied(prctl(PR_SET_PDEATHSIG, 0)) &&
	       denied((long)alarm(0) - 1) == false &&
	       denied(setitimer(ITIMER_REAL, &never, NULL));
}

static bool limits_stay(void)
{
	static const int which[] = { RLIMIT_AS, RLIMIT_CPU, RLIMIT_FSIZE, RLIMIT_NOFILE,
				     RLIMIT_CORE };
	struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY }, now;

	for (size_t i = 0; i < sizeof(which) / sizeof(*which); i++)
		if (setrlimit(which[i], &all) == 0 || getrlimit(which[i], &now) < 0 ||
		    (which[i] != RLIMIT_AS && now.rlim_max == RLIM_INFINITY))
			return false;
	return true;
}

static bool no_memory(void)
{
	struct rlimit now;

	/* (not set where the worker is built with AddressSanitizer) */
	if (getrlimit(RLIMIT_AS, &now) == 0 && now.rlim_max == RLIM_INFINITY)
		return true;
	return mmap(NULL, 256UL << 20, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED;
}

static bool no_descriptors(void)
{
	for (int fd = 4; fd < 64; fd++) /* 3 is the disk, which main() has opened */
		if (fcntl(fd, F_GETFD) >= 0)
			return false;
	return true;
}

static bool no_environment(void)
{
	return environ[0] && strcmp(environ[0], "LD_LIBRARY_PATH=/lib") == 0 &&
	       !environ[1];
}

static bool is_secret(const char *path)
{
	return access(path, X_OK) == 0 && open(path, O_RDONLY) < 0;
}

/* A process cannot be looked into that has executed what it could not read: by nobody, not
 * even of the same user. */
static bool not_dumpable(void)
{
	return is_secret("/lib64/ld-linux-x86-64.so.2") ||
	       is_secret("/lib/ld-linux-aarch64.so.1") || is_secret("/program");
}

#define PROBE(f)                                                                         \
	{                                                                                \
#f, f                                                                    \
	}
static const struct {
	const char *name;
	bool (*closed)(void);
} probes[] = {
	PROBE(no_descriptors),
	PROBE(no_environment),
	PROBE(no_other_files),
	PROBE(no_fork),
	PROBE(no_thread),
	PROBE(no_exec),
	PROBE(no_second_exec),
	PROBE(disk_is_ours_alone),
	PROBE(no_writing_the_disk),
	PROBE(no_new_files),
	PROBE(no_changing_the_disk),
	PROBE(no_new_nodes),
	PROBE(no_sockets),
	PROBE(no_signals),
	PROBE(no_looking_into_others),
	PROBE(no_code),
	PROBE(no_root),
	PROBE(no_longer_life),
	PROBE(limits_stay),
	PROBE(no_memory),
	PROBE(not_dumpable),
};
#define PROBES (sizeof(probes) / sizeof(*probes))

void probe(void)
{
	size_t closed = 0;

	for (size_t i = 0; i < PROBES; i++) {
		closed += probes[i].closed();
		if (closed == i)
			(void)fprintf(stderr, "open: %s\n", probes[i].name);
		if (closed == i)
			exit(1);
	}
	(void)fprintf(stderr, "all %zu ways are closed\n", closed);
	exit(1);
}
