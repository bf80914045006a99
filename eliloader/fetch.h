/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fetch - kernel and ramdisk of an install, from a repository or the cache, checked
 * against what the repository's checksum list (and its signature) says.
 *
 * Owns:   nothing; new files are @output's.
 * Errors: 0 or a negative errno with the failure filled in.
 */
#pragma once
#include "eliloader/output.h"
#include "eliloader/plan.h"
#include "eliloader/run.h"
#include "eliloader/wire.h"

struct fetch_file {
	uint64_t len;
	uint8_t sha256[SHA256_LEN];
	uint8_t md5[MD5_LEN];
	bool cached;		  /* it came from the cache */
	char path[REPO_PATH_MAX]; /* of the ramdisk empty: there is none */
};

struct fetched {
	enum media media;
	struct fetch_file file[STREAMS];
	bool guest; /* a guest's own, from its disk */
};

/* After success @output holds both files.  @image: the ISO image, for cdrom; else -1.
 * -EMEDIUMTYPE: it is none. */
int fetch_pair(struct run *run, const struct plan *plan, int image, struct output *output,
	       struct fetched *ret);
/* A file of dom0's own (rhel41, rhel44): taken as it is, with its digests. */
int fetch_dom0_file(struct run *run, const char *path, enum wire_stream stream,
		    struct output *output, struct fetched *f);
