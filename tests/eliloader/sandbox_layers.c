/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sandbox_layers - the room's root by itself, without the filter in front of it; and who
 * may enter, and with what.  See room_loose.h.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "lib/cleanup.h"
#include "lib/io.h"
#include "tests/eliloader/room_loose.h"
#include "tests/eliloader/scratch.h"
#include "tests/tap.h"

#define FILE_IN	 "/run/box/etc/hosts" /* copied into the room */
#define FILE_OUT "/run/box/secret"    /* not */

static const struct sandbox_file files[] = { { FILE_IN },
					     { "/run/box/absent" },
					     { NULL } };

/* Each probe returns 0 when the layer holds, else the number of the step that went
 * wrong. */

/* ---- the root ---- */

static int root_is_empty(void)
{
	char cwd[16] = "";

	if (count_names("/") != 0)
		return 1;
	if (open("/etc/passwd", O_RDONLY) >= 0 || errno != ENOENT)
		return 2;
	if (open("/proc/self/maps", O_RDONLY) >= 0 || errno != ENOENT)
		return 3;
	if (open("/dev/null", O_RDONLY) >= 0 || errno != ENOENT)
		return 4;
	/* no way up: ".." of the root is the root */
	if (chdir("..") < 0 || count_names(".") != 0 || count_names("/../..") != 0)
		return 5;
	if (syscall(SYS_getcwd, cwd, sizeof(cwd)) != 2 || strcmp(cwd, "/") != 0)
		return 6;
	return 0;
}

static int root_is_read_only(void)
{
	if (open("/new", O_WRONLY | O_CREAT, 0600) >= 0 || errno != EROFS)
		return 1;
	if (mkdir("/new", 0700) == 0 || errno != EROFS)
		return 2;
	if (open("/", O_TMPFILE | O_RDWR, 0600) >= 0)
		return 3;
	return symlink("/etc", "/new") == 0 || errno != EROFS ? 4 : 0;
}

static int only_wanted_files(void)
{
	autofree char *text = NULL;

	if (io_read_file_at(AT_FDCWD, FILE_IN, 100, &text, NULL) < 0 ||
	    strcmp(text, "127.0.0.1 localhost\n") != 0)
		return 1;
	if (open(FILE_OUT, O_RDONLY) >= 0 || errno != ENOENT)
		return 2;
	if (count_names("/") != 1 || count_names("/run/box") != 1)
		return 3;
	if (open(FILE_IN, O_WRONLY) >= 0 || (errno != EROFS && errno != EACCES))
		return 4;
	if (chmod(FILE_IN, 0777) == 0 || unlink(FILE_IN) == 0)
		return 5;
	return 0;
}

/* With the filter as workers have it: files may be read, and nothing be written. */
static int filter_of_files(void)
{
	struct stat st;

	if (stat(FILE_IN, &st) < 0 || open(FILE_IN, O_RDONLY | O_CLOEXEC) < 0)
		return 1;
	if (open(FILE_IN, O_RDWR) >= 0 || errno != EPERM)
		return 2;
	if (open("/new", O_RDONLY | O_CREAT, 0600) >= 0 || errno != EPERM)
		return 3;
	return open(FILE_IN, O_RDONLY | O_TRUNC) >= 0 || errno != EPERM ? 4 : 0;
}

/* ---- what cannot enter ---- */

static const struct sandbox *entering;

/* Forked, as room_run() does; the negative result of sandbox_enter(). */
static int enter_with(int (*before)(void))
{
	pid_t pid = fork();
	int status = 0;

	if (pid == 0) {
		if (before() < 0)
			_exit(100);
		_exit(-sandbox_enter(entering));
	}
	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) ? -WEXITSTATUS(status)
								    : 1;
}

static int before_nothing(void)
{
	return 0;
}

