/* SPDX-License-Identifier: BSD-2-Clause */
/* eliloader-check - looks into kernels, ramdisks and signed lists for eliloader(8); started
 * by it alone.  See check.h. */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "eliloader/check.h"
#include "eliloader/worker_side.h"
#include "lib/io.h"
#include "lib/sandbox.h"

#define CPU_MAX_S 60 /* unpacking the largest takes a few */
#define FDS_MAX	  16

/* Absent, as for release, is 0. */
static int read_limit(const struct tree *job, uint64_t *ret_max)
{
	const char *text = tree_text(job, "limit/unpacked");

	*ret_max = 0;
	return text ? io_parse_u64(text, INT64_MAX, ret_max) : 0;
}

static int enter(const struct worker_ids *ids, uint64_t file_max)
{
	struct sandbox box = {
		.uid = ids->uid,
		.gid = ids->gid,
		.memory_max = WORKER_MEMORY_MAX,
		.file_max = file_max,
		.fds_max = FDS_MAX,
		.cpu_s = CPU_MAX_S,
	};

	return sandbox_enter(&box);
}

int check_done(int r, enum wire_result otherwise, const char *why)
{
	enum wire_result result = worker_result(r, otherwise);

	if (r == -ENOMEM)
		result = RESULT_LIMIT;
	return wire_done(WIRE_FD, result, "%s", why);
}

static bool wanted(const struct tree *job, const char *key)
{
	const char *value = tree_text(job, key);

	return value && strcmp(value, "1") == 0;
}

static int run(const struct tree *job, uint64_t unpacked_max)
{
	if (wanted(job, "kernel"))
		return check_kernel(unpacked_max);
	if (wanted(job, "unpack"))
		return check_unpack(unpacked_max);
	if (wanted(job, "ext2"))
		return check_ext2(unpacked_max);
	if (wanted(job, "release"))
		return check_release(job);
	return wire_done(WIRE_FD, RESULT_INTERNAL, "the job is none of this worker's");
}

int main(int argc, char *argv[])
{
	struct worker_ids ids = worker_ids("eliloader-check", argc, argv);
	autotree struct tree job = { 0 };
	uint64_t unpacked_max = 0;
	int r;

	r = wire_receive_job(WIRE_FD, &job);
	if (r == 0)
		r = read_limit(&job, &unpacked_max);
	if (r < 0)
		return wire_done(WIRE_FD, RESULT_INTERNAL, "the job cannot be read: %s",
				 strerror(-r));
	r = enter(&ids, unpacked_max); /* nothing from outside is read before this */
	if (r < 0)
		return wire_done(WIRE_FD, RESULT_INTERNAL,
				 "the sandbox cannot be entered: %s", strerror(-r));
	return run(&job, unpacked_max);
}
