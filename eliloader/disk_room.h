/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * disk_room - the room of eliloader-disk: grub-fstest with its libraries, and the guest's
 * disk as a block device node of the room's own.
 *
 * Owns:   nothing; a loop device stays open until the process ends.
 * Errors: 0 or a negative errno, and a sentence in @why.
 */
#pragma once
#include <stddef.h>
#include <sys/types.h>

#define DISK_ROOM_DISK	  "/disk"
#define DISK_ROOM_PROGRAM "/program"
#define DISK_ROOM_FDS	  32 /* RLIMIT_NOFILE: the wire, the disk, the program, pipes */

/* As root, with one thread: make it and enter it as @uid, @gid.  @image: the disk;
 * @program: grub-fstest; both open for reading.  Afterwards the program can be started, by
 * disk_starter.h, and nothing else. */
int disk_room_enter(uid_t uid, gid_t gid, int image, int program, char *why, size_t size);
