/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "dom0-tools/verify_checks.h"
#include "lib/log.h"
#include "lib/options.h"

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

static int open_subject(struct verify_context *ctx, pid_t pid)
{
	int r = verify_proc_open(pid, &ctx->proc);

	if (r < 0) {
		log_error("process %d: %s", (int)pid,
			  r == -ESRCH ? "there is none such" : strerror(-r));
		return r;
	}
	ctx->domid = ctx->opt->domid;
	if (ctx->domid == 0)
		r = find_domid(ctx);
	ctx->uid = ctx->opt->base + ctx->domid;
	return r < 0 ? r : room_read_profile(ctx->opt, ctx->domid, &ctx->room);
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

int verify_main(pid_t pid, const struct room_options *opt)
{
	__attribute__((cleanup(context_done))) struct verify_context ctx = {
		.opt = opt,
		.proc = { .pidfd = -1, .dir = -1 },
	};
	struct verify_subject who = { .pid = (int)pid, .profile = opt->profile };
	int r = open_subject(&ctx, pid);

	if (r < 0)
		return VERIFY_BAD;
	check_all(&ctx);
	who.domid = ctx.domid;
	who.uid = ctx.uid;
	r = verify_report_print(stdout, &ctx.rep, &who, opt->json);
	r = options_printed(r, VERIFY_BAD);
	return r == 0 && verify_report_is_good(&ctx.rep) ? VERIFY_GOOD : VERIFY_BAD;
}
