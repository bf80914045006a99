/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * room_cgroup - a control group for the room: how many tasks, how much memory.
 *
 * xen-restrict/UID in the unified hierarchy where its root hands pids and memory on, else
 * in the pids and memory hierarchies of version 1, whichever there are.
 *
 * Source: linux Documentation/admin-guide/cgroup-v2.rst, cgroup-v1/{pids,memory}.rst
 * Owns:   the directories that room->cgroup names.
 * Errors: 0 or a negative errno, with room->why.
 */
#pragma once
#include "dom0-tools/room.h"

/* Makes the directories and sets the limits; moves nobody. */
int room_cgroup_make(struct room *room);
int room_cgroup_place(struct room *room, pid_t pid);
/* They are empty by now, or will be soon. */
void room_cgroup_remove(struct room *room);
/* What a launcher that was killed has left for @uid. */
void room_cgroup_remove_of(uid_t uid);
/* "v2", "v1", "v1 (pids only)", "none": what there is here. */
const char *room_cgroup_kind(void);
