/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * copies OWN OTHER WRAPPER DIR - a restricted xenstore handle and its copies: made before
 * they die, made after they are restricted, too.
 * copies --prove FD DOMID     (started by itself) proves an inherited connection
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "dom0-tools/xenrestrict.h"
#include "lib/cleanup.h"
#include "lib/io.h"
#include "tests/librestrict/number.h"
#include "tests/librestrict/pass_fd.h"
#include "tests/tap.h"

static unsigned own;

static struct xs_handle *open_store(void)
{
	struct xs_handle *h = xs_open(0);

	if (!h) {
		printf("Bail out! xs_open: %s\n", strerror(errno));
		exit(1);
	}
	return h;
}

static int fd_of(const struct xs_handle *h)
{
	int fd;

	memcpy(&fd, h, sizeof(fd));
	return fd;
}

static int reading(struct xs_handle *h, const char *path)
{
	autofree void *value = xs_read(h, XBT_NULL, path, NULL);

	return value ? 0 : errno;
}

static int proving(int fd)
{
	return xenrestrict_prove_fd(fd, own, XENRESTRICT_KIND_XENSTORE);
}

/* A child does @work(@arg) when the parent has said go; its exit status is told. */
struct child {
	pid_t pid;
	int go;
};

static struct child start_child(int (*work)(void *), void *arg)
{
	struct child c;
	char byte;
	int p[2];

	fflush(stdout);
	if (pipe2(p, O_CLOEXEC) < 0)
		exit(1);
	c.go = p[1];
	c.pid = fork();
	if (c.pid == 0) {
		(void)close(p[1]);
		(void)alarm(60);
		_exit(read(p[0], &byte, 1) == 1 ? work(arg) : 99);
	}
	(void)close(p[0]);
	return c;
}

static int end_child(struct child c)
{
	int status;

	if (write(c.go, "g", 1) != 1)
		exit(1);
	(void)close(c.go);
	if (waitpid(c.pid, &status, 0) != c.pid)
		exit(1);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 100 + WTERMSIG(status);
}

/* ---- what a copy does ---- */

static int read_dom0(void *arg)
{
	return reading(arg, "/");
}

static int read_home(void *arg)
{
	return reading(arg, "name");
}

static int prove_fd(void *arg)
{
	return -proving(*(int *)arg);
}

static int exec_prove(void *arg)
{
	int fd = *(int *)arg;
	char fd_text[16], domid_text[16];

	(void)snprintf(fd_text, sizeof(fd_text), "%d", fd);
	(void)snprintf(domid_text, sizeof(domid_text), "%u", own);
	if (fcntl(fd, F_SETFD, 0) < 0)
		return 98;
	(void)execl("/proc/self/exe", "copies", "--prove", fd_text, domid_text, NULL);
	return 97;
}

static int receive_and_prove(void *arg)
{
	int fd = receive_fd(*(int *)arg);

	return fd < 0 ? 96 : -proving(fd);
}

static void *read_in_thread(void *arg)
{
	return (void *)(intptr_t)reading(arg, "/");
}

static void *restrict_in_thread(void *arg)
{
	return (void *)(intptr_t)(xs_restrict(arg, own) ? 0 : errno);
}

static int in_thread(void *(*work)(void *), void *arg)
{
	pthread_t thread;
	void *result;

	if (pthread_create(&thread, NULL, work, arg) != 0 ||
	    pthread_join(thread, &result) != 0)
		exit(1);
	return (int)(intptr_t)result;
}

/* ---- the orders ---- */

