/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/restrict/verify_weak.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

const char *weakness;
int weak_host_network = -1;
static int terminal = -1; /* its master; the first process keeps it */

bool weak(const char *name)
{
	return strcmp(weakness, name) == 0;
}

int must(const char *what, long r)
{
	if (r < 0) {
		fprintf(stderr, "verify_weak: %s: %s\n", what, strerror(errno));
		_exit(1);
	}
	return (int)r;
}

/* ---- control groups: where xen-restrict would make them ---- */

static void write_file(const char *path, const char *text)
{
	int fd = must(path, open(path, O_WRONLY | O_CLOEXEC));

	must(path, write(fd, text, strlen(text)));
	(void)close(fd);
}

/* @dir is a hierarchy, of version 2 when it has both controllers. */
static void join_group(const char *dir, uid_t uid, const char *file, const char *value)
{
	char path[256];

	(void)snprintf(path, sizeof(path), "%s/xen-restrict", dir);
	if (mkdir(path, 0755) < 0 && errno != EEXIST)
		must(path, -1);
	(void)snprintf(path, sizeof(path), "%s/xen-restrict/%u", dir, uid);
	if (mkdir(path, 0755) < 0 && errno != EEXIST)
		must(path, -1);
	(void)snprintf(path, sizeof(path), "%s/xen-restrict/%u/%s", dir, uid, file);
	write_file(path, value);
	(void)snprintf(path, sizeof(path), "%s/xen-restrict/%u/cgroup.procs", dir, uid);
	write_file(path, "0");
}

static void join_groups(uid_t uid)
{
	const char *pids = weak("cgroup-pids") ? "100" : "5";
	const char *memory = weak("cgroup-memory") ? "536870912" : "268435456";

	if (weak("no-cgroup"))
		return;
	if (access("/sys/fs/cgroup/pids/tasks", F_OK) == 0) {
		join_group("/sys/fs/cgroup/pids", uid, "pids.max", pids);
		join_group("/sys/fs/cgroup/memory", uid, "memory.limit_in_bytes", memory);
	} else {
		(void)mkdir("/sys/fs/cgroup/xen-restrict", 0755); /* maybe it is there */
		write_file("/sys/fs/cgroup/cgroup.subtree_control", "+pids +memory");
		write_file("/sys/fs/cgroup/xen-restrict/cgroup.subtree_control",
			   "+pids +memory");
		join_group("/sys/fs/cgroup", uid, "memory.max", memory);
		join_group("/sys/fs/cgroup", uid, "pids.max", pids);
	}
}

/* ---- namespaces ---- */

static void make_namespaces(void)
{
	static const struct {
		const char *shared; /* the weakness: it is not made */
		int flag;
	} kinds[] = {
		{ "shared-mnt", CLONE_NEWNS },	{ "shared-ipc", CLONE_NEWIPC },
		{ "shared-uts", CLONE_NEWUTS }, { "shared-net", CLONE_NEWNET },
		{ "shared-pid", CLONE_NEWPID }, { "shared-cgroup", CLONE_NEWCGROUP },
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (!weak(kinds[i].shared))
			must("unshare", unshare(kinds[i].flag));
}

/* ---- other processes and threads ---- */

static void die_with_parent(void)
{
	must("prctl", prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0));
}

/* A process of the room that is still root. */
static void leave_process(void)
{
	pid_t child = must("fork", fork());

	if (child == 0) {
		die_with_parent();
		while (true)
			(void)pause();
	}
}

static pthread_barrier_t barrier;

/* The raw calls of the first thread leave this one as it is. */
static void *other_thread(void *arg)
{
	if (weak("thread-files"))
		must("unshare", unshare(CLONE_FILES));
	if (weak("thread-namespace"))
		must("unshare", unshare(CLONE_NEWUTS));
	(void)pthread_barrier_wait(&barrier);
	while (true)
		(void)pause();
	return arg;
}

static void leave_thread(void)
{
	pthread_t thread;

	(void)pthread_barrier_init(&barrier, NULL, 2);
	errno = pthread_create(&thread, NULL, other_thread, NULL);
	must("thread", errno == 0 ? 0 : -1);
	(void)pthread_barrier_wait(&barrier);
}

static void open_terminal(void)
{
	terminal = must("ptmx", open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC));
	must("unlockpt", unlockpt(terminal));
}

/* As input, where a terminal may be. */
static void take_terminal(void)
{
	int fd = must("terminal", open(ptsname(terminal), O_RDWR | O_CLOEXEC));

	must("TIOCSCTTY", ioctl(fd, TIOCSCTTY, 0));
	must("dup2", dup2(fd, STDIN_FILENO));
	(void)close(fd);
	(void)close(terminal);
}

/* Process 1 of the room, where that has processes of its own. */
static void inside(uid_t uid)
{
	die_with_parent();
	must("setsid", setsid());
	if (weak("terminal"))
		take_terminal();
	weak_descriptors();
	weak_maps();
	if (!weak("shared-mnt"))
		weak_root();
	if (weak("process-root"))
		leave_process();
	if (weak("thread-rights"))
		leave_thread();
	weak_rights(uid);
	if (weak("thread-files") || weak("thread-namespace"))
		leave_thread();
	if (weak("user-namespace"))
		must("unshare", unshare(CLONE_NEWUSER));
	puts("ready");
	if (fflush(stdout) != 0)
		_exit(1);
	while (true)
		(void)pause();
}

/* One of the same user, but outside of the room. */
static void leave_outside(uid_t uid)
{
	pid_t child = must("fork", fork());

	if (child == 0) {
		must("setuid", setuid(uid));
		die_with_parent();
		while (true)
			(void)pause();
	}
}

int main(int argc, char *argv[])
{
	int status;
	uid_t uid;
	pid_t child;

	if (argc != 3) {
		fputs("verify_weak: wrong use\n", stderr);
		return 2;
	}
	weakness = argv[1];
	uid = (uid_t)strtoul(argv[2], NULL, 10);
	die_with_parent();
	if (weak("process-outside"))
		leave_outside(uid);
	if (weak("fd-unconnected"))
		weak_host_network = must("namespace",
					 open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC));
	if (weak("terminal"))
		open_terminal();
	join_groups(uid);
	make_namespaces();
	child = must("fork", fork());
	if (child == 0)
		inside(uid);
	printf("pid %d\n", (int)child);
	if (fflush(stdout) != 0)
		return 1;
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	return 1;
}
