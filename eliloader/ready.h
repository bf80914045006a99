/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ready - from what was fetched to what can be booted: can this kernel run as this guest,
 * must it be unpacked for this Xen, does this vendor's ramdisk need an overlay?
 * What was found out or made once is kept in the cache.
 *
 * Errors: 0 or a negative errno with the failure filled in.
 * Source: contract par. 3.6, 5.2, 6
 */
#pragma once
#include "eliloader/fetch.h"
#include "eliloader/host.h"

int ready_kernel(struct run *run, const struct plan *plan, enum guest_type type,
		 struct output *output, const struct fetched *fetched);
/* What the kernel in @kernel_fd says of itself.  @file: its digest and its name. */
int ready_look(struct run *run, uint64_t unpacked_max, int kernel_fd,
	       const struct fetch_file *file, struct wire_kernel *ret);
int ready_ramdisk(struct run *run, const struct plan *plan, struct output *output,
		  const struct fetched *fetched);
/* NULL: it can run so.  Else the sentence that says why not and what to do; pure. */
const char *ready_judge(const struct wire_kernel *k, enum guest_type type);
