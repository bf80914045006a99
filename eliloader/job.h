/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * job - the keys of the job that a source worker is told (a struct tree, see wire.h).
 *
 *   url            repository, with a final '/'; absent for eliloader-iso, which reads
 *                  the disk image from descriptor WIRE_FD + 1
 *   treeinfo       "1": look for .treeinfo and treeinfo first
 *   arch           the architecture to look for in .treeinfo: x86_64 or i386
 *   candidate/NN/kernel, ramdisk, media (enum media as a number), sums   NN: 00, 01 ...
 *   inrelease      "1": when a checksum list below dists/ is used, send it and InRelease
 *   limit/kernel, limit/ramdisk          bytes
 *   proxy, no-proxy, ca-bundle, pinned-key
 *   allow-host/NN  patterns, as config_allows_host(); none: all
 *   connect-timeout, stall-timeout       seconds
 *   tries          of one file
 *
 * Owns:   the tree of job_make() is the caller's; struct job borrows from its tree.
 * Errors: 0 or a negative errno: -ENOMEM of job_make(), -EBADMSG of job_read().
 */
#pragma once
#include "eliloader/config.h"
#include "eliloader/plan.h"
#include "lib/tree.h"

int job_make(const struct plan *plan, const struct config *config, bool inrelease,
	     struct tree *ret_job);

/* For workers: the job as a struct.  -EBADMSG: a key is missing or wrong.  Without them,
 * time-outs and tries are those of limits.h; the rest but the limits may be absent. */
struct job {
	const char *url, *arch, *proxy, *no_proxy, *ca_bundle,
		*pinned_key; /* NULL: none */
	bool treeinfo, inrelease;
	struct plan_candidate candidate[CANDIDATES_MAX];
	size_t candidate_count;
	uint64_t limit[STREAMS]; /* bytes */
	const char *allow_host[LIST_MAX];
	size_t allow_host_count;
	unsigned connect_timeout_s, stall_timeout_s, tries;
};
int job_read(const struct tree *tree, struct job *ret_job);
