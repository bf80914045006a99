/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * disk - boot what is on the VM's disk: the one place that asks it.
 * Errors: 0, or a negative errno with the failure filled in; -ENODATA: nothing there boots.
 */
#pragma once
#include "eliloader/fetch.h"
#include "eliloader/pygrub.h"
#include "eliloader/record.h"

int disk_boot(struct run *run, const struct record *record, const struct plan *plan,
	      struct output *output, struct pygrub_result *ret);
