/* SPDX-License-Identifier: BSD-2-Clause */
/* room_user - the room's uid: nobody else's, locked, unused. */
#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "dom0-tools/room_lock.h"
#include "dom0-tools/room_reap.h"
#include "dom0-tools/room_steps.h"

#define UNUSED_ROUNDS 50 /* of 20 ms: a second */
#define UNUSED_NS     20000000L

/* What a room is made with, and ended: without CAP_KILL the launcher could not end what
 * has another uid. */
static const struct {
	unsigned number;
	const char *name;
} needed[] = {
	{ CAP_KILL, "CAP_KILL" },	    { CAP_SETUID, "CAP_SETUID" },
	{ CAP_SETGID, "CAP_SETGID" },	    { CAP_SETPCAP, "CAP_SETPCAP" },
	{ CAP_SYS_ADMIN, "CAP_SYS_ADMIN" }, { CAP_SYS_CHROOT, "CAP_SYS_CHROOT" },
};

static int check_caps(struct room *room)
{
	struct __user_cap_header_struct header = { .version =
							   _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct caps[_LINUX_CAPABILITY_U32S_3];

	if (syscall(SYS_capget, &header, caps) < 0)
		return -errno;
	for (size_t i = 0; i < sizeof(needed) / sizeof(*needed); i++) {
		unsigned n = needed[i].number;

		if (!(caps[n / 32].effective >> n % 32 & 1))
			return room_fail(room, -EPERM, "root lacks %s", needed[i].name);
	}
	return 0;
}

/* What getpwuid() and getgrgid() leave when they could not look, other than that there is
 * no such entry (0, or by getpwnam(3) one of some others). */
static int lookup_error(void)
{
	static const int failed[] = { EIO, EMFILE, ENFILE, ENOMEM, EINTR };

	for (size_t i = 0; i < sizeof(failed) / sizeof(*failed); i++)
		if (errno == failed[i])
			return -errno;
	return 0;
}

int room_uid_is_known(uid_t uid, const char **ret_name)
{
	const struct passwd *user;

	errno = 0;
	user = getpwuid(uid);
	*ret_name = user ? user->pw_name : NULL;
	return user ? 0 : lookup_error();
}

static int check_ids(struct room *room)
{
	const struct group *group;
	const char *name = NULL;
	int r = room_uid_is_known(room->uid, &name);

	if (r < 0)
		return r;
	if (name)
		return room_fail(room, -EEXIST, "uid %u is the user '%s'", room->uid,
				 name);
	errno = 0;
	group = getgrgid(room->uid);
	if (group)
		return room_fail(room, -EEXIST, "gid %u is the group '%s'", room->uid,
				 group->gr_name);
	return lookup_error();
}

int room_step_user(struct room *room)
{
	int r;

	if (geteuid() != 0 || getuid() != 0)
		return room_fail(room, -EPERM, "only root can start a room");
	r = check_caps(room);
	room->uid = room->opt->base + room->opt->domid;
	return r < 0 ? r : check_ids(room);
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
