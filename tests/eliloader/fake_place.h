/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fake_place - a scratch (scratch.h) with the static fake_fstest in it, which lies beside the
 * test and may be hidden by the scratch.
 */
#pragma once
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>

#include "lib/cleanup.h"
#include "tests/eliloader/scratch.h"

#define FAKE_PLACE "/mnt/program"

static int fake_open(void)
{
	char path[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 64);
	char *slash;

	if (n < 0)
		return -errno;
	path[n] = '\0';
	slash = strrchr(path, '/');
	(void)snprintf(slash, 64, "/fake_fstest_static"); /* there is room */
	return open(path, O_RDONLY | O_CLOEXEC);
}

static void fake_copy(int from)
{
	autoclose int to =
		open(FAKE_PLACE, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755);
	struct stat st;

	must(to >= 0 && fstat(from, &st) == 0 &&
	     sendfile(to, from, NULL, (size_t)st.st_size) == st.st_size);
}

/* false: there is no scratch. */
static bool fake_place_enter(void)
{
	autoclose int built = fake_open();

	must(built >= 0);
	if (!scratch_enter())
		return false;
	fake_copy(built);
	return true;
}
