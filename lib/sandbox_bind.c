/* SPDX-License-Identifier: BSD-2-Clause */
#include "lib/sandbox_bind.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "lib/cleanup.h"

#define COPY_STEP (1 << 20)
#define PATH_ROOM 1024

/* The directory @name below @dir, of the room's own tmpfs. */
static int open_own_dir(int dir, const char *name, dev_t device, int *ret_fd)
{
	autoclose int fd = -1;
	struct stat st;

	if (mkdirat(dir, name, 0755) < 0 && errno != EEXIST)
		return -errno;
	fd = openat(dir, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	if (st.st_dev != device)
		return -EXDEV;
	*ret_fd = steal_fd(&fd);
	return 0;
}

/* The directory that @path (absolute) is to lie in; @ret_name: its last component. */
static int open_parent(const char *path, int *ret_fd, const char **ret_name)
{
	autoclose int fd = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	char name[PATH_ROOM];
	struct stat st;
	const char *slash;
	int r = 0;

	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	while (r == 0 && (slash = strchr(++path, '/'))) {
		int next = -1;

		if ((size_t)(slash - path) >= sizeof(name))
			return -ENAMETOOLONG;
		memcpy(name, path, (size_t)(slash - path));
		name[slash - path] = '\0';
		r = open_own_dir(fd, name, st.st_dev, &next);
		if (r == 0) {
			(void)close(fd); /* only a path */
			fd = next;
		}
		path = slash;
	}
	if (r < 0)
		return r;
	*ret_fd = steal_fd(&fd);
	*ret_name = path;
	return 0;
}

int sandbox_make_place(const char *path, bool directory)
{
	autoclose int parent = -1, fd = -1;
	const char *name = "";
	int r = open_parent(path, &parent, &name);

	if (r < 0)
		return r;
	if (directory)
		return mkdirat(parent, name, 0755) < 0 ? -errno : 0;
	fd = openat(parent, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		    0444);
	return fd < 0 ? -errno : 0;
}

/* What the mount that @fd lies in does not allow: no bind of it allows more. */
static int flags_of_source(int fd, unsigned long *ret_flags)
{
	static const struct {
		unsigned long has, flag;
	} kept[] = { { ST_NOSUID, MS_NOSUID },
		     { ST_NODEV, MS_NODEV },
		     { ST_NOEXEC, MS_NOEXEC },
		     { ST_RDONLY, MS_RDONLY } };
	struct statvfs fs;

	if (fstatvfs(fd, &fs) < 0)
		return -errno;
	for (size_t i = 0; i < sizeof(kept) / sizeof(*kept); i++)
		if (fs.f_flag & kept[i].has)
			*ret_flags |= kept[i].flag;
	return 0;
}

int sandbox_bind_fd(int from, const char *to, unsigned long flags)
{
	char source[32];
	struct stat st;
	int r;

	if (fstat(from, &st) < 0)
		return -errno;
	r = flags_of_source(from, &flags);
	if (r == 0)
		r = sandbox_make_place(to, S_ISDIR(st.st_mode));
	if (r < 0)
		return r;
	(void)snprintf(source, sizeof(source), "/proc/self/fd/%d", from); /* fits */
	/* (below the working directory, by components that make_place() has looked at) */
	if (mount(source, to + 1, NULL, MS_BIND, NULL) < 0 ||
	    mount(NULL, to + 1, NULL, MS_REMOUNT | MS_BIND | flags, NULL) < 0)
		return -errno;
	return 0;
}

int sandbox_bind(const char *from, const char *to, unsigned long flags, bool device)
{
	autoclose int fd = open(from, O_PATH | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	if (device && !S_ISCHR(st.st_mode))
		return -ENODEV;
	return sandbox_bind_fd(fd, to, flags);
}

int sandbox_copy_unreadable(int from, const char *path)
{
	autoclose int fd = open(path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	off_t at = 0;
	ssize_t n;

	if (fd < 0)
		return -errno;
	do
		n = sendfile(fd, from, &at, COPY_STEP);
	while (n > 0);
	return n < 0 || fchmod(fd, 0111) < 0 ? -errno : 0;
}

int sandbox_bind_loader(int from, const char *to)
{
	int r = sandbox_make_place(to, false);

	if (r == 0)
		r = sandbox_copy_unreadable(from, to + 1);
	if (r < 0)
		return r;
	/* the room's own mount lets nothing be executed */
	if (mount(to + 1, to + 1, NULL, MS_BIND, NULL) < 0 ||
	    mount(NULL, to + 1, NULL,
		  MS_REMOUNT | MS_BIND | MS_NOSUID | MS_NODEV | MS_RDONLY, NULL) < 0)
		return -errno;
	return 0;
}

static int make_node(const char *node, dev_t number, uid_t uid, gid_t gid)
{
	if (mknod(node, S_IFBLK | 0400, number) < 0 || chown(node, uid, gid) < 0)
		return -errno;
	return 0;
}

int sandbox_make_disk(const char *path, dev_t number, uid_t uid, gid_t gid)
{
	/* the room is nodev, so the node lies in a tmpfs that nobody sees afterwards */
	static const char place[] = "node", node[] = "node/disk";
	const unsigned long flags = MS_NOSUID | MS_NOEXEC;
	int r;

	if (mkdir(place, 0700) < 0 ||
	    mount("node", place, "tmpfs", flags, "mode=0700,size=4k,nr_inodes=8") < 0)
		return -errno;
	r = make_node(node, number, uid, gid);
	if (r == 0)
		r = sandbox_make_place(path, false);
	if (r == 0 && (mount(node, path + 1, NULL, MS_BIND, NULL) < 0 ||
		       mount(NULL, path + 1, NULL,
			     MS_REMOUNT | MS_BIND | MS_RDONLY | flags, NULL) < 0))
		r = -errno;
	if (umount2(place, MNT_DETACH) < 0 || rmdir(place) < 0)
		return -errno;
	return r;
}
