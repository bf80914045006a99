/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sandbox_bind - what a room's root gets while it is made: files and directories of outside,
 * bound read-only, a program's loader, a device node.
 *
 * The room is the working directory, a tmpfs of its own.  Every directory on the way to a
 * place is the tmpfs' own and no symbolic link is followed, so that nothing is made in, or
 * reached through, what is bound.  Places are absolute paths as they are inside.
 *
 * Needs:  CAP_SYS_ADMIN in a mount namespace of the caller's own, /proc; of a node also
 *         CAP_MKNOD and CAP_CHOWN.
 * Owns:   nothing.
 * Errors: 0 or a negative errno; -EXDEV: the place lies in something that is bound.
 * Source: mount(2)
 */
#pragma once
#include <stdbool.h>
#include <sys/types.h>

/* An empty file or directory; it must be new. */
int sandbox_make_place(const char *path, bool directory);
/* @from, looked up once, appears as @to, with these MS_ flags and those that its mount has
 * now.  -ENODEV: @device, and it is no character device. */
int sandbox_bind(const char *from, const char *to, unsigned long flags, bool device);
/* The same of what an O_PATH descriptor stands for. */
int sandbox_bind_fd(int from, const char *to, unsigned long flags);
/* All of @from into the new file @path (as open() takes it), which can be executed and not
 * be read.  The kernel keeps a process from being looked into, and from leaving a core,
 * when it could not read what it runs: nothing else of that kind lasts over exec. */
int sandbox_copy_unreadable(int from, const char *path);
/* Such a copy of a dynamic program's loader, which is small and counts as well. */
int sandbox_bind_loader(int from, const char *to);
/* A block device node of the room's own, for @uid to read, where all others are nodev. */
int sandbox_make_disk(const char *path, dev_t number, uid_t uid, gid_t gid);
