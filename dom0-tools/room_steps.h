/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * room_steps - the steps of room.h's tables, by the file that has them.
 * Owns:   what they make is the room's.
 * Errors: as room.h says.
 */
#pragma once
#include "dom0-tools/room.h"

/* room_user.c */
int room_step_user(struct room *room); /* the uid is nobody's */
int room_step_lock(struct room *room);
int room_step_unused(struct room *room); /* nothing runs under it */
/* room_program.c */
int room_step_program(struct room *room);
int room_step_libraries(struct room *room);
int room_step_environment(struct room *room);
int room_step_handles(struct room *room);
/* room_calls.c */
int room_step_filter(struct room *room); /* made outside, so that nothing is left to do */
int room_step_seccomp(struct room *room);
int room_calls_init(struct room *room); /* process 1's own */
/* room_store.c */
int room_step_broker(struct room *room); /* started, not waited for */
int room_step_broker_ready(struct room *room);
void room_broker_end(struct room *room);
/* room_start.c */
int room_step_cgroup(struct room *room);
int room_step_start(struct room *room); /* process 1 */
int room_step_place(struct room *room);
int room_step_release(struct room *room);
/* room_inside.c */
int room_step_session(struct room *room);
int room_step_descriptors(struct room *room);
int room_step_namespaces(struct room *room);
int room_step_released(struct room *room);
int room_step_cgroup_namespace(struct room *room);
int room_step_init(struct room *room); /* in the program's process */
/* room_root.c */
int room_step_mount(struct room *room);
int room_step_binds(struct room *room);
int room_step_root(struct room *room);
/* room_rights.c */
int room_step_limits(struct room *room);
int room_step_bounding(struct room *room);
int room_step_ids(struct room *room);
int room_step_capabilities(struct room *room);
int room_step_proof(struct room *room);
int room_step_no_new_privs(struct room *room);
int room_step_death(struct room *room); /* it dies with who started it */
/* room_landlock.c */
int room_step_landlock(struct room *room);
unsigned room_landlock_abi(void); /* 0: the kernel has none */
/* room_exec.c */
int room_step_path(struct room *room); /* outside: which address */
int room_step_empty_path(struct room *room);
int room_step_exec(struct room *room);
