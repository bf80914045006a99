/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sandbox_root - namespaces of its own and an empty root: a part of sandbox_enter().
 *
 * Mount, IPC, UTS and (where the kernel has it) cgroup namespaces are new; so is the
 * network's unless the box has it.  The root is a tmpfs without anything but copies of the
 * box's files, its programs and its disk's node, read-only, nosuid, and but for the latter
 * two noexec and nodev.  The old tree is detached; where the root is an
 * initramfs, which cannot be detached, it is covered and chroot() ends above it.
 *
 * Needs:  CAP_SYS_ADMIN, CAP_SYS_CHROOT; "/" is a mount point.
 * Owns:   nothing.
 * Errors: 0 or a negative errno.
 * Source: pivot_root(2), mount_namespaces(7)
 */
#pragma once
#include "lib/sandbox.h"

#define SANDBOX_FILE_MAX (256 * 1024) /* bytes of one: hosts, resolv.conf are smaller */
#define SANDBOX_FILES	 16
#define SANDBOX_BINDS	 64 /* a program and its libraries: grub-fstest has 8 */

int sandbox_root(const struct sandbox *box);
