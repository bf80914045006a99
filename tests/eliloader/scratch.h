/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * scratch - a mount namespace of the test's own with empty /tmp, /run and /mnt in memory:
 * whatever ends the test, nothing of it is left.
 */
#pragma once
#include <errno.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <unistd.h>

static bool scratch_enter(void)
{
	return unshare(CLONE_NEWNS) == 0 &&
	       mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
	       mount("scratch", "/tmp", "tmpfs", 0, "mode=0755") == 0 &&
	       mount("scratch", "/run", "tmpfs", 0, "mode=0755") == 0 &&
	       mount("scratch", "/mnt", "tmpfs", 0, "mode=0755") == 0 &&
	       chdir("/tmp") == 0;
}

/* A step without which the test makes no sense. */
__attribute__((unused)) static void must(bool good)
{
	if (good)
		return;
	perror("the test's own set-up");
	abort();
}

/* What main() returns when there is no scratch. */
static int scratch_skip(void)
{
	if (geteuid() != 0 && !getenv("CI")) { /* there it must run */
		printf("1..0 # SKIP needs root\n");
		return 0;
	}
	perror("no mount namespace");
	return 1;
}
