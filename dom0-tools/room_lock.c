/* SPDX-License-Identifier: BSD-2-Clause */
#include "dom0-tools/room_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dom0-tools/room.h"
#include "lib/cleanup.h"

#define LOCK_TRIES 100 /* another may remove the file each time: bounded */

struct lock_path {
	char text[64];
};

static struct lock_path lock_path(uid_t uid)
{
	struct lock_path p;

	(void)snprintf(p.text, sizeof(p.text), ROOM_RUN_DIR "/uid-%u.lock",
		       uid); /* fits */
	return p;
}

/* Made when there is none. */
static int check_run_dir(void)
{
	struct stat st;

	if (mkdir(ROOM_RUN_DIR, 0700) < 0 && errno != EEXIST)
		return -errno;
	if (lstat(ROOM_RUN_DIR, &st) < 0)
		return -errno;
	return S_ISDIR(st.st_mode) && st.st_uid == 0 && (st.st_mode & 077) == 0 ? 0
										: -EPERM;
}

/* Is the file that is locked still the one that has the name? */
static bool is_current(int fd, const char *path)
{
	struct stat mine, there;

	return fstat(fd, &mine) == 0 && lstat(path, &there) == 0 &&
	       mine.st_ino == there.st_ino && mine.st_dev == there.st_dev;
}

static int lock_file(uid_t uid, int how, int *ret_fd)
{
	struct lock_path path = lock_path(uid);
	int r = check_run_dir();

	for (int i = 0; r == 0 && i < LOCK_TRIES; i++) {
		autoclose int fd =
			open(path.text, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

		if (fd < 0 || flock(fd, how) < 0)
			return -errno;
		if (is_current(fd, path.text)) {
			*ret_fd = steal_fd(&fd);
			return 0;
		}
	}
	return r < 0 ? r : -EWOULDBLOCK;
}

int room_lock_take(uid_t uid, int *ret_fd)
{
	return lock_file(uid, LOCK_EX | LOCK_NB, ret_fd);
}

int room_lock_wait(uid_t uid, int *ret_fd)
{
	return lock_file(uid, LOCK_EX, ret_fd);
}

void room_lock_drop(uid_t uid, int *fd)
{
	struct lock_path path = lock_path(uid);

	if (*fd < 0)
		return;
	(void)unlink(path.text); /* a file that stays is no harm */
	close_fd(fd);
}