static int before_directory(void)
{
	return open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static void *wait_there(void *arg)
{
	(void)poll(NULL, 0, -1);
	return arg;
}

static int before_thread(void)
{
	pthread_t thread;

	return -pthread_create(&thread, NULL, wait_there, NULL);
}

static int before_twice(void)
{
	return sandbox_enter(entering);
}

static int before_not_root(void)
{
	return setuid(OTHER_ID);
}

/* A root as containers have it: a mount point of their own, after chroot(). */
static int before_container(void)
{
	must(mkdir("/mnt/c", 0755) == 0 || errno == EEXIST);
	must(mount("container", "/mnt/c", "tmpfs", 0, NULL) == 0);
	must(mkdir("/mnt/c/proc", 0755) == 0 && mkdir("/mnt/c/tmp", 0755) == 0);
	must(mount("/proc", "/mnt/c/proc", NULL, MS_BIND, NULL) == 0);
	return chroot("/mnt/c") < 0 || chdir("/") < 0 ? -1 : 0;
}

/* Mounts of a root that is none itself cannot be kept from showing outside. */
static int before_chroot(void)
{
	must(mkdir("/mnt/d", 0755) == 0 && mkdir("/mnt/d/proc", 0755) == 0);
	must(mount("/proc", "/mnt/d/proc", NULL, MS_BIND, NULL) == 0);
	return chroot("/mnt/d") < 0 || chdir("/") < 0 ? -1 : 0;
}

static void test_entering(void)
{
	struct sandbox box = loose;

	entering = &box;
	is_int(enter_with(before_nothing), 0, "root may enter");
	is_int(enter_with(before_directory), -EPERM, "not with an open directory");
	is_int(enter_with(before_thread), -EBUSY, "not with a second thread");
	is_int(enter_with(before_twice), -EALREADY, "not twice");
	is_int(enter_with(before_not_root), -EPERM, "not without root's rights");
	is_int(enter_with(before_container), 0, "but in a container");
	is_int(enter_with(before_chroot), -EINVAL, "not where the root is no mount");
	box.uid = 0;
	is_int(enter_with(before_nothing), -EPERM, "not to become root");
	box = loose;
	box.gid = 0;
	is_int(enter_with(before_nothing), -EPERM, "nor of root's group");
}

static void test_user(void)
{
	uid_t uid = 0, other = 0;
	gid_t gid = 0;

	is_int(sandbox_user("nobody", NULL, &uid, &gid), 0, "a user that is there");
	ok(uid != 0 && gid != 0, "is not root");
	is_int(sandbox_user("no-such-user", "nobody", &other, &gid), 0,
	       "one that is not");
	ok(other == uid, "is nobody");
	is_int(sandbox_user("no-such-user", NULL, &other, &gid), -ENOENT,
	       "... and none other");
	is_int(sandbox_user("root", "nobody", &uid, &gid), -EPERM, "root is refused");
}

/* The kernel forgets the signal when ids change; the room must not. */
static int held[2];

static int tell_and_wait(void)
{
	(void)io_write_all(held[1], "x", 1);
	(void)poll(NULL, 0, -1);
	return 1;
}

static void test_orphan(void)
{
	struct pollfd p = { .events = POLLIN };
	char byte;
	pid_t parent;

	must(pipe2(held, O_CLOEXEC) == 0);
	must(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0); /* to wait for it */
	parent = fork();
	if (parent == 0) {
		pid_t child = fork();

		if (child == 0) {
			(void)alarm(30);
			(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
			_exit(sandbox_enter(&loose) < 0 ? 1 : tell_and_wait());
		}
		(void)close(held[1]);
		must(read(held[0], &byte, 1) == 1); /* it is inside */
		_exit(0);
	}
	(void)close(held[1]);
	(void)waitpid(parent, NULL, 0);
	p.fd = held[0];
	ok(poll(&p, 1, 10000) == 1 && read(held[0], &byte, 1) == 0,
	   "who is inside dies with the parent that asked for it");
	(void)close(held[0]);
	(void)waitpid(-1, NULL, 0);
}

static void is_held(const struct sandbox *box, int (*probe)(void), int want,
		    const char *name)
{
	is_int(room_run(box, probe), want, name);
}

static void test_files(void)
{
	struct sandbox box = loose;

	is_held(&box, root_is_empty, 0, "the root is empty and has no way up");
	is_held(&box, root_is_read_only, 0, "and read-only");
	box.files = files;
	is_held(&box, only_wanted_files, 0, "wanted files are there, and no others");
	box.calls = NULL;
	is_held(&box, filter_of_files, 0, "the filter lets them be read only");
	ok(access(FILE_IN, F_OK) == 0 && access("/tmp", F_OK) == 0,
	   "outside nothing has changed");
}

static bool set_up(void)
{
	autoclose int in = -1, out = -1;

	if (!scratch_enter())
		return false;
	must(mkdir("/run/box", 0755) == 0 && mkdir("/run/box/etc", 0755) == 0);
	in = open(FILE_IN, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	out = open(FILE_OUT, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	must(io_write_all(in, "127.0.0.1 localhost\n", 20) == 0 && out >= 0);
	return true;
}

int main(void)
{
	if (!set_up())
		return scratch_skip();
	test_entering();
	test_user();
	test_files();
	test_orphan();
	return tap_done();
}
