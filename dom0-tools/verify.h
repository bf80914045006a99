/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * verify - is a running process as restricted as xen-restrict would have made it?
 *
 * `xen-restrict --verify PID`.  The process is taken to be hostile: it is held by a pidfd
 * and by a descriptor of its /proc directory, what these say is read with bounds and
 * escaped, and that it is still the same process is looked at last.  Nothing about it is
 * changed; of its Xen descriptors duplicates are tried with operations that would change
 * nothing had they succeeded (xenrestrict_prove_fd()).
 *
 * Prints one line a check, "ok|FAIL|unknown  NAME  found FOUND, wanted WANTED", or one
 * JSON object.  A check that cannot be made (an old kernel) is "unknown" and counts as
 * one that failed: what was not seen is not verified.
 *
 * Source: proc(5), pidfd_getfd(2), shared/spec/restrict-contract.md 4.4 and 4.5
 * Owns:   nothing; all of @opt is borrowed for the call.
 * Errors: verify_main() logs them and gives the program's exit status.
 * Limits: VERIFY_..._MAX in dom0-tools/verify_proc.h and verify_mounts.h
 *
 * The sources are listed in dom0-tools/verify.mk (VERIFY_SRCS, VERIFY_LIBS); what is wanted
 * is read by the room's own (ROOM_SRCS in restrict.mk).
 */
#pragma once
#include <sys/types.h>

#include "dom0-tools/room.h"

enum {
	VERIFY_GOOD = 0,
	VERIFY_BAD = 1, /* a check failed or could not be made, or there is no process */
};

/* @pid: the program's, not its launcher's.  @opt: what the launcher was told must be told
 * again; a domid of 0 is told by the process' uid, which must be in the range. */
int verify_main(pid_t pid, const struct room_options *opt);
