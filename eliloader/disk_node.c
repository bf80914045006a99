/* SPDX-License-Identifier: BSD-2-Clause */
#include "eliloader/disk_node.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/loop.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/cleanup.h"

#define TRIES	 100		    /* others look for a free one at the same time */
#define PAUSE_NS (10 * 1000 * 1000) /* between them */
#define SECTOR	 512

/* Linux 5.8 has them; headers may be older. */
#ifndef LOOP_CONFIGURE
#define LOOP_CONFIGURE 0x4C0A
struct loop_config {
	__u32 fd;
	__u32 block_size;
	struct loop_info64 info;
	__u64 __reserved[8];
};
#endif

static const struct loop_info64 wanted = { .lo_flags = LO_FLAGS_READ_ONLY |
						       LO_FLAGS_AUTOCLEAR };

/* In two steps, by a process of its own group: what is killed between them must be
 * neither of those that are killed with us. */
static int configure_old(int loop, int image)
{
	pid_t pid = fork();
	int status;

	if (pid < 0)
		return -errno;
	if (pid == 0) {
		(void)setpgid(0, 0);
		if (ioctl(loop, LOOP_SET_FD, image) < 0)
			_exit(errno);
		if (ioctl(loop, LOOP_SET_STATUS64, &wanted) == 0)
			_exit(0);
		status = errno;
		(void)ioctl(loop, LOOP_CLR_FD, 0);
		_exit(status);
	}
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(status) ? -WEXITSTATUS(status) : -EINTR;
}

static int configure(int loop, int image)
{
	const struct loop_config config = { .fd = (__u32)image, .info = wanted };

	if (ioctl(loop, LOOP_CONFIGURE, &config) == 0)
		return 0;
	/* EINVAL: before Linux 5.8 (its loop devices say that of what they do not know) */
	return errno == EINVAL || errno == ENOTTY ? configure_old(loop, image) : -errno;
}

/* -EBUSY: somebody else was first. */
static int try_one(int control, int image, int *ret_loop)
{
	autoclose int loop = -1;
	char path[32];
	int n = ioctl(control, LOOP_CTL_GET_FREE);
	int r;

	if (n < 0)
		return -errno;
	(void)snprintf(path, sizeof(path), "/dev/loop%d", n); /* fits */
	loop = open(path, O_RDONLY | O_CLOEXEC);
	if (loop < 0)
		return errno == ENOENT || errno == ENXIO ? -ENODEV : -errno;
	r = configure(loop, image);
	if (r == 0)
		*ret_loop = steal_fd(&loop);
	return r;
}

static int attach(int image, int *ret_loop)
{
	const struct timespec pause = { .tv_nsec = PAUSE_NS };
	autoclose int control = open("/dev/loop-control", O_RDWR | O_CLOEXEC);
	int r = -EBUSY;

	if (control < 0)
		return errno == ENOENT || errno == ENXIO ? -ENODEV : -errno;
	for (int i = 0; i < TRIES && r == -EBUSY; i++) {
		if (i > 0)
			(void)nanosleep(&pause, NULL); /* shorter is fine */
		r = try_one(control, image, ret_loop);
	}
	return r;
}

int disk_node(int image, dev_t *ret_number, int *ret_loop)
{
	autoclose int loop = -1;
	struct stat st;
	int r;

	if (fstat(image, &st) < 0)
		return -errno;
	if (!S_ISBLK(st.st_mode)) {
		if (!S_ISREG(st.st_mode))
			return -ENOTBLK;
		if (st.st_size < SECTOR)
			return -ENODATA;
		r = attach(image, &loop);
		if (r < 0)
			return r;
		if (fstat(loop, &st) < 0)
			return -errno;
	}
	*ret_number = st.st_rdev;
	*ret_loop = steal_fd(&loop);
	return 0;
}
