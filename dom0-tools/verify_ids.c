/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "dom0-tools/verify_checks.h"
#include "lib/cleanup.h"

#define TEXT_MAX 64

/* Capabilities that a late program may keep in the bounding and the inheritable set. */
static uint64_t caps_allowed(const struct verify_context *ctx)
{
	if (!ctx->room.late)
		return 0;
	return ctx->room.caps | 1ULL << CAP_SETUID | 1ULL << CAP_SETGID |
	       1ULL << CAP_SYS_CHROOT;
}

/* The most that capability set @set may hold.  A late program cannot empty the two that
 * only an exec would look at; no_new_privs and the filter keep it from one. */
static uint64_t caps_wanted(const struct verify_context *ctx, int set)
{
	return set == VERIFY_CAP_BOUNDING || set == VERIFY_CAP_INHERITABLE
		       ? caps_allowed(ctx)
		       : 0;
}

static bool ids_are(const uint32_t *ids, uint32_t wanted)
{
	for (int i = 0; i < VERIFY_IDS; i++)
		if (ids[i] != wanted)
			return false;
	return true;
}

const char *verify_rights_fault(const struct verify_context *ctx,
				const struct verify_status *s)
{
	if (!ids_are(s->uid, ctx->uid))
		return "another uid";
	if (!ids_are(s->gid, ctx->uid))
		return "another gid";
	if (s->groups > 0)
		return "a group";
	for (int i = 0; i < VERIFY_CAPS; i++)
		if (s->caps[i] & ~caps_wanted(ctx, i))
			return "a capability";
	if (s->no_new_privs != 1)
		return "no no_new_privs";
	return s->seccomp != 2 || s->filters == 0 ? "no filter" : NULL;
}

static void check_ids(struct verify_context *ctx, const char *name, const uint32_t *ids)
{
	char wanted[TEXT_MAX];

	(void)snprintf(wanted, sizeof(wanted), "%u %u %u %u", ctx->uid, ctx->uid,
		       ctx->uid, ctx->uid);
	verify_add(&ctx->rep, verify_verdict_of(ids_are(ids, ctx->uid)), name, wanted,
		   "%u %u %u %u", ids[0], ids[1], ids[2], ids[3]);
}

static void check_caps(struct verify_context *ctx, const struct verify_status *s)
{
	static const char *const names[VERIFY_CAPS] = {
		[VERIFY_CAP_INHERITABLE] = "caps-inheritable",
		[VERIFY_CAP_PERMITTED] = "caps-permitted",
		[VERIFY_CAP_EFFECTIVE] = "caps-effective",
		[VERIFY_CAP_BOUNDING] = "caps-bounding",
		[VERIFY_CAP_AMBIENT] = "caps-ambient",
	};

	for (int i = 0; i < VERIFY_CAPS; i++) {
		uint64_t most = caps_wanted(ctx, i);
		char wanted[TEXT_MAX];

		(void)snprintf(wanted, sizeof(wanted), "%s%016" PRIx64,
			       most ? "none but of " : "", most);
		verify_add(&ctx->rep, verify_verdict_of(!(s->caps[i] & ~most)), names[i],
			   wanted, "%016" PRIx64, s->caps[i]);
	}
}

/* The kernel gives the files of a process that is not dumpable to root. */
static void check_dumpable(struct verify_context *ctx)
{
	struct stat st;

	if (fstatat(ctx->proc.dir, "status", &st, AT_SYMLINK_NOFOLLOW) < 0)
		verify_add(&ctx->rep, VERIFY_UNKNOWN, "dumpable", "no", "%s",
			   strerror(errno));
	else
		verify_add(&ctx->rep, verify_verdict_of(st.st_uid == 0), "dumpable", "no",
			   "%s", st.st_uid == 0 ? "no" : "yes");
}

/* TIOCSTI and job control want the controlling one. */
static void check_terminal(struct verify_context *ctx)
{
	autofree char *text = NULL;
	struct verify_stat stat = { 0 };
	size_t len;
	int r = verify_proc_read(ctx->proc.dir, "stat", &text, &len);

	if (r == 0)
		r = verify_stat_parse(text, len, &stat);
	if (r < 0)
		verify_add(&ctx->rep, VERIFY_UNKNOWN, "terminal", "none", "%s",
			   strerror(-r));
	else
		verify_add(&ctx->rep, verify_verdict_of(stat.tty == 0), "terminal",
			   "none", stat.tty == 0 ? "none" : "number %" PRIu64, stat.tty);
}

void verify_ids(struct verify_context *ctx)
{
	struct verify_status s;
	int r = verify_proc_status(ctx->proc.dir, &s);

	if (r < 0) {
		verify_add(&ctx->rep, VERIFY_UNKNOWN, "status", "to be read", "%s",
			   strerror(-r));
		return;
	}
	check_ids(ctx, "uid", s.uid);
	check_ids(ctx, "gid", s.gid);
	verify_add(&ctx->rep, verify_verdict_of(s.groups == 0), "groups", "0", "%u",
		   s.groups);
	check_caps(ctx, &s);
	verify_add(&ctx->rep, verify_verdict_of(s.no_new_privs == 1), "no-new-privs", "1",
		   "%u", s.no_new_privs);
	verify_add(&ctx->rep, verify_verdict_of(s.seccomp == 2 && s.filters > 0),
		   "seccomp", "mode 2, filters", "mode %u, %u filters", s.seccomp,
		   s.filters);
	check_dumpable(ctx);
	check_terminal(ctx);
}
