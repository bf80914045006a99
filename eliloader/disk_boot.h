/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * disk_boot - the disk's part of a start: what is on it, and the system that is to be booted.
 * Reads by eliloader-disk (disk.h), or by pygrub where the configuration says
 * "disk-reader = pygrub".
 *
 * Owns:   nothing; files are the output's.
 * Errors: 0 or a negative errno with the failure filled in; then nothing is known of the
 *         disk, or the one that was asked for by words cannot be had.
 */
#pragma once
#include "eliloader/host.h"
#include "eliloader/output.h"
#include "eliloader/plan.h"
#include "eliloader/run.h"

struct disk_system {
	struct disk_verdict verdict;
	char args[ARGS_MAX];
};

/* 0 with a verdict that boots: kernel (one that can run as @type) and ramdisk are in
 * @output; with another: there is nothing to boot. */
int disk_boot(struct run *run, const struct record *record, const struct plan *plan,
	      enum guest_type type, struct output *output, struct disk_system *ret);
/* What is on it, for a plan that @guards or is explained: no file is taken.  @text: the
 * entry, for people. */
int disk_look(struct run *run, const struct record *record, const struct plan *plan,
	      enum guest_type type, struct disk_verdict *ret, char *text, size_t size);
/* --list-entries. */
int disk_list(struct run *run, FILE *out);
