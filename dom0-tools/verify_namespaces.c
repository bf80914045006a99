/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "dom0-tools/verify_checks.h"
#include "lib/cleanup.h"

#define NAME_ROOM 32

struct kind {
	const char *name;
	const char *why; /* what it would share */
};

static const struct kind kinds[] = {
	{ "mnt", "files" },	{ "ipc", "shared memory" },
	{ "net", "network" },	{ "uts", "host name" },
	{ "pid", "processes" }, { "cgroup", "control groups" },
};

static bool is_that_of(const char *host, const char *ns, const char *link)
{
	autoclose int dir = open(host, O_PATH | O_DIRECTORY | O_CLOEXEC);
	char of_host[VERIFY_LINK_MAX];

	return dir >= 0 && verify_proc_link(dir, ns, of_host) == 0 &&
	       strcmp(of_host, link) == 0;
}

/* Is the namespace that of init or of ourselves?  Init's cannot be read by a root that
 * has fewer capabilities (in a container): then our own is what there is to compare. */
static int is_hosts(int dir, const char *ns, char found[VERIFY_LINK_MAX])
{
	char own[VERIFY_LINK_MAX];
	int r = verify_proc_link(dir, ns, found);
	autoclose int self = open("/proc/self", O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (r == 0)
		r = self < 0 ? -errno : verify_proc_link(self, ns, own);
	if (r < 0)
		return r;
	return strcmp(own, found) == 0 || is_that_of("/proc/1", ns, found);
}

static void check_kind(struct verify_context *ctx, const struct kind *k, bool wanted_own)
{
	char ns[NAME_ROOM], name[NAME_ROOM], found[VERIFY_LINK_MAX];
	const char *wanted = wanted_own ? "one of its own" : "the host's";
	int r;

	(void)snprintf(ns, sizeof(ns), "ns/%s", k->name);
	(void)snprintf(name, sizeof(name), "namespace-%s", k->name);
	r = is_hosts(ctx->proc.dir, ns, found);
	if (r < 0)
		verify_add(&ctx->rep, VERIFY_UNKNOWN, name, wanted, "%s", strerror(-r));
	else
		verify_add(&ctx->rep, verify_verdict_of(!wanted_own || r == 0), name,
			   wanted, "%.64s%s", found,
			   r == 1 ? ", shared with the host" : "");
}

/* In a user namespace of its own it would have all capabilities. */
static void check_user(struct verify_context *ctx)
{
	char found[VERIFY_LINK_MAX];
	int r = is_hosts(ctx->proc.dir, "ns/user", found);

	if (r < 0)
		verify_add(&ctx->rep, VERIFY_UNKNOWN, "namespace-user", "the host's",
			   "%s", strerror(-r));
	else
		verify_add(&ctx->rep, verify_verdict_of(r == 1), "namespace-user",
			   "the host's", "%.64s%s", found, r == 1 ? "" : ", its own");
}

/* setns() and unshare() of that kind hold for children only. */
static void check_children(struct verify_context *ctx)
{
	char own[VERIFY_LINK_MAX], children[VERIFY_LINK_MAX];
	int r = verify_proc_link(ctx->proc.dir, "ns/pid", own);

	if (r == 0)
		r = verify_proc_link(ctx->proc.dir, "ns/pid_for_children", children);
	if (r < 0)
		verify_add(&ctx->rep, VERIFY_UNKNOWN, "namespace-children", "its own",
			   "%s", strerror(-r));
	else
		verify_add(&ctx->rep, verify_verdict_of(strcmp(own, children) == 0),
			   "namespace-children", "its own", "%.64s", children);
}

void verify_namespaces(struct verify_context *ctx)
{
	bool network = ctx->room.network;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		check_kind(ctx, &kinds[i], strcmp(kinds[i].name, "net") != 0 || !network);
	check_user(ctx);
	check_children(ctx);
}
