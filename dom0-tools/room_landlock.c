/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * room_landlock - what is in the room is what may be opened, told to the kernel once more.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <unistd.h>

#include "dom0-tools/room_steps.h"
#include "lib/cleanup.h"
#include "lib/landlock.h"

#define ALLOW_LOOK  (LANDLOCK_READ_FILE | LANDLOCK_READ_DIR)
#define ALLOW_WRITE (LANDLOCK_READ_FILE | LANDLOCK_WRITE_FILE | LANDLOCK_TRUNCATE)
#define ALLOW_TREE                                                                       \
	(ALLOW_WRITE | LANDLOCK_READ_DIR | LANDLOCK_REMOVE_DIR | LANDLOCK_REMOVE_FILE |  \
	 LANDLOCK_MAKE_DIR | LANDLOCK_MAKE_REG | LANDLOCK_MAKE_SOCK)
#define ALLOW_DEVICE (LANDLOCK_READ_FILE | LANDLOCK_WRITE_FILE | LANDLOCK_IOCTL_DEV)

unsigned room_landlock_abi(void)
{
	return landlock_abi();
}

static int allow_path(int rules, const char *path, uint64_t allowed)
{
	autoclose int fd = open(path, O_PATH | O_CLOEXEC);

	return fd < 0 ? -errno : landlock_allow(rules, fd, allowed);
}

static int allow_all(int rules, const struct room *room, uint64_t known)
{
	const struct room_profile *p = &room->profile;
	/* the program's file is outside: a descriptor is all there is of it */
	int r = landlock_allow(rules, room->program,
			       LANDLOCK_EXECUTE | LANDLOCK_READ_FILE);

	if (r == 0)
		r = allow_path(rules, "/", ALLOW_LOOK | (p->exec ? LANDLOCK_EXECUTE : 0));
	/* the kernel opens the loader as what is executed, too */
	if (r == 0 && room->libraries.interpreter)
		r = allow_path(rules, room->libraries.interpreter, LANDLOCK_EXECUTE);
	for (size_t i = 0; i < p->binds_count && r == 0; i++) {
		const struct room_bind *b = &p->binds[i];

		if (b->device)
			r = allow_path(rules, b->to, ALLOW_DEVICE & known);
		else if (b->writable)
			r = allow_path(rules, b->to, ALLOW_TREE & known);
	}
	return r;
}

int room_step_landlock(struct room *room)
{
	unsigned abi = room_landlock_abi();
	struct landlock_set set = landlock_all(abi);
	autoclose int rules = -1;
	int r;

	/* abstract sockets are the network's: nothing else would keep it from the host's */
	if (room->profile.network && abi < LANDLOCK_ABI_SCOPE)
		return room_fail(
			room, -EOPNOTSUPP,
			"the host's network without Landlock's scope (Linux 6.12) "
			"would give the host's abstract sockets");
	if (abi == 0)
		return 0;
	if (room->profile.network)
		set.net = 0;
	rules = landlock_new(&set, abi);
	if (rules < 0)
		return rules;
	r = allow_all(rules, room, set.files);
	return r == 0 ? landlock_enter(rules) : r;
}
