/* SPDX-License-Identifier: BSD-2-Clause */
#include "guest-agent/freeze.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/io.h"

#define FREEZE_FILE "sys/power/pm_freeze_timeout"
#define NUMBER_MAX  32 /* bytes of the file; it has a number and a newline */

int freeze_open(int rootfd, struct freeze *ret)
{
	int fd = openat(rootfd, FREEZE_FILE, O_RDWR | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	*ret = (struct freeze){ .fd = fd < 0 ? -1 : fd };
	return fd < 0 && errno != ENOENT ? -errno : 0;
}

static int get(int fd, unsigned *ret_ms)
{
	char text[NUMBER_MAX + 1];
	ssize_t n = pread(fd, text, NUMBER_MAX, 0);
	uint64_t ms;

	if (n < 0)
		return -errno;
	text[n] = '\0';
	text[strcspn(text, "\n")] = '\0';
	if (io_parse_u64(text, UINT_MAX, &ms) < 0)
		return -EBADMSG;
	*ret_ms = (unsigned)ms;
	return 0;
}

static int put(int fd, unsigned ms)
{
	char text[NUMBER_MAX];
	int len = snprintf(text, sizeof(text), "%u\n", ms);
	ssize_t n = pwrite(fd, text, (size_t)len, 0);

	if (n < 0)
		return -errno;
	return n == len ? 0 : -EIO;
}

int freeze_set(struct freeze *f, unsigned seconds)
{
	unsigned ms = seconds ? seconds * 1000 : FREEZE_KERNEL_MS, now = 0;
	int r;

	if (f->fd < 0)
		return 0;
	r = get(f->fd, &now);
	if (r < 0)
		return r;
	if (f->raised && now != f->ours_ms)
		f->raised = false; /* somebody else has the word now */
	if (now == ms && ms != FREEZE_KERNEL_MS) {
		f->raised = true;
	} else if (now == FREEZE_KERNEL_MS || f->raised) {
		r = now == ms ? 0 : put(f->fd, ms);
		if (r < 0)
			return r;
		f->raised = ms != FREEZE_KERNEL_MS;
	}
	f->ours_ms = ms;
	return 0;
}

void freeze_close(struct freeze *f)
{
	(void)freeze_set(f, 0); /* what cannot be undone stays */
	close_fd(&f->fd);
}
