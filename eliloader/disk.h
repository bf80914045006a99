/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * disk - boot what is on the VM's disk: the one place that asks it.
 * Errors: 0, or a negative errno with the failure filled in; -ENODATA: the disk is blank, so
 *         that nothing is lost when it is installed on.
 */
#pragma once
#include "eliloader/fetch.h"
#include "eliloader/pygrub.h"
#include "eliloader/record.h"

/* Is it all zeros at both ends, where partition tables and file systems tell themselves?
 * 1, 0, or a negative errno: it cannot be read. */
int disk_is_blank(const char *image);
int disk_boot(struct run *run, const struct record *record, const struct plan *plan,
	      struct output *output, struct pygrub_result *ret);
/* Under xl nothing but our state tells whether an install was already made, and a state
 * can be lost (another host, another name): so an unattended installer shall not get a disk
 * that holds something, unless somebody says that it may. */
int disk_guard(struct run *run, const struct record *record, const struct plan *plan);
