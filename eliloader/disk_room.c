/* SPDX-License-Identifier: BSD-2-Clause */
#include "eliloader/disk_room.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "eliloader/disk_node.h"
#include "eliloader/disk_starter.h"
#include "eliloader/limits.h"
#include "lib/cleanup.h"
#include "lib/libraries.h"
#include "lib/sandbox.h"

#define CPU_S 60 /* the worker's own; what it starts has limits of its own */
/* RLIMIT_NPROC, which counts all of that user: parallel starts have four each.  It is no
 * bound on one that was taken over: that is disk_starter.h. */
#define PROCESSES 1024
#define BINDS_MAX 64
#define PLACE_MAX 256

struct binds {
	struct sandbox_bind bind[BINDS_MAX + 1]; /* ends with a NULL @from */
	char place[BINDS_MAX][PLACE_MAX];
	size_t count;
};

__attribute__((format(printf, 4, 5))) static int say(int r, char *why, size_t size,
						     const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(why, size, fmt, ap); /* cut is fine: a sentence */
	va_end(ap);
	return r;
}

static int add(struct binds *b, const char *from, const char *dir, const char *name,
	       bool loader)
{
	char *place = b->place[b->count];
	int n;

	if (b->count == BINDS_MAX)
		return -E2BIG;
	n = snprintf(place, PLACE_MAX, "%s%s", dir, name);
	if (n < 0 || n >= PLACE_MAX)
		return -ENAMETOOLONG;
	b->bind[b->count++] = (struct sandbox_bind){ from, place, loader };
	return 0;
}

/* Of a static program, there being no loader, it is the copy. */
static int add_all(struct binds *b, const char *program, const struct libraries *l)
{
	int r = add(b, program, "", DISK_ROOM_PROGRAM, !l->interpreter);

	if (r == 0 && l->interpreter)
		r = add(b, l->interpreter, "", l->interpreter, true);
	for (size_t i = 0; i < l->count && r == 0; i++)
		r = add(b, l->lib[i].path, LIBRARIES_DIR "/", l->lib[i].name, false);
	return r;
}

static int path_of(int fd, char *path, size_t size)
{
	char link[32];
	ssize_t n;

	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd); /* fits */
	n = readlink(link, path, size - 1);
	if (n < 0)
		return -errno;
	path[n] = '\0';
	return 0;
}

static int enter(const struct sandbox *box, char *why, size_t size)
{
	int pair[2] = { -1, -1 }, r = disk_starter_pair(pair);

	if (r == 0)
		r = sandbox_enter(box);
	if (r == 0)
		r = sandbox_program_open(DISK_ROOM_PROGRAM);
	if (r == 0)
		r = disk_starter_begin(pair);
	return r < 0 ? say(r, why, size, "the sandbox cannot be entered: %s",
			   strerror(-r))
		     : 0;
}

static int find_disk(int image, dev_t *ret_number, char *why, size_t size)
{
	int loop = -1; /* never closed: the disk is there as long as we are */
	int r = disk_node(image, ret_number, &loop);

	if (r == -ENOTBLK)
		return say(r, why, size,
			   "the disk is neither a block device nor a regular file");
	if (r == -ENODATA)
		return say(r, why, size, "the disk is empty");
	if (r == -ENODEV)
		return say(r, why, size,
			   "the disk is a file, and there is no loop device for it");
	return r < 0 ? say(r, why, size, "the disk cannot be opened: %s", strerror(-r))
		     : 0;
}

int disk_room_enter(uid_t uid, gid_t gid, int image, int program, char *why, size_t size)
{
	struct sandbox box = { .uid = uid,
			       .gid = gid,
			       .disk = DISK_ROOM_DISK,
			       .memory_max = DISK_MEMORY_MAX,
			       .fds_max = DISK_ROOM_FDS,
			       .cpu_s = CPU_S,
			       .processes = PROCESSES };
	const struct text_list none = { 0 };
	struct binds binds = { .count = 0 };
	struct libraries libraries = { 0 };
	char path[PATH_MAX];
	int r = path_of(program, path, sizeof(path));

	if (r < 0)
		return say(r, why, size, "there is no program to read the disk with");
	r = libraries_find(program, path, &none, &none, &libraries, why, size);
	if (r < 0)
		return r;
	r = add_all(&binds, path, &libraries);
	if (r < 0)
		(void)say(r, why, size, "'%s' has too many libraries", path);
	if (r == 0)
		r = find_disk(image, &box.disk_number, why, size);
	box.programs = binds.bind;
	if (r == 0)
		r = enter(&box, why, size);
	libraries_done(&libraries);
	return r;
}
