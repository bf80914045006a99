/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pick - which pair of a repository shall be had: what both source workers share.
 * .treeinfo first where the job says so, then the candidates in order; kernel and ramdisk
 * always together; then what a checksum list says of them.  Runs in the worker.
 *
 * What a repository says wrongly of itself (a .treeinfo that names absent files, a list
 * that is none) is noted, and the search goes on as if it said nothing.
 *
 * Owns:   nothing.
 * Errors: 0, or a negative errno with DONE's result and text in struct pick_failure.
 */
#pragma once
#include "eliloader/job.h"
#include "eliloader/wire.h"

/* How a worker reads its repository. */
struct pick_source {
	/* A whole small file, NUL-terminated (free()).  -ENOENT: it is not there.
	 * -EFBIG: over @max.  Other errors mean that the repository cannot be read, and
	 * end the search, with the result that worker_result() finds for them, else
	 * RESULT_ACCESS; @error is the text. */
	int (*read)(struct pick_source *s, const char *path, size_t max, char **ret_text,
		    size_t *ret_len);
	/* Is it there?  Errors as above.  @file, all zero, gets size and validator. */
	int (*probe)(struct pick_source *s, const char *path,
		     struct wire_offer_file *ret_file);
	/* For pick_serve(): the whole file as DATA of @stream, at most @max bytes.
	 * Errors as above. */
	int (*send)(struct pick_source *s, const struct wire_offer_file *file,
		    unsigned stream, uint64_t max);
	char error[512]; /* what the last failure was, for people */
	int wire;	 /* notes go there */
};

struct pick_failure {
	enum wire_result result;
	char text[2044];
};

/* Fill in @ret_offer, and send METADATA when there is a signed list (see job.h).  A file
 * whose size is over its limit is -EFBIG. */
int pick_pair(struct pick_source *s, const struct job *job, struct wire_offer *ret_offer,
	      struct pick_failure *ret_failure);
/* All that a source worker does in its sandbox: pick, OFFER, what GO asks for, DONE.
 * Returns the worker's exit status. */
int pick_serve(struct pick_source *s, const struct job *job);
