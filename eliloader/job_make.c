/* SPDX-License-Identifier: BSD-2-Clause */
/* The plan as a job for a source worker.  All of it has been checked by then. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "eliloader/job.h"

/* Set what is there. */
static int set_text(struct tree *t, const char *key, const char *value)
{
	return value && *value ? tree_set(t, key, value, strlen(value)) : 0;
}

static int set_number(struct tree *t, const char *key, uint64_t value)
{
	return tree_setf(t, key, "%" PRIu64, value);
}

static int set_candidate(struct tree *t, unsigned index, const struct plan_candidate *c)
{
	const struct {
		const char *name, *value;
	} texts[] = { { "kernel", c->kernel },
		      { "ramdisk", c->ramdisk },
		      { "sums", c->sums } };
	char key[64];
	int r = 0;

	for (unsigned i = 0; r == 0 && i < 3; i++) {
		(void)snprintf(key, sizeof(key), "candidate/%02u/%s", index,
			       texts[i].name);
		r = set_text(t, key, texts[i].value);
	}
	(void)snprintf(key, sizeof(key), "candidate/%02u/media", index);
	return r < 0 ? r : set_number(t, key, (uint64_t)c->media);
}

static int set_hosts(struct tree *t, const struct config *c)
{
	char key[64];
	int r = 0;

	for (size_t i = 0; r == 0 && i < c->allow_hosts.count; i++) {
		(void)snprintf(key, sizeof(key), "allow-host/%02zu", i);
		r = set_text(t, key, c->allow_hosts.item[i]);
	}
	return r;
}

static int set_network(struct tree *t, const struct plan *p, const struct config *c)
{
	const struct {
		const char *key, *value;
	} texts[] = {
		{ "url", p->repo.url },		 { "proxy", p->proxy },
		{ "no-proxy", c->no_proxy },	 { "ca-bundle", c->ca_bundle },
		{ "pinned-key", c->pinned_key },
	};
	int r = 0;

	for (unsigned i = 0; r == 0 && i < sizeof(texts) / sizeof(texts[0]); i++)
		r = set_text(t, texts[i].key, texts[i].value);
	if (r == 0)
		r = set_hosts(t, c);
	if (r == 0)
		r = set_number(t, "connect-timeout", c->connect_timeout_s);
	if (r == 0)
		r = set_number(t, "stall-timeout", c->stall_timeout_s);
	return r == 0 ? set_number(t, "tries", c->fetch_tries) : r;
}

int job_make(const struct plan *plan, const struct config *config, bool inrelease,
	     struct tree *ret_job)
{
	autotree struct tree job;
	int r;

	tree_init(&job);
	r = set_network(&job, plan, config);
	if (r == 0 && plan->treeinfo)
		r = set_text(&job, "treeinfo", "1");
	if (r == 0 && inrelease)
		r = set_text(&job, "inrelease", "1");
	if (r == 0)
		r = set_text(&job, "arch", plan->arch);
	if (r == 0)
		r = set_number(&job, "limit/kernel", plan->limits.kernel);
	if (r == 0)
		r = set_number(&job, "limit/ramdisk", plan->limits.ramdisk);
	for (unsigned i = 0; r == 0 && i < plan->candidate_count; i++)
		r = set_candidate(&job, i, &plan->candidate[i]);
	if (r < 0)
		return r;
	tree_init(ret_job);
	tree_swap(ret_job, &job);
	return 0;
}
