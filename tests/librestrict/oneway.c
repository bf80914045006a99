/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * oneway - once restricted, a descriptor of the kernel's is so in every copy, whenever
 * that was made, and for ever.  On fake devices (fakedev.so), or on real ones:
 * oneway [OWN OTHER]
 * oneway --prove FD DOMID KIND   (started by itself)
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <xen/xen.h>
#include <xen/sys/evtchn.h>
#include <xen/sys/privcmd.h>

#include "dom0-tools/xenrestrict.h"
#include "lib/cleanup.h"
#include "lib/io.h"
#include "tests/librestrict/number.h"
#include "tests/librestrict/pass_fd.h"
#include "tests/tap.h"

static unsigned own = 5, other = 6;

/* What there is of either device. */
static const struct device {
	const char *name;
	const char *path;
	enum xenrestrict_kind kind;
	unsigned long request;
	int again; /* errno that the kernel has for the same domid again; 0: accepted */
	int change;
} devices[] = {
	{ "evtchn", "/dev/xen/evtchn", XENRESTRICT_KIND_EVTCHN,
	  IOCTL_EVTCHN_RESTRICT_DOMID, EACCES, EACCES },
	{ "privcmd", "/dev/xen/privcmd", XENRESTRICT_KIND_PRIVCMD, IOCTL_PRIVCMD_RESTRICT,
	  0, EINVAL },
};

struct copy {
	const struct device *device;
	int fd;
	int sock; /* where a descriptor comes, for those that receive one */
};

static int open_free(const struct device *d)
{
	int fd = open(d->path, O_RDWR | O_CLOEXEC);

	if (fd < 0) {
		printf("Bail out! %s: %s\n", d->path, strerror(errno));
		exit(1);
	}
	return fd;
}

static int restricting(const struct device *d, int fd, unsigned domid)
{
	domid_t arg = (domid_t)domid;

	return ioctl(fd, d->request, &arg) < 0 ? errno : 0;
}

static int proving(const struct device *d, int fd)
{
	return -xenrestrict_prove_fd(fd, own, d->kind);
}

/* ---- a child, at the right moment ---- */

static int run_child(int (*work)(const struct copy *), const struct copy *arg,
		     int *ret_go)
{
	char byte;
	pid_t pid;
	int p[2];

	fflush(stdout);
	if (pipe2(p, O_CLOEXEC) < 0)
		exit(1);
	pid = fork();
	if (pid == 0) {
		(void)close(p[1]);
		(void)alarm(60);
		_exit(read(p[0], &byte, 1) == 1 ? work(arg) : 99);
	}
	(void)close(p[0]);
	*ret_go = p[1];
	return pid;
}

static int end_child(int pid, int go)
{
	int status;

	if (write(go, "g", 1) != 1 || close(go) < 0 || waitpid(pid, &status, 0) != pid)
		exit(1);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 100 + WTERMSIG(status);
}

static int in_child(int (*work)(const struct copy *), const struct copy *arg)
{
	int go, pid = run_child(work, arg, &go);

	return end_child(pid, go);
}

static int prove_copy(const struct copy *c)
{
	return proving(c->device, c->fd);
}

static int restrict_copy(const struct copy *c)
{
	return restricting(c->device, c->fd, own);
}

static int receive_copy(const struct copy *c)
{
	int fd = receive_fd(c->sock);

	return fd < 0 ? 98 : proving(c->device, fd);
}

static int receive_restrict(const struct copy *c)
{
	int fd = receive_fd(c->sock);

	return fd < 0 ? 98 : restricting(c->device, fd, own);
}

static int exec_prove(const struct copy *c)
{
	char text[3][16];

	(void)snprintf(text[0], sizeof(text[0]), "%d", c->fd);
	(void)snprintf(text[1], sizeof(text[1]), "%u", own);
	(void)snprintf(text[2], sizeof(text[2]), "%d", (int)c->device->kind);
	if (fcntl(c->fd, F_SETFD, 0) < 0)
		return 98;
	(void)execl("/proc/self/exe", "oneway", "--prove", text[0], text[1], text[2],
		    NULL);
	return 97;
}

static void *thread_prove(void *arg)
{
	return (void *)(intptr_t)prove_copy(arg);
}

static void *thread_restrict(void *arg)
{
	return (void *)(intptr_t)restrict_copy(arg);
}

static int in_thread(void *(*work)(void *), struct copy *arg)
{
	pthread_t thread;
	void *result;

	if (pthread_create(&thread, NULL, work, arg) != 0 ||
	    pthread_join(thread, &result) != 0)
		exit(1);
	return (int)(intptr_t)result;
}

