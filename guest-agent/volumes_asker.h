/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * volumes_asker - the thread that asks file systems for their space.
 *
 * A disk that does not answer stops whoever asks it, and nothing can wake him.  So one
 * thread asks, and the agent's loop only looks whether there is an answer.  While it hangs
 * it is asked nothing more, and it is left behind when the agent ends.
 * Owns:   the thread owns a question until it has been answered.
 * Errors: 0 or a negative errno.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>

#include "guest-agent/volumes_plan.h"

struct volume_asker;

/* @rootfd: what paths are below; it is copied.  @enter: called first thing in the thread
 * (no_new_privs, seccomp); when it fails the thread ends and the error is returned.  NULL:
 * nothing. */
int volume_asker_new(int rootfd, int (*enter)(void), struct volume_asker **ret);
/* Does not wait for a thread that hangs. */
void volume_asker_free(struct volume_asker *asker);
/* Readable when all is answered; nobody but volume_asker_take() may read it. */
int volume_asker_fd(const struct volume_asker *asker);
/* Takes over @ask on success.  -EBUSY: the last question has not been answered. */
int volume_asker_ask(struct volume_asker *asker, struct volume_ask *ask, size_t asks);
bool volume_asker_is_busy(struct volume_asker *asker);
/* The answers there are to the last question, in its order; @asks as it had.  1: that was
 * all, 0: more may come. */
int volume_asker_take(struct volume_asker *asker, struct volume_answer *ret, size_t asks);
/* The way that is being tried now; false: none. */
bool volume_asker_stuck_at(struct volume_asker *asker, char *ret_path, size_t size);

/* One file system, by the ways to it; what the thread does. */
struct volume_answer volume_ask_now(int rootfd, const struct volume_ask *ask,
				    void (*trying)(void *arg, const char *path),
				    void *arg);