static void made_before(void)
{
	struct xs_handle *h = open_store();
	int fd = dup(fd_of(h)), pair[2];
	struct child reads, proves;

	is_int(proving(fd), -EPROTO, "before: it is no restricted connection");
	if (socketpair(AF_UNIX, SOCK_DGRAM, 0, pair) < 0)
		exit(1);
	reads = start_child(read_dom0, h);
	proves = start_child(receive_and_prove, &pair[1]);
	ok(send_fd(pair[0], fd) == 0, "a copy is on its way to another process");
	ok(xs_restrict(h, own), "xs_restrict");
	is_int(reading(h, "name"), 0, "the handle works");
	is_int(proving(fd), -EPIPE, "dup, then restrict: the copy is dead");
	ok(end_child(reads) != 0, "fork, then restrict: the child's handle is dead");
	is_int(end_child(proves), EPIPE, "passed, then restrict: that copy is dead");
	is_int(proving(fd_of(h)), 0, "the handle's own is restricted");
	(void)close(fd);
	(void)close(pair[0]);
	(void)close(pair[1]);
	xs_close(h);
}

static void made_after(void)
{
	struct xs_handle *h = open_store();
	struct child c;
	int fd, pair[2];

	ok(xs_restrict(h, own), "xs_restrict");
	fd = dup(fd_of(h));
	is_int(proving(fd), 0, "restrict, then dup: restricted");
	is_int(end_child(start_child(read_dom0, h)), EACCES,
	       "restrict, then fork: restricted");
	is_int(end_child(start_child(read_home, h)), 0, "and usable");
	is_int(end_child(start_child(prove_fd, &fd)), 0, "its copy proves it");
	is_int(end_child(start_child(exec_prove, &fd)), 0, "and after exec, too");
	if (socketpair(AF_UNIX, SOCK_DGRAM, 0, pair) < 0)
		exit(1);
	c = start_child(receive_and_prove, &pair[1]);
	ok(send_fd(pair[0], fd) == 0, "a copy is passed");
	is_int(end_child(c), 0, "restrict, then pass: restricted");
	is_int(in_thread(read_in_thread, h), EACCES,
	       "restrict, then a thread: restricted");
	is_int(in_thread(restrict_in_thread, h), EACCES, "which cannot do it again");
	(void)close(pair[0]);
	(void)close(pair[1]);
	(void)close(fd);
	xs_close(h);
}

static int restrict_in_child(void *arg)
{
	return xs_restrict(arg, own) ? reading(arg, "/") == EACCES ? 0 : 2 : 1;
}

static void elsewhere(void)
{
	struct xs_handle *h = open_store();

	is_int(in_thread(restrict_in_thread, h), 0, "a thread restricts");
	is_int(reading(h, "/"), EACCES, "it is so for the others");
	xs_close(h);
	h = open_store();
	is_int(end_child(start_child(restrict_in_child, h)), 0, "a child restricts");
	ok(reading(h, "/") != 0, "the parent's copy of that connection is dead");
	ok(!xs_restrict(h, own), "and cannot be restricted");
	xs_close(h);
}

static void anew(void)
{
	struct xs_handle *h = open_store(), *fresh;
	int number = fd_of(h);

	ok(xs_restrict(h, own), "xs_restrict");
	xs_close(h);
	fresh = open_store();
	ok(fd_of(fresh) == number, "a new handle with the old one's number");
	is_int(reading(fresh, "/"), 0, "is what it is: dom0's (a room prevents it)");
	ok(xs_restrict(fresh, own), "and is not taken for restricted");
	is_int(reading(fresh, "/"), EACCES, "but can be");
	xs_close(fresh);
}

static void thread_that_ended(void)
{
	struct xs_handle *h = open_store();

	is_int(in_thread(read_in_thread, h), 0, "a thread has used the handle");
	ok(xs_restrict(h, own), "and has ended: it can be restricted");
	is_int(in_thread(read_in_thread, h), EACCES, "for threads to come, too");
	xs_close(h);
}

int main(int argc, char *argv[])
{
	if (io_reserve_std_fds() < 0)
		return 2;
	if (argc == 4 && strcmp(argv[1], "--prove") == 0)
		return -xenrestrict_prove_fd(to_int(argv[2]), to_domid(argv[3]),
					     XENRESTRICT_KIND_XENSTORE);
	if (argc < 3)
		return 2;
	own = to_domid(argv[1]);
	made_before();
	made_after();
	elsewhere();
	anew();
	thread_that_ended();
	return tap_done();
}
