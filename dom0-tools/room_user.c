/* SPDX-License-Identifier: BSD-2-Clause */
/* room_user - the room's uid: nobody else's, locked, unused. */
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "dom0-tools/room_lock.h"
#include "dom0-tools/room_reap.h"
#include "dom0-tools/room_steps.h"

#define UNUSED_ROUNDS 50 /* of 20 ms: a second */
#define UNUSED_NS     20000000L

int room_step_user(struct room *room)
{
	const struct passwd *user;
	const struct group *group;

	if (geteuid() != 0 || getuid() != 0)
		return room_fail(room, -EPERM, "only root can start a room");
	room->uid = room->opt->base + room->opt->domid;
	user = getpwuid(room->uid);
	if (user)
		return room_fail(room, -EEXIST, "uid %u is the user '%s'", room->uid,
				 user->pw_name);
	group = getgrgid(room->uid);
	if (group)
		return room_fail(room, -EEXIST, "gid %u is the group '%s'", room->uid,
				 group->gr_name);
	return 0;
}

int room_step_lock(struct room *room)
{
	int r = room_lock_take(room->uid, &room->lock);

	if (r == -EWOULDBLOCK)
		return room_fail(room, r, "uid %u has a room already", room->uid);
	if (r == -EPERM)
		return room_fail(room, r, "%s must be a directory of root's, mode 0700",
				 ROOM_RUN_DIR);
	return r < 0 ? room_fail(room, r, "in %s: %s", ROOM_RUN_DIR, strerror(-r)) : 0;
}

/* What has just been killed, with its launcher say, may need a while to be gone. */
int room_step_unused(struct room *room)
{
	const struct timespec round = { .tv_nsec = UNUSED_NS };
	bool used = true;
	int r = 0;

	for (int i = 0; i < UNUSED_ROUNDS && r == 0 && used; i++) {
		if (i > 0)
			(void)nanosleep(&round, NULL); /* a signal makes it shorter */
		r = room_uid_is_used(room->uid, &used);
	}
	if (r == 0 && used)
		return room_fail(room, -EBUSY, "something runs under uid %u; see --reap",
				 room->uid);
	return r;
}
