/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * verify_checks - the parts of --verify; each adds what it looked at to the report.
 * Source: shared/spec/restrict-contract.md 4.4, step by step
 * Owns:   nothing.  The context is verify_main()'s.
 * Errors: none: what cannot be looked at is a check that is "unknown".
 */
#pragma once
#include "dom0-tools/room_profile.h"
#include "dom0-tools/verify.h"
#include "dom0-tools/verify_mounts.h"
#include "dom0-tools/verify_proc.h"
#include "dom0-tools/verify_report.h"

struct verify_context {
	const struct room_options *opt; /* borrowed */
	struct verify_proc proc;
	struct room_profile room; /* what profile and command line say */
	unsigned domid;
	uid_t uid; /* wanted, also as gid */
	struct verify_report rep;
};

/* ids, groups, capabilities, no_new_privs, seccomp, dumpable, terminal */
void verify_ids(struct verify_context *ctx);
/* every thread, and every process of the uid or the PID namespace, is as restricted */
void verify_tasks(struct verify_context *ctx);
/* namespaces are not the host's, all alike in all threads */
void verify_namespaces(struct verify_context *ctx);
/* mounts, root, working directory, what lies in the root */
void verify_root(struct verify_context *ctx);
void verify_rlimits(struct verify_context *ctx);
void verify_cgroup(struct verify_context *ctx);
/* every descriptor; Xen's are proved */
void verify_fds(struct verify_context *ctx);
/* What is mapped: open, too, when no descriptor is left */
void verify_memory(struct verify_context *ctx);

/* Are rights of a task those that the room gives?  NULL: yes; else what is wrong. */
const char *verify_rights_fault(const struct verify_context *ctx,
				const struct verify_status *s);
/* Is @path, or what it is below of, named by a bind?  @writable: by one that may be
 * written. */
bool verify_is_bound(const struct verify_context *ctx, const char *path, bool writable);
/* May it have that one of Xen's, ROOM_HANDLE_...? */
bool verify_is_handle(const struct verify_context *ctx, unsigned handle);
/* Is it a device that the profile lists? */
bool verify_is_device(const struct verify_context *ctx, const char *path);
/* @path is @dir or below it, whole components. */
bool verify_is_below(const char *path, const char *dir);
