/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * check_run - one run of eliloader-check, from its job to its last word.
 * Owns:   nothing; job and descriptors are borrowed.
 * Errors: 0 or a negative errno: worker_start()'s and worker_listen()'s; the caller says it.
 */
#pragma once
#include "eliloader/run.h"
#include "eliloader/worker.h"

/* 0 with @ret_done, whatever its result. */
int check_run(const struct run *run, const struct tree *job, const int *fds,
	      unsigned count, const struct worker_handler *handler,
	      struct wire_done *ret_done);
