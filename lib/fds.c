/* SPDX-License-Identifier: BSD-2-Clause */
#include "lib/fds.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/io.h"

static bool is_kept(const int *keep, size_t count, uint64_t fd)
{
	for (size_t i = 0; i < count; i++)
		if (keep[i] >= 0 && (uint64_t)keep[i] == fd)
			return true;
	return false;
}

/* (the calls of readdir(3) without its memory: the process may be a bare clone()) */
struct dirent_head {
	uint64_t ino;
	int64_t off;
	unsigned short len;
	unsigned char type;
	char name[];
};

/* One turn over the directory; @ret_closed tells whether the list was changed by it. */
static int close_listed(int dir, const int *keep, size_t count, bool *ret_closed)
{
	_Alignas(struct dirent_head) char buf[4096];
	uint64_t fd;
	long n;

	while ((n = syscall(SYS_getdents64, dir, buf, sizeof(buf))) > 0) {
		for (long at = 0; at < n;) {
			const struct dirent_head *e = (const void *)(buf + at);

			if (io_parse_u64(e->name, INT32_MAX, &fd) == 0 &&
			    fd != (uint64_t)dir && !is_kept(keep, count, fd)) {
				(void)close((int)fd); /* nothing we wrote */
				*ret_closed = true;
			}
			at += e->len;
		}
	}
	return n < 0 ? -errno : 0;
}

int fds_close_but(const int *keep, size_t count)
{
	/* (past an open() that is a preloaded object's, and would ask the dynamic linker) */
	autoclose int dir = (int)syscall(SYS_openat, AT_FDCWD, "/proc/self/fd",
					 O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
	bool closed = true;
	int r = dir < 0 ? -errno : 0;

	/* until a whole turn finds none: what is closed may move the others */
	while (r == 0 && closed) {
		closed = false;
		r = lseek(dir, 0, SEEK_SET) < 0 ? -errno
						: close_listed(dir, keep, count, &closed);
	}
	return r;
}
