/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * room_loose - a room whose filter lets through what would show a hole, so that the layer
 * behind it must refuse: namespace, root, limit, user or capability.
 */
#pragma once
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
