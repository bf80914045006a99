/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * room - run a function in a process of its own, inside a sandbox.
 */
#pragma once
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/sandbox.h"

/* A user of this test alone: RLIMIT_NPROC counts all that run as it, also those of other
 * tests and those that nobody has waited for yet. */
static uid_t room_user;
#define ROOM_GID 61235

#define ROOM_CANNOT_ENTER 99

/* Enter (as room_user), call, exit with what it returned; as waitpid() tells it: 0..255 or 128 + the
 * signal. */
__attribute__((unused)) static int room_run(const struct sandbox *box, int (*call)(void))
{
	struct sandbox mine = *box;
	int status = 0;
	pid_t pid;

	if (room_user == 0)
		room_user = 1000000 + (uid_t)getpid();
	mine.uid = room_user;
	mine.gid = ROOM_GID;
	pid = fork();

	if (pid == 0) {
		(void)alarm(60); /* nothing here takes long */
		_exit(sandbox_enter(&mine) < 0 ? ROOM_CANNOT_ENTER : call());
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -1;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
