/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * volumes - the collector of volumes, for one poll() loop.
 *
 *	volumes_open()		before privileges are dropped: the mount table and the
 *				kernel's events, to be polled
 *	volumes_start()		the thread that asks; before system calls are sealed
 *	volumes_ask()		at the start and at every sample
 *	loop:	volumes_poll() fills pollfds, volumes_due_ms() bounds the time-out, and
 *		volumes_turn() does what is to be done; when it says 1, volumes_facts()
 *		changed
 *
 * The system is looked at again when asked, and soon after a change of mounts or disks.
 * Values of a file system that does not answer stay what they were, and a line in the log
 * names it.
 * Owns:   struct volumes owns its descriptors, its thread and its facts.
 * Errors: 0 or a negative errno, with the facts as they were; told in the log, but for open
 *         and start.
 * Reads:  sys/block, sys/fs/btrfs, proc/self/mountinfo, proc/swaps, run/udev/data below
 *         rootfd, all readable by anybody; space needs the right to search the way to a
 *         mount point, and without it there is no free.
 */
#pragma once
#include <poll.h>
#include <stdint.h>

#include "guest-agent/volume_facts.h"

#define VOLUMES_FDS	   3
#define VOLUMES_MAX	   128 /* told at most */
#define VOLUMES_NODES_MAX  400 /* of the store's 1000 for a guest: addresses come first */
#define VOLUMES_SOON_MS	   100 /* after a change of mounts or disks: they come in groups */
#define VOLUMES_PAUSE_MS   2000 /* between two such looks: containers come and go */
#define VOLUMES_OVERDUE_MS 2000 /* after this the others are told without a late answer */

struct volumes;

/* @rootfd: borrowed for the life of @ret_volumes. */
int volumes_open(int rootfd, struct volumes **ret_volumes);
/* @enter: as volume_asker_new() has it.  Without a start sizes are those of devices. */
int volumes_start(struct volumes *v, int (*enter)(void));
void volumes_free(struct volumes *v);

void volumes_poll(const struct volumes *v, struct pollfd fds[VOLUMES_FDS]);
/* When (io_now_ms()) volumes_turn() wants to be called without an event; UINT64_MAX:
 * never. */
uint64_t volumes_due_ms(const struct volumes *v);
/* Look at devices and mounts, and ask for their space.  Never waits.  As volumes_turn(). */
int volumes_ask(struct volumes *v);
/* After poll().  1: the facts changed, 0: they did not. */
int volumes_turn(struct volumes *v, const struct pollfd fds[VOLUMES_FDS]);
/* For a single run: wait for the answers, at most @ms.  As volumes_turn(). */
int volumes_wait(struct volumes *v, int ms);
/* What is to be told, valid until the next call. */
const struct volume_facts *volumes_facts(const struct volumes *v);
