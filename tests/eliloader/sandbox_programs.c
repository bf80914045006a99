/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sandbox_programs - a room that has a program and a disk of its own: what is there, who may
 * use it, and what the process that starts programs can do more than others.  What a started
 * program cannot do is tried by fake_probe.c, in disk-worker.t.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <time.h>

#include "tests/eliloader/fake_place.h"
#include "tests/eliloader/room_loose.h"
#include "tests/tap.h"

#define PROGRAM	     "/program"
#define SECRET	     "/lib64/loader"
#define DISK	     "/disk"
#define FAKE_NO_DISK 2 /* what fake_fstest says when it cannot read its disk */

static struct sandbox_bind binds[] = { { FAKE_PLACE, PROGRAM, false },
				       { FAKE_PLACE, SECRET, true },
				       { NULL, NULL, false } };

/* Each probe returns 0 when it holds, else the number of the step that went wrong. */

static int only_programs(void)
{
	struct statvfs fs;

	if (count_names("/") != 3 || count_names("/lib64") != 1)
		return 1;
	if (statvfs("/", &fs) < 0 || (fs.f_flag & (ST_NOEXEC | ST_NODEV | ST_RDONLY)) !=
					     (ST_NOEXEC | ST_NODEV | ST_RDONLY))
		return 2;
	if (statvfs(PROGRAM, &fs) < 0 ||
	    (fs.f_flag & (ST_NOSUID | ST_NODEV | ST_RDONLY | ST_NOEXEC)) !=
		    (ST_NOSUID | ST_NODEV | ST_RDONLY))
		return 3;
	if (open(PROGRAM, O_WRONLY) >= 0 || chmod(PROGRAM, 0777) == 0 ||
	    unlink(PROGRAM) == 0)
		return 4;
	return open(PROGRAM, O_RDONLY) < 0 ? 5 : 0;
}

static int copy_is_secret(void)
{
	struct stat st;

	if (stat(SECRET, &st) < 0 || (st.st_mode & 07777) != 0111)
		return 1;
	if (open(SECRET, O_RDONLY) >= 0 || errno != EACCES)
		return 2;
	return access(SECRET, X_OK) < 0 ? 3 : 0;
}

static int disk_is_ours(void)
{
	struct statvfs fs;
	struct stat st;

	if (stat(DISK, &st) < 0 || !S_ISBLK(st.st_mode) || st.st_rdev != makedev(1, 15))
		return 1;
	if ((st.st_mode & 07777) != 0400 || st.st_uid != room_user)
		return 2;
	if (statvfs(DISK, &fs) < 0 ||
	    (fs.f_flag & (ST_NOSUID | ST_NOEXEC | ST_NODEV)) != (ST_NOSUID | ST_NOEXEC))
		return 3;
	if (open(DISK, O_RDWR) >= 0 || chmod(DISK, 0666) == 0)
		return 4;
	/* no second one can be made, and there is no tree that it came from */
	if (mknod("/node", S_IFBLK | 0600, makedev(1, 14)) == 0 ||
	    access("/node", F_OK) == 0)
		return 5;
	return 0;
}

static bool denied(long r)
{
	return r < 0 && errno == EPERM;
}

/* The filter as the worker has it. */
static int starter_is_bounded(void)
{
	char *argv[] = { NULL };
	int fd = open(PROGRAM, O_PATH);

	if (!denied(execve(PROGRAM, argv, argv)))
		return 1;
	if (!denied(syscall(SYS_execveat, fd, "", argv, argv, AT_EMPTY_PATH)) ||
	    !denied(syscall(SYS_execveat, SANDBOX_PROGRAM_FD, "", argv, argv, 0)))
		return 2;
	if (!denied(syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, NULL)) ||
	    !denied(unshare(CLONE_NEWNS)))
		return 3;
	if (!denied(kill(getppid(), 0)) || !denied(ptrace(PTRACE_TRACEME, 0, 0, 0)))
		return 4;
	if (!denied(socket(AF_UNIX, SOCK_STREAM, 0)) ||
	    !denied(socket(AF_INET, SOCK_STREAM, 0)))
		return 5;
	if (open(PROGRAM, O_RDWR) >= 0 || !denied(mknod("/n", S_IFBLK, 0)))
		return 6;
	return mmap(NULL, 4096, PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		    0) == MAP_FAILED
		       ? 0
		       : 7;
}

