/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * room_inside - process 1 of the room: it makes the room, starts the program in it, and
 * waits.  When it ends, the kernel ends all else that is in the room.
 * Errors: told to the launcher by a struct room_report.
 */
#pragma once
#include "dom0-tools/room.h"

__attribute__((noreturn)) void room_inside(struct room *room);
/* To the launcher, through room->link. */
int room_report(const struct room *room, const char *step, const char *why);
