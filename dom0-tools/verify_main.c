/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "dom0-tools/verify_checks.h"
#include "lib/cleanup.h"
#include "lib/log.h"
#include "lib/options.h"

#define WHY_MAX 512

static void context_done(struct verify_context *ctx)
{
	verify_proc_done(&ctx->proc);
	room_profile_done(&ctx->room);
	verify_report_done(&ctx->rep);
}

/* The domain, by the process' own uid, which must then be one of the range. */
static int find_domid(struct verify_context *ctx)
{
	struct verify_status s;
	int r = verify_proc_status(ctx->proc.dir, &s);
	uint32_t uid;

	if (r < 0) {
		log_error("cannot read the status of process %d: %s", (int)ctx->proc.pid,
			  strerror(-r));
		return r;
	}
	uid = s.uid[VERIFY_ID_REAL];
	if (uid <= ctx->opt->base || uid - ctx->opt->base > ROOM_DOMID_MAX) {
		log_error("process %d runs as uid %u, which is no domain's; give --domid",
			  (int)ctx->proc.pid, uid);
		return -EINVAL;
	}
	ctx->domid = uid - ctx->opt->base;
	return 0;
}

/* "SRC[:DST]" of the command line, as the launcher took them. */
static int add_binds(struct verify_context *ctx, const char *const *list, bool writable)
{
	int r = 0;

	for (; list && *list && r == 0; list++) {
		autofree char *from = strdup(*list);
		char *to = from ? strchr(from, ':') : NULL;

		if (!from)
			return -ENOMEM;
		if (to)
			*to++ = '\0';
		r = room_profile_bind(&ctx->room, from, to, writable);
		if (r < 0)
			log_error("cannot take '%s' as a bind: %s", *list, strerror(-r));
	}
	return r;
}

static int open_subject(struct verify_context *ctx, const char *profile)
{
	char why[WHY_MAX] = "";
	int r = verify_proc_open(ctx->opt->pid, &ctx->proc);

	if (r < 0) {
		log_error("process %d: %s", (int)ctx->opt->pid,
			  r == -ESRCH ? "there is none such" : strerror(-r));
		return r;
	}
	ctx->domid = ctx->opt->domid;
	if (ctx->domid == 0)
		r = find_domid(ctx);
	ctx->uid = ctx->opt->base + ctx->domid;
	if (r < 0)
		return r;
	r = room_profile_read(profile, ctx->domid, &ctx->room, why, sizeof(why));
	if (r < 0)
		log_error("profile '%s': %s", profile, why[0] ? why : strerror(-r));
	if (r == 0)
		r = add_binds(ctx, ctx->opt->binds, false);
	return r < 0 ? r : add_binds(ctx, ctx->opt->writes, true);
}

/* Last: was it that process all the time? */
static void check_identity(struct verify_context *ctx)
{
	int r = verify_proc_check(&ctx->proc);

	verify_add(&ctx->rep, verify_verdict_of(r == 0), "identity",
		   "the same process from first to last", "%s%s",
		   r == 0 ? "the same" : "ended meanwhile",
		   ctx->proc.pidfd < 0 ? ", by its start time" : "");
}

static void check_all(struct verify_context *ctx)
{
	verify_ids(ctx);
	verify_tasks(ctx);
	verify_namespaces(ctx);
	verify_root(ctx);
	verify_rlimits(ctx);
	verify_cgroup(ctx);
	verify_fds(ctx);
	verify_memory(ctx);
	check_identity(ctx);
}

int verify_main(const struct verify_options *opt)
{
	const char *profile = opt->profile ? opt->profile : ROOM_PROFILE;
	__attribute__((cleanup(context_done))) struct verify_context ctx = {
		.opt = opt,
		.proc = { .pidfd = -1, .dir = -1 },
	};
	struct verify_subject who = { .pid = (int)opt->pid, .profile = profile };
	int r = open_subject(&ctx, profile);

	if (r < 0)
		return VERIFY_BAD;
	check_all(&ctx);
	who.domid = ctx.domid;
	who.uid = ctx.uid;
	r = verify_report_print(stdout, &ctx.rep, &who, opt->json);
	r = options_printed(r, VERIFY_BAD);
	return r == 0 && verify_report_is_good(&ctx.rep) ? VERIFY_GOOD : VERIFY_BAD;
}