static int status_of(pid_t pid)
{
	int status = 0;

	if (waitpid(pid, &status, 0) != pid)
		return -1;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static pid_t start(pid_t parent, unsigned cpu_s)
{
	static const char *const argv[] = { "fake", DISK, "ls", NULL };
	static const char *const env[] = { NULL };
	const struct sandbox_program p = { .argv = argv,
					   .env = env,
					   .parent = parent,
					   .memory_max = 64U << 20,
					   .cpu_s = cpu_s,
					   .wall_s = 30 };
	pid_t pid = fork();

	if (pid == 0) {
		(void)close(STDERR_FILENO); /* a file, which has no room left */
		_exit(-sandbox_program(&p));
	}
	return pid;
}

/* (the device is one that does not exist, so that it gets no further) */
static int program_runs(void)
{
	if (sandbox_program_open(PROGRAM) < 0)
		return 1;
	if (status_of(start(getpid(), 5)) != FAKE_NO_DISK)
		return 2;
	if (status_of(start(getpid(), 5)) != FAKE_NO_DISK)
		return 3;				/* as often as is wanted */
	return status_of(start(1, 5)) == ESRCH ? 0 : 4; /* who forked has died */
}

static int copy_runs(void)
{
	if (sandbox_program_open(SECRET) < 0)
		return 1;
	return status_of(start(getpid(), 5)) == FAKE_NO_DISK ? 0 : 2;
}

static int limit_of_processes(void)
{
	pid_t parent = getpid(), pid[16];
	int count = 0;

	while (count < 16 && (pid[count] = fork()) >= 0) {
		if (pid[count] == 0) {
			struct timespec t = { .tv_nsec = 10000000 };

			while (getppid() == parent)
				(void)nanosleep(&t, NULL);
			_exit(0);
		}
		count++;
	}
	return count == 3 ? 0 : 1; /* four with the first */
}

static void is_held(const struct sandbox *box, int (*probe)(void), const char *name)
{
	is_int(room_run(box, probe), 0, name);
}

static void test_room(void)
{
	struct sandbox box = loose;

	box.programs = binds;
	box.disk = DISK;
	box.disk_number = makedev(1, 15); /* a RAM disk; most machines have none */
	is_held(&box, only_programs, "programs are there, read-only, and nothing else");
	is_held(&box, copy_is_secret, "a copy can be executed and not be read");
	is_held(&box, disk_is_ours, "the disk is its user's, to be read");
	box.calls = NULL;
	box.processes = 100;
	is_held(&box, starter_is_bounded, "who starts programs can do nothing else");
	is_held(&box, program_runs, "a program is started, by who is alive");
	is_held(&box, copy_runs, "and from its copy");
	box.processes = 4;
	is_held(&box, limit_of_processes, "processes are counted");
}

static void test_wrong(void)
{
	struct sandbox_bind absent[] = { { "/no/such/file", PROGRAM, false },
					 { NULL, NULL, false } };
	struct sandbox_bind above[] = { { FAKE_PLACE, "/lib/../x", false },
					{ NULL, NULL, false } };
	struct sandbox box = loose;

	box.programs = absent;
	is_int(room_run(&box, only_programs), ROOM_CANNOT_ENTER,
	       "no room without its program");
	box.programs = above;
	is_int(room_run(&box, only_programs), ROOM_CANNOT_ENTER,
	       "nor with one above its root");
}

int main(void)
{
	if (!fake_place_enter())
		return scratch_skip();
	test_room();
	test_wrong();
	return tap_done();
}
