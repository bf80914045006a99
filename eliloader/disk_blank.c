/* SPDX-License-Identifier: BSD-2-Clause */
#include "eliloader/disk_blank.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/cleanup.h"

#define BLANK_LEN (1024 * 1024) /* bytes looked at at each end of a disk */

/* Are the @len bytes from @from on all zeros?  1, 0 or -errno: not all could be read. */
static int is_zero(int fd, off_t from, size_t len)
{
	autofree char *text = malloc(len + 1);

	if (!text)
		return -ENOMEM;
	for (size_t got = 0; got < len;) {
		ssize_t n = pread(fd, text + got, len - got, from + (off_t)got);

		if (n <= 0)
			return n < 0 ? -errno : -EIO;
		got += (size_t)n;
	}
	return len == 0 || (!text[0] && memcmp(text, text + 1, len - 1) == 0);
}

int disk_is_blank(const char *image)
{
	autoclose int fd = open(image, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	size_t len;
	off_t end;
	int r;

	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode) && !S_ISBLK(st.st_mode))
		return -ENOTBLK;
	end = lseek(fd, 0, SEEK_END);
	if (end < 0)
		return -errno;
	len = end < BLANK_LEN ? (size_t)end : BLANK_LEN;
	r = is_zero(fd, 0, len);
	return r == 1 ? is_zero(fd, end - (off_t)len, len) : r;
}
