/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "dom0-tools/verify_checks.h"
#include "dom0-tools/verify_limits.h"
#include "lib/cleanup.h"
#include "lib/io.h"

#define TEXT_MAX 64

/* ---- resource limits ---- */

static void limit_text(uint64_t value, char *ret, size_t size)
{
	if (value == VERIFY_UNLIMITED)
		(void)snprintf(ret, size, "unlimited");
	else
		(void)snprintf(ret, size, "%" PRIu64, value);
}

static void check_limit(struct verify_context *ctx, unsigned resource,
			const struct verify_limit *got)
{
	uint64_t most = ctx->room.limit[resource];

	char name[TEXT_MAX], wanted[TEXT_MAX], soft[TEXT_MAX], hard[TEXT_MAX];

	(void)snprintf(name, sizeof(name), "limit-%s", verify_limit_name(resource));
	(void)snprintf(wanted, sizeof(wanted), "at most %" PRIu64, most);
	limit_text(got->soft, soft, sizeof(soft));
	limit_text(got->hard, hard, sizeof(hard));
	verify_add(&ctx->rep, verify_verdict_of(got->soft <= most && got->hard <= most),
		   name, wanted, "%s, hard %s", soft, hard);
}

void verify_rlimits(struct verify_context *ctx)
{
	autofree char *text = NULL;
	struct verify_limits limits = { 0 };
	size_t len;
	int r = verify_proc_read(ctx->proc.dir, "limits", &text, &len);

	if (r == 0)
		r = verify_limits_parse(text, len, &limits);
	if (r < 0) {
		verify_add(&ctx->rep, VERIFY_UNKNOWN, "limits", "to be read", "%s",
			   strerror(-r));
		return;
	}
	for (unsigned i = 0; i < ROOM_RLIMITS; i++)
		if (ctx->room.limit[i] != ROOM_LIMIT_AS_IS)
			check_limit(ctx, i, &limits.limit[i]);
}

/* ---- control group ---- */

struct controller {
	const char *name; /* "pids" */
	const char *file; /* of version 2 */
	const char *old;  /* of version 1 */
	uint64_t most;
};

/* The mount of this process' own view that @type and the word @super tell; false: none. */
static bool own_mount(const char *type, const char *super, char *ret_root,
		      char *ret_point, size_t size)
{
	autofree struct verify_mounts *mounts = calloc(1, sizeof(*mounts));
	autofree char *text = NULL;
	size_t len;

	if (!mounts || verify_proc_read(AT_FDCWD, "/proc/self/mountinfo", &text, &len) ||
	    verify_mounts_parse(text, len, mounts) < 0)
		return false;
	for (size_t i = 0; i < mounts->count; i++) {
		const struct verify_mount *m = &mounts->mount[i];

		if (strcmp(m->type, type) != 0 ||
		    (super && !verify_option(m->super, super)))
			continue;
		(void)snprintf(ret_root, size, "%s", m->root);
		(void)snprintf(ret_point, size, "%s", m->point);
		return true;
	}
	return false;
}

/* Does the host's version 2 hierarchy have it? */
static bool is_in_v2(const char *point, const char *name)
{
	autofree char *text = NULL;
	char path[VERIFY_LINK_MAX + TEXT_MAX];
	char *rest;

	(void)snprintf(path, sizeof(path), "%s/cgroup.controllers", point);
	if (verify_proc_read(AT_FDCWD, path, &text, NULL) < 0)
		return false;
	for (char *word = strtok_r(text, " \n", &rest); word;
	     word = strtok_r(NULL, " \n", &rest))
		if (strcmp(word, name) == 0)
			return true;
	return false;
}

/* Where it is mounted, and by which version.  -ENOENT: the host has none. */
static int find_controller(const struct controller *c, char *root, char *point,
			   size_t size, bool *ret_v2)
{
	*ret_v2 = false;
	if (own_mount("cgroup", c->name, root, point, size))
		return 0;
	*ret_v2 = true;
	return own_mount("cgroup2", NULL, root, point, size) && is_in_v2(point, c->name)
		       ? 0
		       : -ENOENT;
}

