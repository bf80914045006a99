/* SPDX-License-Identifier: BSD-2-Clause */
/* room_exec - the last step: the program takes the place of ours. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "dom0-tools/room_inside.h"
#include "dom0-tools/room_steps.h"
#include "lib/cleanup.h"
#include "lib/io.h"
#include "lib/log.h"

#define MIN_ADDR     "/proc/sys/vm/mmap_min_addr"
#define MIN_ADDR_MAX 32 /* bytes of it */

/* Below mmap_min_addr only who has CAP_SYS_RAWIO maps anything; a page there is all zero
 * bytes, and so an empty path.  What becomes the program has none of it any more. */
static int map_path(uintptr_t at, size_t size)
{
	/* NOLINTNEXTLINE(performance-no-int-to-ptr): an address is what this is about */
	const void *page = mmap((void *)at, size, PROT_READ,
				MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

	return page == MAP_FAILED ? -errno : 0;
}

/* The last page below the limit; there may be none (0), or an administrator's wish. */
static int find_path(size_t size, uintptr_t *ret_at)
{
	autofree char *text = NULL;
	unsigned long min;
	int r = io_read_file_at(AT_FDCWD, MIN_ADDR, MIN_ADDR_MAX, &text, NULL);

	if (r < 0)
		return r;
	min = strtoul(text, NULL, 10);
	if (min < size)
		return -ENOENT;
	*ret_at = (min - size) / size * size;
	return 0;
}

int room_step_path(struct room *room)
{
	size_t size = (size_t)sysconf(_SC_PAGESIZE);
	uintptr_t at = 0;
	int r = find_path(size, &at);

	if (r == 0)
		r = map_path(at, size);
	if (r == 0) {
		/* NOLINTNEXTLINE(performance-no-int-to-ptr) */
		if (munmap((void *)at, size) <
		    0) /* till it is needed: it may be NULL's */
			return -errno;
		room->path = at;
	} else if (room_landlock_abi() == 0) {
		log_warning("neither Landlock nor vm.mmap_min_addr (%s): the program may "
			    "execute others of its room",
			    strerror(-r));
	}
	return 0;
}

int room_step_empty_path(struct room *room)
{
	if (room->path == ROOM_ANYWHERE)
		return 0;
	return map_path(room->path, (size_t)sysconf(_SC_PAGESIZE));
}

int room_step_exec(struct room *room)
{
	/* NOLINTNEXTLINE(performance-no-int-to-ptr) */
	const char *path = room->path == ROOM_ANYWHERE ? "" : (const char *)room->path;
	sigset_t none;
	int r = room_report(room, "", ""); /* now; what follows cannot be told twice */

	if (r < 0)
		return r;
	(void)sigemptyset(&none); /* both cannot fail */
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)syscall(SYS_execveat, room->program, path, room->opt->argv, room->env.item,
		      AT_EMPTY_PATH);
	r = -errno; /* it came back */
	if (r == -ENOENT)
		return room_fail(room, r, "'%s' needs a loader that the room lacks",
				 room->opt->argv[0]);
	return room_fail(room, r, "'%s': %s", room->opt->argv[0], strerror(-r));
}
