/* SPDX-License-Identifier: BSD-2-Clause */
/* Input: an etc/passwd, in which the agent's user is looked for. */
#include "guest-agent/privileges.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "guest-agent/privileges_parts.h"
#include "lib/cleanup.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

/* A root whose etc/passwd is what @file has: a link, there is no other way to it. */
static int root_with(int file)
{
	char dir[] = "/tmp/fuzz-passwd.XXXXXX", target[sizeof("/proc/self/fd/") + 11];
	int root;

	(void)snprintf(target, sizeof(target), "/proc/self/fd/%d", file);
	require(mkdtemp(dir) != NULL);
	root = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	require(root >= 0 && mkdirat(root, "etc", 0700) == 0 &&
		symlinkat(target, root, "etc/passwd") == 0);
	return root;
}

/* The directory, which is empty by now, goes by its name behind the descriptor. */
static void remove_root(int root)
{
	char link[sizeof("/proc/self/fd/") + 11], dir[64] = "";

	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", root);
	require(unlinkat(root, "etc/passwd", 0) == 0 &&
		unlinkat(root, "etc", AT_REMOVEDIR) == 0);
	require(readlink(link, dir, sizeof(dir) - 1) > 0 && rmdir(dir) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	autoclose int file = memfd_create("passwd", MFD_CLOEXEC);
	autoclose int root = root_with(file);
	uid_t uid = 0;
	gid_t gid = 0;
	int r;

	require(file >= 0 && pwrite(file, data, size, 0) == (ssize_t)size);
	r = privileges_find_user(root, PRIVILEGES_USER, &uid, &gid);
	require(r < 0 || (uid != (uid_t)-1 && gid != (gid_t)-1));
	require(r == 0 ? uid != 0 && gid != 0 : r < 0 && uid == 0 && gid == 0);
	remove_root(root);
	return 0;
}
