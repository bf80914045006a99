/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * own_root - a directory of the test's own that stands for /, for what reads /proc, /sys
 * and /etc by a descriptor of it.
 * Errors: a set-up that fails ends the test.
 */
#pragma once
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/io.h"

__attribute__((unused)) static void must(int r)
{
	if (r < 0)
		abort();
}

/* @path ends in XXXXXX, which is replaced; the directory, open. */
__attribute__((unused)) static int root_make(char *path)
{
	int fd = mkdtemp(path) ? open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

	must(fd);
	return fd;
}

__attribute__((unused)) static void root_put_bytes(int rootfd, const char *path,
						   const char *bytes, size_t len)
{
	autoclose int fd =
		openat(rootfd, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	must(fd);
	must(io_write_all(fd, bytes, len));
}

__attribute__((unused)) static void root_put(int rootfd, const char *path,
					     const char *text)
{
	root_put_bytes(rootfd, path, text, strlen(text));
}

static int root_remove_one(const char *path, const struct stat *st, int kind,
			   struct FTW *ftw)
{
	(void)st, (void)kind, (void)ftw;
	return remove(path);
}

__attribute__((unused)) static void root_remove(const char *path)
{
	must(nftw(path, root_remove_one, 16, FTW_DEPTH | FTW_PHYS));
}
