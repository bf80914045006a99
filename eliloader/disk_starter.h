/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * disk_starter - who starts grub-fstest in the room of disk_room.h: a process of its own.
 *
 * The worker reads what guests write, so it is the one that may be taken over; whoever can
 * make processes can make them without an end, and all workers have one user.  So before the
 * first byte of a disk the worker forks.  The child can start programs and reads nothing of the
 * disk: requests come to it, in one form, and with bounds.  The worker goes on without files,
 * programs and processes (sandbox_narrow()).
 *
 * Owns:   the worker's end of a socket, until it ends; the child dies with it, and what runs
 *         with the child.
 * Errors: 0 or a negative errno; -EAGAIN: too many run; -EPIPE: the child has ended.
 */
#pragma once
#include <stddef.h>
#include <stdint.h>

#define DISK_STARTER_RUNS 4 /* at once: two that stream, and what did not end */
#define DISK_STARTER_WORDS                                                               \
	(1024 * 1024) /* bytes of a command; exec takes less than twice */

/* What the two talk through: made before the room is entered, which has no sockets. */
int disk_starter_pair(int ret_pair[2]);
/* In the room, once sandbox_program_open() was called: become two. */
int disk_starter_begin(const int pair[2]);

/* @args: grub-fstest's command and its arguments, ended by NULL.  A number for it is
 * returned, over 0, and *ret_out and *ret_err (owned) are what it writes. */
int disk_starter_start(const char *const *args, unsigned cpu_s, unsigned wall_s,
		       int *ret_out, int *ret_err);
/* -ETIMEDOUT: it still runs.  *ret_status as waitpid() has it. */
int disk_starter_end(int number, unsigned wait_ms, int *ret_status);
/* CPU time of all that have ended. */
uint64_t disk_starter_cpu_ms(void);

/* ---- for tests ---- */

/* "ls\0/boot\0" as arguments, after those that each has: *ret_argv (owned) points into
 * @words.  -EINVAL: no word, or none that ends. */
int disk_starter_argv(const char *words, size_t len, const char ***ret_argv);
