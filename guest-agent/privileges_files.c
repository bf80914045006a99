/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <sys/stat.h>

#include "guest-agent/privileges_parts.h"
#include "lib/cleanup.h"
#include "lib/landlock.h"

#define LOOK (LANDLOCK_READ_FILE | LANDLOCK_READ_DIR)

/* What the collectors read, without what symbolic links of /etc lead to elsewhere: that is
 * nix and gnu/store, and for resolv.conf the rest of run. */
static const char *const readable[] = {
	"proc",
	"sys",
	"etc",
	"usr/lib",
	"run/udev/data",
	"run/systemd/resolve",
	"run/NetworkManager",
	"run/resolvconf",
	"run/netconfig",
	"run/connman",
	"nix/store",
	"gnu/store",
};

/* What is not there needs no rule. */
static int allow_below(int rules, int dirfd)
{
	int r = 0;

	for (size_t i = 0; i < sizeof(readable) / sizeof(*readable) && r == 0; i++) {
		autoclose int fd = openat(dirfd, readable[i], O_PATH | O_CLOEXEC);

		if (fd >= 0)
			r = landlock_allow(rules, fd, LOOK);
	}
	return r;
}

static bool is_same(int a, int b)
{
	struct stat of_a, of_b;

	return fstat(a, &of_a) == 0 && fstat(b, &of_b) == 0 &&
	       of_a.st_dev == of_b.st_dev && of_a.st_ino == of_b.st_ino;
}

int privileges_lock_files(int rootfd)
{
	unsigned abi = landlock_abi();
	struct landlock_set set = landlock_all(abi);
	autoclose int rules = -1, top = -1;
	int r;

	if (abi == 0)
		return -EOPNOTSUPP;
	rules = landlock_new(&set, abi);
	if (rules < 0)
		return rules;
	/* links in a tree of --root may be absolute */
	top = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (top < 0)
		return -errno;
	r = allow_below(rules, rootfd);
	if (r == 0 && !is_same(rootfd, top))
		r = allow_below(rules, top);
	return r == 0 ? landlock_enter(rules) : r;
}
