/* SPDX-License-Identifier: BSD-2-Clause */
#include "lib/sandbox_root.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/io.h"
#include "lib/sandbox_bind.h"
#include "lib/sandbox_parts.h"

#define ROOM_FLAGS (MS_NOSUID | MS_NODEV | MS_NOEXEC)
/* more than SANDBOX_FILES of SANDBOX_FILE_MAX, and their directories */
#define ROOM_OPTIONS "mode=0755,size=8m,nr_inodes=256"

struct copy {
	const char *path;
	char *data; /* owned */
	size_t len;
};

struct copies {
	struct copy copy[SANDBOX_FILES];
	size_t count;
};

/* What is to be bound. */
struct opened {
	int fd[SANDBOX_BINDS];
	size_t count;
};

static void opened_done(struct opened *o)
{
	for (size_t i = 0; i < o->count; i++)
		(void)close(o->fd[i]); /* only read from */
}

static void copies_done(struct copies *c)
{
	for (size_t i = 0; i < c->count; i++)
		free(c->copy[i].data);
}

/* Read them while there is something to read. */
static int copies_read(const struct sandbox_file *files, struct copies *ret)
{
	for (; files && files->path; files++) {
		struct copy *c = &ret->copy[ret->count];
		int r;

		if (ret->count == SANDBOX_FILES)
			return -E2BIG;
		if (files->path[0] != '/' || strstr(files->path, "/../"))
			return -EINVAL;
		r = io_read_file_at(AT_FDCWD, files->path, SANDBOX_FILE_MAX, &c->data,
				    &c->len);
		if (r == -ENOENT || r == -ENOTDIR)
			continue;
		if (r < 0)
			return r;
		c->path = files->path;
		ret->count++;
	}
	return 0;
}

static int make_namespaces(bool network)
{
	int flags = CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS;

	if (unshare(network ? flags : flags | CLONE_NEWNET) < 0)
		return -errno;
	/* EINVAL: a kernel without cgroup namespaces (before 4.6) */
	if (unshare(CLONE_NEWCGROUP) < 0 && errno != EINVAL)
		return -errno;
	/* what is mounted from here on must not show outside */
	return mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ? -errno : 0;
}

/* On whatever directory there is: the namespace is ours, so nobody misses what it hides. */
static int mount_room(void)
{
	static const char *const places[] = { "/tmp", "/run", "/var", "/usr", "/etc" };

	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
		if (mount("room", places[i], "tmpfs", ROOM_FLAGS, ROOM_OPTIONS) == 0)
			return chdir(places[i]) < 0 ? -errno : 0;
		if (errno != ENOENT && errno != ENOTDIR)
			return -errno;
	}
	return -ENOENT;
}

/* @path's directories and the file, below the working directory. */
static int write_copy(const struct copy *c)
{
	autofree char *path = strdup(c->path + 1);
	autoclose int fd = -1;

	if (!path)
		return -ENOMEM;
	for (char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(path, 0755) < 0 && errno != EEXIST)
			return -errno;
		*slash = '/';
	}
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0444);
	if (fd < 0)
		return -errno;
	return io_write_all(fd, c->data, c->len);
}

static int write_copies(const struct copies *copies)
{
	int r = 0;

	for (size_t i = 0; i < copies->count && r == 0; i++)
		r = write_copy(&copies->copy[i]);
	return r;
}

int sandbox_change_root(void)
{
	if (syscall(SYS_pivot_root, ".", ".") == 0) {
		/* the old root now lies over the new one, and "." is the old */
		if (umount2(".", MNT_DETACH) < 0)
			return -errno;
	} else if (errno != EINVAL || mount(".", "/", NULL, MS_MOVE, NULL) < 0 ||
		   chroot(".") < 0) {
		return -errno; /* EINVAL: an initramfs, which cannot be pivoted */
	}
	return chdir("/") < 0 ? -errno : 0;
}

/* What is bound is opened before the room hides anything, and in the room's own mount
 * namespace, from whose mounts alone it can be bound. */
static int programs_open(const struct sandbox_bind *bind, struct opened *ret)
{
	for (; bind && bind->from; bind++) {
		int fd;

		if (ret->count == SANDBOX_BINDS)
			return -E2BIG;
		if (bind->to[0] != '/' || strstr(bind->to, "/../"))
			return -EINVAL;
		fd = open(bind->from, (bind->loader ? O_RDONLY : O_PATH) | O_CLOEXEC);
		if (fd < 0)
			return -errno;
		ret->fd[ret->count++] = fd;
	}
	return 0;
}

static int programs_bind(const struct sandbox_bind *bind, const struct opened *o)
{
	const unsigned long flags = MS_NOSUID | MS_NODEV | MS_RDONLY;
	int r = 0;

	for (size_t i = 0; i < o->count && r == 0; i++)
		r = bind[i].loader ? sandbox_bind_loader(o->fd[i], bind[i].to)
				   : sandbox_bind_fd(o->fd[i], bind[i].to, flags);
	return r;
}

static int fill_room(const struct sandbox *box, const struct copies *copies,
		     const struct opened *programs)
{
	mode_t mask = umask(022);
	int r = write_copies(copies);

	if (r == 0)
		r = programs_bind(box->programs, programs);
	if (r == 0 && box->disk)
		r = sandbox_make_disk(box->disk, box->disk_number, box->uid, box->gid);
	(void)umask(mask); /* cannot fail */
	return r;
}

int sandbox_root(const struct sandbox *box)
{
	__attribute__((cleanup(copies_done))) struct copies copies = { 0 };
	__attribute__((cleanup(opened_done))) struct opened programs = { 0 };
	int r = copies_read(box->files, &copies);

	if (r == 0)
		r = make_namespaces(box->network);
	if (r == 0)
		r = programs_open(box->programs, &programs);
	if (r == 0)
		r = mount_room();
	if (r == 0)
		r = fill_room(box, &copies, &programs);
	if (r == 0)
		r = sandbox_change_root();
	if (r == 0 &&
	    mount(NULL, "/", NULL, MS_REMOUNT | MS_RDONLY | ROOM_FLAGS, NULL) < 0)
		r = -errno;
	return r;
}
