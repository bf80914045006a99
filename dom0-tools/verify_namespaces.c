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

/* Is the namespace that of init or of ourselves? */
static int is_hosts(int dir, const char *ns, char found[VERIFY_LINK_MAX])
{
	static const char *const hosts[] = { "/proc/self", "/proc/1" };
	char link[VERIFY_LINK_MAX];
	int r = verify_proc_link(dir, ns, found);

	for (size_t i = 0; r == 0 && i < sizeof(hosts) / sizeof(*hosts); i++) {
		autoclose int host = open(hosts[i], O_PATH | O_DIRECTORY | O_CLOEXEC);

		r = host < 0 ? -errno : verify_proc_link(host, ns, link);
		if (r == 0 && strcmp(link, found) == 0)
			return 1;
	}
	return r;
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
	bool network = ctx->opt->network || ctx->room.network;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		check_kind(ctx, &kinds[i], strcmp(kinds[i].name, "net") != 0 || !network);
	check_user(ctx);
	check_children(ctx);
}
