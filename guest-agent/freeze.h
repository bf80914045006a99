/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * freeze - how long the kernel tries to stop all programs before it gives a suspend up.
 *
 * Suspend and migration fail on busy guests with the kernel's 20 s.  The time is raised
 * only from these 20 s, since another value is the administrator's, and put back only
 * when it is still ours.  Who finds our value at the start takes it for that of an agent
 * that was killed, and puts it back as well.
 * Owns:   the descriptor, which is opened while there are rights to; reading and writing
 *         it later needs none.
 * Errors: 0 or a negative errno; what cannot be done leaves the time as it is.
 * Source: linux Documentation/ABI/testing/sysfs-power (pm_freeze_timeout, in ms)
 */
#pragma once
#include <stdbool.h>

#define FREEZE_KERNEL_MS 20000 /* what the kernel begins with */

struct freeze {
	int fd;		  /* -1: this kernel has none, or it may not be written */
	unsigned ours_ms; /* what we wrote, or found as if we had */
	bool raised;	  /* is to be put back */
};

/* A kernel without it is no error. */
int freeze_open(int rootfd, struct freeze *ret);
/* 0 seconds: as the kernel has it.  Also to change it later. */
int freeze_set(struct freeze *f, unsigned seconds);
/* Put it back, and close. */
void freeze_close(struct freeze *f);
