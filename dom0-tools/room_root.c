/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * room_root - the room's root: a tmpfs that becomes read-only, with what is bound into it.
 *
 * Every directory on the way to a bind is the tmpfs' own and no symbolic link is followed,
 * so that nothing is made in, or reached through, what is bound.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "dom0-tools/room_steps.h"
#include "lib/cleanup.h"
#include "lib/sandbox_parts.h"

#define ROOT_FLAGS (MS_NOSUID | MS_NODEV | MS_NOEXEC)
/* directories, mount points (the longest room has some 400), a loader (0.2 MiB) */
#define ROOT_OPTIONS "mode=0755,size=4m,nr_inodes=2048"
#define COPY_STEP    (1 << 20)
#define PLACE	     ROOM_RUN_DIR "/room" /* an empty directory: what the mount hides */
#define PATH_ROOM    1024

int room_step_mount(struct room *room)
{
	(void)umask(022); /* what is made here is for the program to read */
	if (mount("room", PLACE, "tmpfs", ROOT_FLAGS, ROOT_OPTIONS) < 0)
		return room_fail(room, -errno, "a tmpfs on %s: %s", PLACE,
				 strerror(errno));
	return chdir(PLACE) < 0 ? -errno : 0;
}

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

/* An empty file or directory for @path; it must be new. */
static int make_place(const char *path, bool directory)
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

/* @from, looked up once, appears as @to; the room is the working directory.
 * -ENODEV: @device, and it is none. */
static int bind_path(const char *from, const char *to, unsigned long flags, bool device)
{
	autoclose int fd = open(from, O_PATH | O_CLOEXEC);
	char source[32];
	struct stat st;
	int r;

	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	if (device && !S_ISCHR(st.st_mode))
		return -ENODEV;
	r = flags_of_source(fd, &flags);
	if (r == 0)
		r = make_place(to, S_ISDIR(st.st_mode));
	if (r < 0)
		return r;
	(void)snprintf(source, sizeof(source), "/proc/self/fd/%d", fd); /* fits */
	/* (below the working directory, by components that make_place() has looked at) */
	if (mount(source, to + 1, NULL, MS_BIND, NULL) < 0 ||
	    mount(NULL, to + 1, NULL, MS_REMOUNT | MS_BIND | flags, NULL) < 0)
		return -errno;
	return 0;
}

static int bind_or_say(struct room *room, const char *from, const char *to,
		       unsigned long flags, bool device)
{
	int r = bind_path(from, to, flags, device);

	if (r == -ENODEV)
		return room_fail(room, r, "'%s' is no character device", from);
	if (r == -EXDEV)
		return room_fail(room, r,
				 "'%s' would lie in something else that is bound", to);
	return r < 0 ? room_fail(room, r, "'%s' as '%s': %s", from, to, strerror(-r)) : 0;
}

static int bind_wanted(struct room *room, const struct room_bind *b)
{
	unsigned long flags = MS_NOSUID;

	flags |= b->device ? MS_NOEXEC | MS_RDONLY : MS_NODEV;
	flags |= b->writable ? MS_NOEXEC : MS_RDONLY;
	return bind_or_say(room, b->from, b->to, flags, b->device);
}

/* All of @from into the new file @path, which can be executed and not be read.  The kernel
 * keeps a process from being looked into, and from leaving a core, when it could not read
 * what it runs: nothing else of that kind lasts over exec. */
static int copy_unreadable(int from, const char *path)
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

/* Of a dynamic program the loader counts as well, which is small. */
static int copy_loader(const char *path)
{
	autoclose int fd = open(path, O_RDONLY | O_CLOEXEC);
	int r = fd < 0 ? -errno : make_place(path, false);

	if (r == 0)
		r = copy_unreadable(fd, path + 1);
	if (r < 0)
		return r;
	/* the room's own mount lets nothing be executed */
	if (mount(path + 1, path + 1, NULL, MS_BIND, NULL) < 0 ||
	    mount(NULL, path + 1, NULL,
		  MS_REMOUNT | MS_BIND | MS_NOSUID | MS_NODEV | MS_RDONLY, NULL) < 0)
		return -errno;
	return 0;
}

/* A static one is all there is: its copy is in a tmpfs that nobody sees any more. */
static int copy_program(int program)
{
	autoclose int fd = -1;
	int r;

	if (mkdir("copy", 0700) < 0 ||
	    mount("program", "copy", "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755") < 0)
		return -errno;
	r = copy_unreadable(program, "copy/program");
	if (r == 0)
		fd = open("copy/program", O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (r == 0 && (fd < 0 || dup3(fd, program, O_CLOEXEC) < 0))
		r = -errno;
	if (umount2("copy", MNT_DETACH) < 0 || rmdir("copy") < 0)
		return -errno;
	return r;
}

static int copy_what_is_run(struct room *room)
{
	const char *loader = room->libraries.interpreter;
	int r = loader ? copy_loader(loader) : copy_program(room->program);

	return r < 0 ? room_fail(room, r, "a copy of '%s': %s",
				 loader ? loader : room->opt->argv[0], strerror(-r))
		     : 0;
}

static int bind_libraries(struct room *room)
{
	const struct room_libraries *l = &room->libraries;
	const unsigned long flags = MS_NOSUID | MS_NODEV | MS_RDONLY;
	char to[PATH_ROOM];
	int r = copy_what_is_run(room);

	for (size_t i = 0; i < l->count && r == 0; i++) {
		(void)snprintf(to, sizeof(to), ROOM_LIBRARIES "/%s", l->lib[i].name);
		r = bind_or_say(room, l->lib[i].path, to, flags, false);
	}
	return r;
}

int room_step_binds(struct room *room)
{
	const struct room_profile *p = &room->profile;
	int r = bind_libraries(room);

	for (size_t i = 0; i < p->binds_count && r == 0; i++)
		r = bind_wanted(room, &p->binds[i]);
	for (size_t i = 0; i < p->dirs.count && r == 0; i++) {
		r = make_place(p->dirs.item[i], true);
		if (r < 0)
			return room_fail(room, r, "'%s': %s", p->dirs.item[i],
					 strerror(-r));
	}
	if (r == 0 && room->socket[0])
		r = bind_or_say(room, room->socket, ROOM_XENSTORE,
				MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_RDONLY, false);
	return r;
}

int room_step_root(struct room *room)
{
	int r = sandbox_change_root();

	(void)room;	  /* the form of all steps */
	(void)umask(077); /* from here on it is the program's */
	if (r < 0)
		return r;
	return mount(NULL, "/", NULL, MS_REMOUNT | MS_RDONLY | ROOT_FLAGS, NULL) < 0
		       ? -errno
		       : 0;
}
