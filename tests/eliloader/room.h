/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * room - run a function in a process of its own, inside a sandbox.
 */
#pragma once
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/sandbox.h"

/* A user that has no other processes, since RLIMIT_NPROC counts all of a user's. */
#define ROOM_UID 61234
#define ROOM_GID 61235

#define ROOM_CANNOT_ENTER 99

/* Enter, call, exit with what it returned; as waitpid() tells it: 0..255 or 128 + the
 * signal. */
__attribute__((unused)) static int room_run(const struct sandbox *box, int (*call)(void))
{
	pid_t pid = fork();
	int status = 0;

	if (pid == 0) {
		(void)alarm(60); /* nothing here takes long */
		_exit(sandbox_enter(box) < 0 ? ROOM_CANNOT_ENTER : call());
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -1;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
