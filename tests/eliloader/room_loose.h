/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * room_loose - a room whose filter lets through what would show a hole, so that the layer
 * behind it must refuse: namespace, root, limit, user or capability.
 */
#pragma once
#include <dirent.h>
#include <string.h>

#include "tests/eliloader/room.h"

#define OTHER_ID 61234 /* of those that do not enter by room_run() */

static const char *const loose_calls[] = { "open",
					   "openat",
					   "mkdir",
					   "mkdirat",
					   "unlink",
					   "unlinkat",
					   "getdents64",
					   "newfstatat",
					   "stat",
					   "chdir",
					   "chroot",
					   "mount",
					   "umount2",
					   "unshare",
					   "setuid",
					   "setgid",
					   "setresuid",
					   "setgroups",
					   "capget",
					   "getgroups",
					   "capset",
					   "prctl",
					   "socket",
					   "connect",
					   "bind",
					   "ioctl",
					   "dup",
					   "ftruncate",
					   "prlimit64",
					   "setrlimit",
					   "shmget",
					   "shmctl",
					   "sethostname",
					   "pivot_root",
					   "fcntl",
					   "chmod",
					   "fchmod",
					   "fchmodat",
					   "symlink",
					   "mknodat",
					   "getcwd",
					   "setitimer",
					   "sched_setaffinity",
					   NULL };

static const struct sandbox loose = {
	.uid = OTHER_ID,
	.gid = OTHER_ID,
	.file_max = 1000,
	.fds_max = 64,
	.calls = loose_calls,
};

/* In the room: the names of a directory, 9999 if it cannot be read. */
__attribute__((unused)) static unsigned count_names(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *e;
	unsigned count = 0;

	while (dir && (e = readdir(dir)))
		count += strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
	if (dir)
		closedir(dir);
	return dir ? count : 9999;
}
