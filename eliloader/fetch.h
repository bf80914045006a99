/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fetch - kernel and ramdisk of an install, from a repository or the cache, checked
 * against what the repository's checksum list (and its signature) says.
 *
 * Owns:   struct fetched: descriptors of the cache.  New files are @output's.
 * Errors: 0 or a negative errno with the failure filled in.
 */
#pragma once
#include "eliloader/cache.h"
#include "eliloader/failure.h"
#include "eliloader/output.h"
#include "eliloader/plan.h"
#include "eliloader/progress.h"
#include "eliloader/worker.h"

struct fetch_file {
	uint64_t len;
	uint8_t sha256[SHA256_LEN];
	uint8_t md5[16];
	bool listed;		  /* its digest is that of a checksum list */
	bool cached;		  /* it came from the cache */
	char path[REPO_PATH_MAX]; /* of the ramdisk empty: there is none */
};

struct fetched {
	enum media media;
	char release[64]; /* outside text; may be empty */
	bool is_signed;	  /* the checksum list stands below a good signature */
	enum sums_kind sums;
	struct fetch_file file[STREAMS];
};

/* What all steps of a start use. */
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

/* After success @output holds both files.  @image: the ISO image, for cdrom; else -1.
 * -EMEDIUMTYPE: it is none. */
int fetch_pair(struct run *run, const struct plan *plan, int image, struct output *output,
	       struct fetched *ret);
/* A file of dom0's own (rhel41, rhel44): taken as it is, with its digests. */
int fetch_dom0_file(struct run *run, const char *path, enum wire_stream stream,
		    struct output *output, struct fetched *f);
