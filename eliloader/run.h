/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * run - what all steps of a start use.
 * Owns:   the configuration and the cache are start.c's to release; the request is
 *         borrowed.
 * Errors: a step that fails fills in @failure and returns a negative errno.
 */
#pragma once
#include <sys/types.h>

#include "eliloader/cache.h"
#include "eliloader/config.h"
#include "eliloader/failure.h"
#include "eliloader/progress.h"
#include "eliloader/record.h"
#include "eliloader/request.h"

struct run {
	const struct request *request;
	struct config config;
	struct cache cache;
	struct progress progress;
	struct failure failure;
	uid_t uid; /* of the workers */
	gid_t gid;
	char vm[320]; /* which VM: its uuid, else its name; for the cache */
};

/* The configuration that the request names. */
int run_load_config(struct run *run);
/* Whom the workers run as: --runas, else the configuration's user. */
int run_find_user(struct run *run);
/* The record as words tell it: --record, then each --set. */
int run_read_words(struct run *run, struct record *record);
