/* SPDX-License-Identifier: BSD-2-Clause */
/* The job, as a worker reads it.  eliloader wrote it; that what it holds came from outside
 * is why paths are checked here once more. */
#include <errno.h>
#include <string.h>

#include "eliloader/job.h"
#include "eliloader/sums.h"
#include "lib/io.h"

static int read_number(const struct tree *t, const char *key, uint64_t max, uint64_t *ret)
{
	const char *text = tree_text(t, key);

	return text && io_parse_u64(text, max, ret) >= 0 ? 0 : -EBADMSG;
}

/* From 1 to @max; @otherwise when the key is absent. */
static int read_count(const struct tree *t, const char *key, unsigned max,
		      unsigned otherwise, unsigned *ret)
{
	uint64_t value = otherwise;

	if (tree_find(t, key) && (read_number(t, key, max, &value) < 0 || value == 0))
		return -EBADMSG;
	*ret = (unsigned)value;
	return 0;
}

static int read_flag(const struct tree *t, const char *key, bool *ret)
{
	uint64_t value = 0;

	if (tree_find(t, key) && read_number(t, key, 1, &value) < 0)
		return -EBADMSG;
	*ret = value != 0;
	return 0;
}

/* A text, NULL when absent; one with a NUL in it is none. */
static int read_text(const struct tree *t, const char *key, const char **ret)
{
	*ret = tree_text(t, key);
	return *ret || !tree_find(t, key) ? 0 : -EBADMSG;
}

static int read_path(const struct tree *t, const char *key, char ret[REPO_PATH_MAX])
{
	const char *path = tree_text(t, key);

	if (!path || sums_check_path(path) < 0)
		return -EBADMSG;
	memcpy(ret, path, strlen(path) + 1); /* fits: the check looks at the length */
	return 0;
}

static int read_candidate(const struct tree *t, const char *dir, struct plan_candidate *c)
{
	const struct tree_entry *sums;
	char key[64];
	uint64_t media;

	(void)snprintf(key, sizeof(key), "%s/kernel", dir);
	if (read_path(t, key, c->kernel) < 0)
		return -EBADMSG;
	(void)snprintf(key, sizeof(key), "%s/ramdisk", dir);
	c->ramdisk[0] = '\0'; /* a kernel of the user's choice may have none */
	if (tree_find(t, key) && read_path(t, key, c->ramdisk) < 0)
		return -EBADMSG;
	(void)snprintf(key, sizeof(key), "%s/media", dir);
	if (read_number(t, key, MEDIA_KINDS - 1, &media) < 0)
		return -EBADMSG;
	c->media = (enum media)media;
	(void)snprintf(key, sizeof(key), "%s/sums", dir);
	c->sums[0] = '\0';
	sums = tree_find(t, key);
	return sums && sums->value_len > 0 ? read_path(t, key, c->sums) : 0;
}

static int read_candidates(const struct tree *t, struct job *job)
{
	char dir[32];
	size_t n;

	for (n = 0; n < CANDIDATES_MAX; n++) {
		(void)snprintf(dir, sizeof(dir), "candidate/%02zu", n);
		if (!tree_has_below(t, dir))
			break;
		if (read_candidate(t, dir, &job->candidate[n]) < 0)
			return -EBADMSG;
	}
	job->candidate_count = n;
	return 0;
}

/* All of them: one left out would refuse a host that is allowed, or, were it the only one,
 * allow every host. */
static int read_allow_hosts(const struct tree *t, struct job *job)
{
	size_t first, end, room = sizeof(job->allow_host) / sizeof(*job->allow_host);

	tree_below(t, "allow-host", &first, &end);
	if (end - first > room)
		return -EBADMSG;
	for (size_t i = first; i < end; i++)
		if (read_text(t, t->entry[i].path, &job->allow_host[i - first]) < 0)
			return -EBADMSG;
	job->allow_host_count = end - first;
	return 0;
}

static int read_texts(const struct tree *t, struct job *job)
{
	const struct {
		const char *key, **value;
	} texts[] = {
		{ "url", &job->url },
		{ "arch", &job->arch },
		{ "proxy", &job->proxy },
		{ "no-proxy", &job->no_proxy },
		{ "ca-bundle", &job->ca_bundle },
		{ "pinned-key", &job->pinned_key },
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		if (read_text(t, texts[i].key, texts[i].value) < 0)
			return -EBADMSG;
	return 0;
}

static int read_numbers(const struct tree *t, struct job *job)
{
	if (read_number(t, "limit/kernel", UINT64_MAX, &job->limit[STREAM_KERNEL]) < 0 ||
	    read_number(t, "limit/ramdisk", UINT64_MAX, &job->limit[STREAM_RAMDISK]) <
		    0 ||
	    read_count(t, "connect-timeout", SECONDS_MAX, CONNECT_TIMEOUT_S,
		       &job->connect_timeout_s) < 0 ||
	    read_count(t, "stall-timeout", SECONDS_MAX, STALL_TIMEOUT_S,
		       &job->stall_timeout_s) < 0 ||
	    read_count(t, "tries", TRIES_MAX, FETCH_TRIES, &job->tries) < 0)
		return -EBADMSG;
	return 0;
}

int job_read(const struct tree *tree, struct job *ret_job)
{
	struct job job = { 0 };

	if (read_texts(tree, &job) < 0 || read_numbers(tree, &job) < 0 ||
	    read_flag(tree, "treeinfo", &job.treeinfo) < 0 ||
	    read_flag(tree, "inrelease", &job.inrelease) < 0 ||
	    read_candidates(tree, &job) < 0 || read_allow_hosts(tree, &job) < 0 ||
	    (job.treeinfo && !job.arch))
		return -EBADMSG;
	*ret_job = job;
	return 0;
}
