/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * disk_run - one run of grub-fstest on /disk, in the room of disk_room.h.
 *
 * It is a child of the starter, with a pipe for each of stdout and stderr.
 * Nothing is sent to it and it is never killed by us, for which there is no system call in
 * the room: one that does not end is left behind, and dies with the worker.
 *
 * Owns:   struct disk_run; disk_run_end() in any case.
 * Errors: 0 or a negative errno: -ETIMEDOUT: it did not end in time; -EFBIG: it says more
 *         than it may; -ENOEXEC: it cannot be run; -ENOENT: it says that the file is not
 *         there; -ETIME: it was killed, as one is that takes more than its CPU time;
 *         -EIO: it failed, with the last line that it said in @said.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DISK_SAID_MAX 256 /* bytes of the last line, NUL included */

struct disk_run {
	int number;	 /* disk_starter.h; 0: none */
	int out, err;	 /* owned; -1: closed, or at its end */
	uint64_t end_ms; /* on io_now_ms(): no longer */
	char line[DISK_SAID_MAX], said[DISK_SAID_MAX];
	size_t line_len, heard; /* bytes of that line, and on stderr in all */
};
void disk_run_init(struct disk_run *run);
/* @args: the command and its arguments, ended by NULL.  @cpu_s: how much time it may
 * take; @wall_ms the same by the clock. */
int disk_run_start(struct disk_run *run, const char *const *args, unsigned cpu_s,
		   uint64_t wall_ms);
/* What of its two pipes has something to say is read: of stdout at most @size bytes into
 * @data; *ret_len 0: nothing yet, or that was all (@run->out is -1).  Waits for neither. */
int disk_run_read(struct disk_run *run, void *data, size_t size, size_t *ret_len);
/* Both are at their end, and so is the process: did it do what it was asked?  One that is
 * still talking is not heard any more. */
int disk_run_end(struct disk_run *run);
/* All of that: what it wrote, and a NUL.  -EFBIG: it is more than @max, and what came until
 * then is in *ret_text. */
int disk_run_text(const char *const *args, size_t max, unsigned cpu_s, uint64_t wall_ms,
		  char **ret_text, size_t *ret_len, char said[DISK_SAID_MAX]);