/* ---- the orders ---- */

static void duplicates(const struct device *d)
{
	autoclose int fd = open_free(d), early = dup(fd), late = -1;

	is_int(proving(d, fd), EPROTO, "before: free");
	is_int(restricting(d, early, own), 0, "dup, then restrict the copy");
	is_int(proving(d, fd), 0, "the first is restricted");
	is_int(proving(d, early), 0, "the copy is");
	late = fcntl(fd, F_DUPFD_CLOEXEC, 50);
	is_int(proving(d, late), 0, "one that is made then is");
	is_int(restricting(d, fd, other), d->change, "another domain: refused");
	is_int(restricting(d, late, other), d->change, "by any copy");
	is_int(restricting(d, fd, own), d->again, "the same again: as the kernel has it");
	is_int(proving(d, early), 0, "nothing was changed");
}

static void forks(const struct device *d)
{
	struct copy c = { .device = d, .fd = open_free(d) };
	int go, pid = run_child(prove_copy, &c, &go);

	is_int(restricting(d, c.fd, own), 0, "fork, then restrict");
	is_int(end_child(pid, go), 0, "the child's is restricted");
	is_int(in_child(prove_copy, &c), 0, "restrict, then fork: restricted");
	is_int(in_child(exec_prove, &c), 0, "restrict, then exec: restricted");
	(void)close(c.fd);
	c.fd = open_free(d);
	is_int(in_child(restrict_copy, &c), 0, "the child restricts");
	is_int(proving(d, c.fd), 0, "the parent's is restricted");
	(void)close(c.fd);
}

static void passing(const struct device *d)
{
	struct copy c = { .device = d, .fd = open_free(d) };
	int pair[2], go, pid;

	if (socketpair(AF_UNIX, SOCK_DGRAM, 0, pair) < 0)
		exit(1);
	c.sock = pair[1];
	pid = run_child(receive_copy, &c, &go);
	ok(send_fd(pair[0], c.fd) == 0, "passed");
	is_int(restricting(d, c.fd, own), 0, "then restricted, while it is on its way");
	is_int(end_child(pid, go), 0, "what arrives is restricted");
	ok(send_fd(pair[0], c.fd) == 0, "restricted, then passed");
	is_int(in_child(receive_copy, &c), 0, "what arrives is restricted");
	(void)close(c.fd);
	c.fd = open_free(d);
	ok(send_fd(pair[0], c.fd) == 0, "passed, and the receiver restricts");
	is_int(in_child(receive_restrict, &c), 0, "it may");
	is_int(proving(d, c.fd), 0, "ours is restricted by that");
	(void)close(c.fd);
	(void)close(pair[0]);
	(void)close(pair[1]);
}

static void threads(const struct device *d)
{
	struct copy c = { .device = d, .fd = open_free(d) };

	is_int(in_thread(thread_restrict, &c), 0, "a thread restricts");
	is_int(proving(d, c.fd), 0, "it is so for the others");
	is_int(in_thread(thread_prove, &c), 0, "and for new threads");
	(void)close(c.fd);
}

static void again(const struct device *d)
{
	autoclose int fd = open_free(d), fresh = -1;
	int number = fd;

	is_int(restricting(d, fd, own), 0, "restricted");
	fresh = open_free(d);
	is_int(proving(d, fresh), EPROTO, "a new one is free: what a room is for");
	(void)close(steal_fd(&fd));
	fd = open_free(d);
	ok(fd == number, "the same number again");
	is_int(proving(d, fd), EPROTO, "is not taken for restricted");
}

int main(int argc, char *argv[])
{
	if (io_reserve_std_fds() < 0)
		return 2;
	if (argc == 5 && strcmp(argv[1], "--prove") == 0)
		return -xenrestrict_prove_fd(to_int(argv[2]), to_domid(argv[3]),
					     (enum xenrestrict_kind)to_int(argv[4]));
	if (argc == 3) {
		own = to_domid(argv[1]);
		other = to_domid(argv[2]);
	} else {
		(void)setenv("FAKEDEV_DOMAINS", "5 6", 1);
	}
	for (size_t i = 0; i < sizeof(devices) / sizeof(devices[0]); i++) {
		printf("# %s\n", devices[i].name);
		duplicates(&devices[i]);
		forks(&devices[i]);
		passing(&devices[i]);
		threads(&devices[i]);
		again(&devices[i]);
	}
	return tap_done();
}
