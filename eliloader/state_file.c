/* SPDX-License-Identifier: BSD-2-Clause */
/* Where states are kept: directory, lock, whole files. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "eliloader/limits.h"
#include "eliloader/state.h"
#include "lib/cleanup.h"
#include "lib/io.h"

#define LOCK_POLL_MS 20

struct name {
	char text[STATE_NAME_MAX + 8];
};

static struct name file_name(const struct state_place *p, const char *end)
{
	struct name n;

	(void)snprintf(n.text, sizeof(n.text), "%s.%s", p->name,
		       end); /* the ends are short */
	return n;
}

/* The names in it are what is trusted: nobody else may make one. */
static int check_directory(int dir)
{
	struct stat st;

	if (fstat(dir, &st) < 0)
		return -errno;
	return st.st_uid != geteuid() || (st.st_mode & 022) ? -EPERM : 0;
}

int state_place_open(const char *dir, const char *name, bool make,
		     struct state_place *ret)
{
	struct state_place p = STATE_PLACE_NONE;
	autoclose int fd = -1;
	int r = state_encode(name, p.name);

	if (r < 0)
		return r;
	if (make && mkdir(dir, 0700) < 0 && errno != EEXIST)
		return -errno;
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	r = check_directory(fd);
	if (r < 0)
		return r;
	p.dir = steal_fd(&fd);
	*ret = p;
	return 0;
}

/* Is the open @fd still what the name means?  Its holder may have removed it. */
static bool is_named(int dir, const char *name, int fd)
{
	struct stat by_name, by_fd;

	return fstatat(dir, name, &by_name, AT_SYMLINK_NOFOLLOW) == 0 &&
	       fstat(fd, &by_fd) == 0 && by_name.st_dev == by_fd.st_dev &&
	       by_name.st_ino == by_fd.st_ino;
}

/* 1: locked.  0: somebody else has it, or has just removed it. */
static int try_lock(struct state_place *p)
{
	struct name name = file_name(p, "lock");
	autoclose int fd = openat(p->dir, name.text,
				  O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0)
		return -errno;
	if (flock(fd, LOCK_EX | LOCK_NB) < 0)
		return errno == EWOULDBLOCK || errno == EINTR ? 0 : -errno;
	if (!is_named(p->dir, name.text, fd))
		return 0;
	p->lock = steal_fd(&fd);
	return 1;
}

int state_place_lock(struct state_place *p, unsigned wait_s)
{
	uint64_t deadline = io_now_ms() + (uint64_t)wait_s * 1000;

	for (;;) {
		int r = try_lock(p);

		if (r != 0)
			return r < 0 ? r : 0;
		if (io_now_ms() >= deadline)
			return -EBUSY;
		(void)poll(NULL, 0, LOCK_POLL_MS); /* a pause */
	}
}

void state_place_close(struct state_place *p)
{
	if (p->lock >= 0) {
		/* while it is locked: those that wait for this file look again */
		(void)unlinkat(p->dir, file_name(p, "lock").text, 0);
		(void)close(p->lock);
	}
	if (p->dir >= 0)
		(void)close(p->dir); /* only read */
	*p = STATE_PLACE_NONE;
}

int state_read(const struct state_place *p, struct state *s, size_t *ret_line)
{
	autofree char *text = NULL;
	size_t len;
	int r = io_read_file_at(p->dir, file_name(p, "state").text, RECORD_MAX, &text,
				&len);

	if (r == -ENOENT)
		return 0;
	return r < 0 ? r : state_parse(s, text, len, ret_line);
}

/* All of it on the disk, under the name that nobody reads. */
static int write_new(const struct state_place *p, const char *name, const char *text,
		     size_t len)
{
	autoclose int fd = -1;
	int r;

	/* a killed start may have left one, unfinished */
	if (unlinkat(p->dir, name, 0) < 0 && errno != ENOENT)
		return -errno;
	fd = openat(p->dir, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
		    0600);
	if (fd < 0)
		return -errno;
	r = io_write_all(fd, text, len);
	if (r < 0)
		return r;
	if (fsync(fd) < 0)
		return -errno;
	return close(steal_fd(&fd)) < 0 ? -errno : 0;
}

int state_write(const struct state_place *p, const struct state *s, const char *comment)
{
	struct name fresh = file_name(p, "new");
	autofree char *text = NULL;
	size_t len;
	int r = state_format(s, comment, &text, &len);

	if (r == 0)
		r = write_new(p, fresh.text, text, len);
	if (r == 0 &&
	    renameat(p->dir, fresh.text, p->dir, file_name(p, "state").text) < 0)
		r = -errno;
	if (r < 0) {
		(void)unlinkat(p->dir, fresh.text, 0); /* may not be there */
		return r;
	}
	return fsync(p->dir) < 0 ? -errno : 0;
}

int state_remove(const struct state_place *p)
{
	(void)unlinkat(p->dir, file_name(p, "new").text, 0); /* of a killed start */
	if (unlinkat(p->dir, file_name(p, "state").text, 0) < 0)
		return -errno;
	return fsync(p->dir) < 0 ? -errno : 0;
}
