/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * worker_side - what the workers' main programs share: how they are started, and their end
 * of the wire (eliloader's end is worker.h).
 *
 * Owns:   nothing.
 * Errors: 0 or a negative errno, as wire.h's.
 */
#pragma once
#include <stddef.h>
#include <sys/types.h>

#include "eliloader/wire.h"

/* Who a worker becomes. */
struct worker_ids {
	uid_t uid;
	gid_t gid;
};
/* Open the log as @name and read "--uid=N --gid=N", which is all there may be.  Otherwise
 * somebody has started it by hand: a sentence, and exit 2. */
struct worker_ids worker_ids(const char *name, int argc, char *argv[]);

/* Wait for GO.  -EBADMSG: another message came. */
int worker_receive_go(int wire, struct wire_go *ret_go);
/* @len bytes of that stream's file, in as many DATA as they want. */
int worker_send_data(int wire, unsigned stream, const void *data, size_t len);
/* What DONE calls the outcome @r; @otherwise for an errno that has no meaning of its own:
 * -EPERM, -EFBIG and -EBADMSG are refused, limit and invalid, -ENOMEM and -EPIPE internal. */
enum wire_result worker_result(int r, enum wire_result otherwise);