/* "max" or a number, and a newline. */
static int read_limit(const char *path, uint64_t *ret)
{
	autofree char *text = NULL;
	size_t len;
	int r = verify_proc_read(AT_FDCWD, path, &text, &len);

	if (r < 0)
		return r;
	if (len > 0 && text[len - 1] == '\n')
		text[len - 1] = '\0';
	if (strcmp(text, "max") == 0) {
		*ret = VERIFY_UNLIMITED;
		return 0;
	}
	return io_parse_u64(text, UINT64_MAX - 1, ret);
}

/* Is @path that of the launcher for this uid? */
static bool is_ours(const struct verify_context *ctx, const char *path)
{
	char end[TEXT_MAX];
	size_t len = strlen(path), end_len;

	end_len = (size_t)snprintf(end, sizeof(end), "/" ROOM_CGROUP "/%u", ctx->uid);
	return len >= end_len && strcmp(path + len - end_len, end) == 0;
}

static void check_value(struct verify_context *ctx, const struct controller *c,
			const char *name, const char *file, const char *path)
{
	char wanted[TEXT_MAX + 16], found[TEXT_MAX];
	uint64_t value = 0;
	int r = read_limit(file, &value);

	limit_text(c->most, found, sizeof(found));
	(void)snprintf(wanted, sizeof(wanted), "at most %s", found);
	limit_text(value, found, sizeof(found));
	if (r < 0)
		verify_add(&ctx->rep, VERIFY_UNKNOWN, name, wanted, "%s", strerror(-r));
	else
		verify_add(&ctx->rep, verify_verdict_of(value <= c->most), name, wanted,
			   "%s in %.128s", found, path);
}

static void check_controller(struct verify_context *ctx, const char *text, size_t len,
			     const struct controller *c)
{
	char root[VERIFY_LINK_MAX], point[VERIFY_LINK_MAX], path[VERIFY_LINK_MAX];
	char name[TEXT_MAX], file[3 * VERIFY_LINK_MAX];
	bool v2;
	int r = find_controller(c, root, point, sizeof(point), &v2);

	(void)snprintf(name, sizeof(name), "cgroup-%s", c->name);
	if (r < 0) {
		verify_add(&ctx->rep, verify_verdict_of(!ctx->opt->require_cgroup), name,
			   ctx->opt->require_cgroup ? "one of its own"
						    : "one where the host has them",
			   "none, the host has none");
		return;
	}
	r = verify_cgroup_path(text, len, v2 ? "" : c->name, path, sizeof(path));
	if (r < 0 || !is_ours(ctx, path) || strstr(path, "/../")) {
		verify_add(&ctx->rep, r < 0 ? VERIFY_UNKNOWN : VERIFY_FAIL, name,
			   "one of its own", "%.128s", r < 0 ? strerror(-r) : path);
		return;
	}
	/* a mount of a part of the hierarchy shows paths from there */
	(void)snprintf(file, sizeof(file), "%s%s/%s", point,
		       strcmp(root, "/") != 0 && verify_is_below(path, root)
			       ? path + strlen(root)
			       : path,
		       v2 ? c->file : c->old);
	check_value(ctx, c, name, file, path);
}

void verify_cgroup(struct verify_context *ctx)
{
	const struct controller controllers[] = {
		{ "pids", "pids.max", "pids.max", ctx->room.tasks + ROOM_INIT_TASKS },
		{ "memory", "memory.max", "memory.limit_in_bytes", ctx->room.memory_max },
	};
	autofree char *text = NULL;
	size_t len = 0;
	int r = verify_proc_read(ctx->proc.dir, "cgroup", &text, &len);

	for (size_t i = 0; i < sizeof(controllers) / sizeof(*controllers); i++)
		if (r < 0)
			verify_add(&ctx->rep, VERIFY_UNKNOWN, "cgroup", "one of its own",
				   "%s", strerror(-r));
		else
			check_controller(ctx, text, len, &controllers[i]);
}
