/* SPDX-License-Identifier: BSD-2-Clause */
#include "lib/landlock.h"

#include <errno.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SYS_CREATE_RULESET 444 /* the same on all machines */
#define SYS_ADD_RULE	   445
#define SYS_RESTRICT_SELF  446
#define CREATE_VERSION	   1U
#define RULE_PATH_BENEATH  1

#define ABI_REFER     2
#define ABI_TRUNCATE  3
#define ABI_NET	      4
#define ABI_IOCTL_DEV 5

#define FILES_FIRST	      ((1ULL << 13) - 1) /* all of ABI 1 */
#define FILES_REFER	      (1ULL << 13)
#define NET_BIND_CONNECT      3ULL
#define SCOPE_ABSTRACT_SIGNAL 3ULL

#define SIZE_FILES 8 /* bytes of the set that a kernel of ABI 1 knows */
#define SIZE_NET   16

#define OF_FILES                                                                         \
	(LANDLOCK_EXECUTE | LANDLOCK_READ_FILE | LANDLOCK_WRITE_FILE |                   \
	 LANDLOCK_TRUNCATE | LANDLOCK_IOCTL_DEV) /* all that a file can have */

struct path_beneath {
	uint64_t allowed;
	int32_t parent;
} __attribute__((packed));

unsigned landlock_abi(void)
{
	long abi = syscall(SYS_CREATE_RULESET, NULL, 0, CREATE_VERSION);

	return abi > 0 ? (unsigned)abi : 0;
}

struct landlock_set landlock_all(unsigned abi)
{
	return (struct landlock_set){
		.files = FILES_FIRST | (abi >= ABI_REFER ? FILES_REFER : 0) |
			 (abi >= ABI_TRUNCATE ? LANDLOCK_TRUNCATE : 0) |
			 (abi >= ABI_IOCTL_DEV ? LANDLOCK_IOCTL_DEV : 0),
		.net = abi >= ABI_NET ? NET_BIND_CONNECT : 0,
		.scoped = abi >= LANDLOCK_ABI_SCOPE ? SCOPE_ABSTRACT_SIGNAL : 0,
	};
}

int landlock_new(const struct landlock_set *set, unsigned abi)
{
	size_t size = abi >= LANDLOCK_ABI_SCOPE ? sizeof(*set)
		      : abi >= ABI_NET		? SIZE_NET
						: SIZE_FILES;
	int fd = (int)syscall(SYS_CREATE_RULESET, set, size, 0);

	return fd < 0 ? -errno : fd; /* close-on-exec by itself */
}

int landlock_allow(int rules, int fd, uint64_t allowed)
{
	struct path_beneath p = { .allowed = allowed, .parent = fd };
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISDIR(st.st_mode))
		p.allowed &= OF_FILES;
	return syscall(SYS_ADD_RULE, rules, RULE_PATH_BENEATH, &p, 0) < 0 ? -errno : 0;
}

int landlock_enter(int rules)
{
	return syscall(SYS_RESTRICT_SELF, rules, 0) < 0 ? -errno : 0;
}
