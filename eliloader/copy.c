/* SPDX-License-Identifier: BSD-2-Clause */
#include "eliloader/copy.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/io.h"

#define COPY_STEP   (1U << 30) /* bytes of one copy_file_range(): the kernel's own limit */
#define COPY_BUFFER (256 * 1024) /* bytes */

/* 1: all is there, 0: this way cannot be gone. */
static int copy_in_kernel(int from, int to, uint64_t len)
{
	off_t in = 0, out = 0;

	while ((uint64_t)in < len) {
		ssize_t n = copy_file_range(from, &in, to, &out, COPY_STEP, 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && (errno == ENOSPC || errno == EFBIG || errno == EIO))
			return -errno;
		if (n <= 0) /* not between these file systems, or not in this kernel */
			return 0;
	}
	return 1;
}

static int copy_through_buffer(int from, int to)
{
	autofree char *buffer = malloc(COPY_BUFFER);
	off_t at = 0;
	int r = 0;

	if (!buffer)
		return -ENOMEM;
	if (lseek(to, 0, SEEK_SET) < 0)
		return -errno;
	while (r == 0) {
		ssize_t n = pread(from, buffer, COPY_BUFFER, at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : 0;
		r = io_write_all(to, buffer, (size_t)n);
		at += n;
	}
	return r;
}

int copy_file(int from, int to)
{
	struct stat st;
	int r;

	if (ioctl(to, FICLONE, from) == 0)
		return 0;
	if (fstat(from, &st) < 0)
		return -errno;
	r = copy_in_kernel(from, to, (uint64_t)st.st_size);
	if (r != 0)
		return r < 0 ? r : 0;
	return copy_through_buffer(from, to);
}

int copy_link(int fd, int dir, const char *name)
{
	char path[64];

	/* AT_EMPTY_PATH would want CAP_DAC_READ_SEARCH */
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return linkat(AT_FDCWD, path, dir, name, AT_SYMLINK_FOLLOW) < 0 ? -errno : 0;
}

int copy_or_link(int fd, int dir, const char *name)
{
	autoclose int copy = -1;
	int r = copy_link(fd, dir, name);

	/* another file system or mount; no name any more; links are forbidden or full */
	if (r != -EXDEV && r != -ENOENT && r != -EPERM && r != -EMLINK)
		return r;
	copy = openat(dir, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (copy < 0)
		return -errno;
	r = copy_file(fd, copy);
	return r < 0 ? r : copy_link(copy, dir, name);
}
