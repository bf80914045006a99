/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * landlock - the kernel's own list of what a process may open, where the kernel has it.
 *
 * What is restricted is the calling thread and those that it makes later; no_new_privs must
 * be set.  Looking at a path (O_PATH, stat, readlink, statfs) is never restricted.
 *
 * Owns:   nothing; a set of rules is a descriptor of the caller's.
 * Errors: 0 (or a descriptor) or a negative errno.
 * Source: linux Documentation/userspace-api/landlock.rst; the numbers are its ABI's, which
 *         libc's headers of older hosts lack.
 */
#pragma once
#include <stdint.h>

#define LANDLOCK_ABI_SCOPE 6 /* Linux 6.12 */

#define LANDLOCK_EXECUTE     (1ULL << 0)
#define LANDLOCK_WRITE_FILE  (1ULL << 1)
#define LANDLOCK_READ_FILE   (1ULL << 2)
#define LANDLOCK_READ_DIR    (1ULL << 3)
#define LANDLOCK_REMOVE_DIR  (1ULL << 4)
#define LANDLOCK_REMOVE_FILE (1ULL << 5)
#define LANDLOCK_MAKE_DIR    (1ULL << 7)
#define LANDLOCK_MAKE_REG    (1ULL << 8)
#define LANDLOCK_MAKE_SOCK   (1ULL << 9)
#define LANDLOCK_TRUNCATE    (1ULL << 14)
#define LANDLOCK_IOCTL_DEV   (1ULL << 15)

struct landlock_set {
	uint64_t files, net, scoped;
};

/* 0: this kernel has none. */
unsigned landlock_abi(void);
/* All that is restricted by a kernel of that ABI; what it does not know is left out. */
struct landlock_set landlock_all(unsigned abi);
/* @set: what is restricted but for what rules allow; as the kernel of @abi knows it. */
int landlock_new(const struct landlock_set *set, unsigned abi);
/* @fd: a directory and what is below it, or a file, for which the rights of directories
 * are left out of @allowed. */
int landlock_allow(int rules, int fd, uint64_t allowed);
int landlock_enter(int rules);
