/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * volumes_look - one look at the devices and mounts of this system.
 * Owns:   nothing.
 * Errors: 0 or a negative errno.
 */
#pragma once
#include "guest-agent/volumes_plan.h"

#define VOLUMES_MOUNTINFO "proc/self/mountinfo"

/* As many volumes as the store has room for; what is left out is told in the log. */
int volumes_look(int rootfd, struct volume_plan *ret);
