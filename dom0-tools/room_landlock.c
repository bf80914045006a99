/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * room_landlock - what is in the room is what may be opened, told to the kernel once more.
 * Source: linux Documentation/userspace-api/landlock.rst; the numbers are its ABI's, which
 *         libc's headers of older hosts lack.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "dom0-tools/room_steps.h"
#include "lib/cleanup.h"

#define SYS_CREATE_RULESET 444 /* the same on all machines */
#define SYS_ADD_RULE	   445
#define SYS_RESTRICT_SELF  446
#define CREATE_VERSION	   1U
#define RULE_PATH_BENEATH  1
#define ABI_SCOPE	   6 /* Linux 6.12 */

#define FS_EXECUTE	      (1ULL << 0)
#define FS_WRITE_FILE	      (1ULL << 1)
#define FS_READ_FILE	      (1ULL << 2)
#define FS_READ_DIR	      (1ULL << 3)
#define FS_REMOVE_DIR	      (1ULL << 4)
#define FS_REMOVE_FILE	      (1ULL << 5)
#define FS_MAKE_DIR	      (1ULL << 7)
#define FS_MAKE_REG	      (1ULL << 8)
#define FS_MAKE_SOCK	      (1ULL << 9)
#define FS_FIRST	      ((1ULL << 13) - 1) /* all of ABI 1 */
#define FS_REFER	      (1ULL << 13)	 /* 2 */
#define FS_TRUNCATE	      (1ULL << 14)	 /* 3 */
#define FS_IOCTL_DEV	      (1ULL << 15)	 /* 5 */
#define NET_BIND_CONNECT      3ULL		 /* 4 */
#define SCOPE_ABSTRACT_SIGNAL 3ULL		 /* 6 */

#define ALLOW_LOOK  (FS_READ_FILE | FS_READ_DIR)
#define ALLOW_WRITE (FS_READ_FILE | FS_WRITE_FILE | FS_TRUNCATE)
#define ALLOW_TREE                                                                       \
	(ALLOW_WRITE | FS_READ_DIR | FS_REMOVE_DIR | FS_REMOVE_FILE | FS_MAKE_DIR |      \
	 FS_MAKE_REG | FS_MAKE_SOCK)
#define ALLOW_DEVICE (FS_READ_FILE | FS_WRITE_FILE | FS_IOCTL_DEV)
#define ALLOW_FILE                                                                       \
	(FS_EXECUTE | ALLOW_WRITE | FS_IOCTL_DEV) /* all that a file can have */

struct ruleset {
	uint64_t fs, net, scoped;
};
#define SIZE_FS	 8 /* bytes of it that a kernel of ABI 1 knows */
#define SIZE_NET 16

struct path_beneath {
	uint64_t allowed;
	int32_t parent;
} __attribute__((packed));

unsigned room_landlock_abi(void)
{
	long abi = syscall(SYS_CREATE_RULESET, NULL, 0, CREATE_VERSION);

	return abi > 0 ? (unsigned)abi : 0;
}

static uint64_t handled(unsigned abi)
{
	return FS_FIRST | (abi >= 2 ? FS_REFER : 0) | (abi >= 3 ? FS_TRUNCATE : 0) |
	       (abi >= 5 ? FS_IOCTL_DEV : 0);
}

static int allow_fd(int rules, int fd, uint64_t allowed)
{
	struct path_beneath p = { .allowed = allowed, .parent = fd };
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISDIR(st.st_mode))
		p.allowed &= ALLOW_FILE;
	return syscall(SYS_ADD_RULE, rules, RULE_PATH_BENEATH, &p, 0) < 0 ? -errno : 0;
}

static int allow_path(int rules, const char *path, uint64_t allowed)
{
	autoclose int fd = open(path, O_PATH | O_CLOEXEC);

	return fd < 0 ? -errno : allow_fd(rules, fd, allowed);
}

static int allow_all(int rules, const struct room *room, uint64_t known)
{
	const struct room_profile *p = &room->profile;
	/* the program's file is outside: a descriptor is all there is of it */
	int r = allow_fd(rules, room->program, FS_EXECUTE | FS_READ_FILE);

	if (r == 0)
		r = allow_path(rules, "/", ALLOW_LOOK | (p->exec ? FS_EXECUTE : 0));
	/* the kernel opens the loader as what is executed, too */
	if (r == 0 && room->libraries.interpreter)
		r = allow_path(rules, room->libraries.interpreter, FS_EXECUTE);
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
	struct ruleset set = { .fs = handled(abi) };
	autoclose int rules = -1;
	size_t size = abi >= ABI_SCOPE ? sizeof(set) : abi >= 4 ? SIZE_NET : SIZE_FS;
	int r;

	/* abstract sockets are the network's: nothing else would keep it from the host's */
	if (room->profile.network && abi < ABI_SCOPE)
		return room_fail(
			room, -EOPNOTSUPP,
			"the host's network without Landlock's scope (Linux 6.12) "
			"would give the host's abstract sockets");
	if (abi == 0)
		return 0;
	if (abi >= 4 && !room->profile.network)
		set.net = NET_BIND_CONNECT;
	if (abi >= ABI_SCOPE)
		set.scoped = SCOPE_ABSTRACT_SIGNAL;
	rules = (int)syscall(SYS_CREATE_RULESET, &set, size, 0);
	if (rules < 0)
		return -errno;
	r = allow_all(rules, room, set.fs);
	if (r == 0 && syscall(SYS_RESTRICT_SELF, rules, 0) < 0)
		r = -errno;
	return r;
}
