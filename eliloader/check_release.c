/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <nettle/sha2.h>
#include <string.h>

#include "eliloader/check.h"
#include "eliloader/sums.h"
#include "eliloader/worker_side.h"
#include "lib/cleanup.h"
#include "lib/io.h"

struct text {
	char *data; /* owned */
	size_t len;
};

static int wrong(const char *what, int r)
{
	return wire_done(WIRE_FD, worker_result(r, RESULT_INVALID), "%s: %s", what,
			 strerror(-r));
}

/* Is that SHA256SUMS the one that the release names? */
static bool is_listed(const struct text *sums, const uint8_t want[SHA256_LEN],
		      uint64_t size)
{
	uint8_t digest[SHA256_LEN];
	struct sha256_ctx ctx;

	sha256_init(&ctx);
	sha256_update(&ctx, sums->len, (const uint8_t *)sums->data);
	sha256_digest(&ctx, sizeof(digest), digest);
	return size == sums->len && memcmp(digest, want, sizeof(digest)) == 0;
}

/* What the list says of each file that the job names. */
static int look_up(const struct tree *job, const struct text *sums,
		   struct wire_digests *ret)
{
	static const char *const keys[STREAMS] = { "path/kernel", "path/ramdisk" };
	struct wire_digests d = { 0 };

	for (size_t i = 0; i < STREAMS; i++) {
		const char *path = tree_text(job, keys[i]);
		int r = path ? sums_sha256sums(sums->data, sums->len, path, d.sha256[i])
			     : -ENOENT;

		if (r < 0 && r != -ENOENT)
			return r;
		d.known[i] = r == 0;
		if (r < 0)
			memset(d.sha256[i], 0, sizeof(d.sha256[i]));
	}
	*ret = d;
	return 0;
}

static int judge(const struct tree *job, const struct text *release,
		 const struct text *sums)
{
	const char *path = tree_text(job, "sums-path");
	uint8_t want[SHA256_LEN];
	struct wire_digests digests;
	uint64_t size = 0;
	int r = path ? sums_release(release->data, release->len, path, want, &size)
		     : -EINVAL;

	if (r == -ENOENT)
		return wire_done(WIRE_FD, RESULT_INVALID,
				 "the signed release does not list %s", path);
	if (r < 0)
		return wrong("the signed release", r);
	if (!is_listed(sums, want, size))
		return wire_done(WIRE_FD, RESULT_INVALID,
				 "%s is not the one that the signed release lists", path);
	r = look_up(job, sums, &digests);
	if (r < 0)
		return wrong("the list of checksums", r);
	r = wire_send(WIRE_FD, WIRE_DIGESTS, 0, &digests, sizeof(digests));
	return wire_done(WIRE_FD, r < 0 ? RESULT_INTERNAL : RESULT_OK, "%s",
			 r < 0 ? strerror(-r) : "");
}

int check_release(const struct tree *job)
{
	autofree char *release_text = NULL, *sums_text = NULL;
	struct text release, sums;
	int r = io_read_limited(CHECK_FD(0), METADATA_MAX, &release_text, &release.len);

	if (r < 0)
		return wrong("the signed release cannot be read", r);
	r = io_read_limited(CHECK_FD(1), METADATA_MAX, &sums_text, &sums.len);
	if (r < 0)
		return wrong("the list of checksums cannot be read", r);
	release.data = release_text;
	sums.data = sums_text;
	return judge(job, &release, &sums);
}
