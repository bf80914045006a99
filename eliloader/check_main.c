/* SPDX-License-Identifier: BSD-2-Clause */
/* eliloader-check - looks into kernels, ramdisks and signed lists for eliloader(8); started
 * by it alone.  See check.h. */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "eliloader/check.h"
#include "eliloader/wire.h"
#include "lib/io.h"
#include "lib/log.h"
#include "lib/sandbox.h"

#define CPU_MAX_S 60 /* unpacking the largest takes a few */
#define FDS_MAX	  16
#define ID_MAX	  UINT32_MAX

struct options {
	uid_t uid;
	gid_t gid;
};

/* The number in "--uid=N" when @arg begins with @prefix. */
static bool parse_id(const char *arg, const char *prefix, uint32_t *ret)
{
	size_t len = strlen(prefix);
	uint64_t value;

	if (strncmp(arg, prefix, len) != 0 ||
	    io_parse_u64(arg + len, ID_MAX - 1, &value) < 0)
		return false;
	*ret = (uint32_t)value;
	return true;
}

static struct options options_parse(int argc, char *argv[])
{
	struct options opt;

	if (argc != 3 || !parse_id(argv[1], "--uid=", &opt.uid) ||
	    !parse_id(argv[2], "--gid=", &opt.gid)) {
		log_error("this is a part of eliloader, which starts it");
		exit(2);
	}
	return opt;
}

/* Absent, as for release, is 0. */
static int read_limit(const struct tree *job, uint64_t *ret_max)
{
	const char *text = tree_text(job, "limit/unpacked");

	*ret_max = 0;
	return text ? io_parse_u64(text, INT64_MAX, ret_max) : 0;
}

static int enter(const struct options *opt, uint64_t file_max)
{
	struct sandbox box = {
		.uid = opt->uid,
		.gid = opt->gid,
		.memory_max = WORKER_MEMORY_MAX,
		.file_max = file_max,
		.fds_max = FDS_MAX,
		.cpu_s = CPU_MAX_S,
	};

	return sandbox_enter(&box);
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
	struct options opt;
	autotree struct tree job = { 0 };
	uint64_t unpacked_max = 0;
	int r;

	log_open("eliloader-check", false, false);
	opt = options_parse(argc, argv);
	r = wire_receive_job(WIRE_FD, &job);
	if (r == 0)
		r = read_limit(&job, &unpacked_max);
	if (r < 0)
		return wire_done(WIRE_FD, RESULT_INTERNAL, "the job cannot be read: %s",
				 strerror(-r));
	r = enter(&opt, unpacked_max); /* nothing from outside is read before this */
	if (r < 0)
		return wire_done(WIRE_FD, RESULT_INTERNAL,
				 "the sandbox cannot be entered: %s", strerror(-r));
	return run(&job, unpacked_max);
}
