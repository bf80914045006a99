/* SPDX-License-Identifier: BSD-2-Clause */
/* room_root - the room's root: a tmpfs that becomes read-only, with what is bound into it. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dom0-tools/room_steps.h"
#include "lib/cleanup.h"
#include "lib/sandbox_bind.h"
#include "lib/sandbox_parts.h"

#define ROOT_FLAGS (MS_NOSUID | MS_NODEV | MS_NOEXEC)
/* directories, mount points (the longest room has some 400), a loader (0.2 MiB) */
#define ROOT_OPTIONS "mode=0755,size=4m,nr_inodes=2048"
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

static int bind_or_say(struct room *room, const char *from, const char *to,
		       unsigned long flags, bool device)
{
	int r = sandbox_bind(from, to, flags, device);

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

/* Of a dynamic program the loader counts as well, which is small. */
static int copy_loader(const char *path)
{
	autoclose int fd = open(path, O_RDONLY | O_CLOEXEC);

	return fd < 0 ? -errno : sandbox_bind_loader(fd, path);
}

/* A static one is all there is: its copy is in a tmpfs that nobody sees any more. */
static int copy_program(int program)
{
	autoclose int fd = -1;
	int r;

	if (mkdir("copy", 0700) < 0 ||
	    mount("program", "copy", "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755") < 0)
		return -errno;
	r = sandbox_copy_unreadable(program, "copy/program");
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
	const struct libraries *l = &room->libraries;
	const unsigned long flags = MS_NOSUID | MS_NODEV | MS_RDONLY;
	char to[PATH_ROOM];
	int r = copy_what_is_run(room);

	for (size_t i = 0; i < l->count && r == 0; i++) {
		(void)snprintf(to, sizeof(to), LIBRARIES_DIR "/%s", l->lib[i].name);
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
		r = sandbox_make_place(p->dirs.item[i], true);
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
