/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <fcntl.h>
#include <linux/kcmp.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>

#include "dom0-tools/verify_checks.h"
#include "lib/cleanup.h"

#define NAME_MAX_ 64 /* bytes: "task/2147483647/ns/cgroup" and such */

static const char *const shared_links[] = { "ns/mnt",	 "ns/ipc", "ns/net",
					    "ns/uts",	 "ns/pid", "ns/user",
					    "ns/cgroup", "root",   "cwd" };

/* Is link @name of the thread that of the process?  Both absent is so, too. */
static bool link_is_alike(int process, int thread, const char *name)
{
	char of_process[VERIFY_LINK_MAX], of_thread[VERIFY_LINK_MAX];
	int a = verify_proc_link(process, name, of_process);
	int b = verify_proc_link(thread, name, of_thread);

	return a == b && (a == -ENOENT || (a == 0 && strcmp(of_process, of_thread) == 0));
}

/* What the thread's table of descriptors or directories has to itself.  NULL: nothing. */
static const char *shared_fault(pid_t pid, unsigned tid)
{
	if ((pid_t)tid == pid)
		return NULL;
	switch (syscall(SYS_kcmp, pid, tid, KCMP_FILES, 0, 0)) {
	case 0:
		return NULL;
	case -1:
		return errno == ESRCH ? NULL : "descriptors that cannot be compared";
	default:
		return "descriptors of its own";
	}
}

static const char *links_fault(int process, int thread)
{
	for (size_t i = 0; i < sizeof(shared_links) / sizeof(*shared_links); i++)
		if (!link_is_alike(process, thread, shared_links[i]))
			return shared_links[i];
	return NULL;
}

/* NULL: nothing is wrong, or it has ended. */
static const char *thread_fault(const struct verify_context *ctx, unsigned tid)
{
	struct verify_status s;
	const char *fault;
	char name[NAME_MAX_];
	int r;

	(void)snprintf(name, sizeof(name), "task/%u", tid);
	autoclose int dir =
		openat(ctx->proc.dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return errno == ENOENT ? NULL : "what cannot be read";
	r = verify_proc_status(dir, &s);
	if (r == -ESRCH || r == -ENOENT || (r == 0 && (s.state == 'Z' || s.state == 'X')))
		return NULL;
	if (r < 0)
		return "what cannot be read";
	/* what the first one lacks is told by itself */
	fault = (pid_t)tid == ctx->proc.pid ? NULL : verify_rights_fault(ctx, &s);
	if (!fault)
		fault = links_fault(ctx->proc.dir, dir);
	/* ended meanwhile: its links are gone, which is no fault */
	if (fault && verify_proc_status(dir, &s) < 0)
		return NULL;
	return fault ? fault : shared_fault(ctx->proc.pid, tid);
}

/* Look at those that @done does not have; false: there was a fault, which was told. */
static bool look_at_threads(struct verify_context *ctx, const unsigned *tids,
			    size_t count, const unsigned *done, size_t done_count)
{
	bool good = true;

	for (size_t i = 0; i < count; i++) {
		const char *fault = verify_proc_has(done, done_count, tids[i])
					    ? NULL
					    : thread_fault(ctx, tids[i]);

		if (fault) {
			verify_add(&ctx->rep, VERIFY_FAIL, "threads", "all alike",
				   "thread %u with %s", tids[i], fault);
			good = false;
		}
	}
	return good;
}

static bool is_subset(const unsigned *tids, size_t count, const unsigned *of,
		      size_t of_count)
{
	for (size_t i = 0; i < count; i++)
		if (!verify_proc_has(of, of_count, tids[i]))
			return false;
	return true;
}

/* A thread's children are as it is: when a list has none that was not looked at, there is
 * none.  A list that never comes to rest is not verified. */
static void check_threads(struct verify_context *ctx)
{
	autofree unsigned *done = NULL;
	size_t done_count = 0;

	for (int round = 0; round < VERIFY_ROUNDS_MAX; round++) {
		autofree unsigned *tids = NULL;
		size_t count;
		int r = verify_proc_numbers(ctx->proc.dir, "task", &tids, &count);

		if (r < 0) {
			verify_add(&ctx->rep, VERIFY_UNKNOWN, "threads", "all alike",
				   "%s", strerror(-r));
			return;
		}
		if (round > 0 && is_subset(tids, count, done, done_count)) {
			verify_add(&ctx->rep, VERIFY_OK, "threads", "all alike",
				   "%zu, all alike", count);
			return;
		}
		if (!look_at_threads(ctx, tids, count, done, done_count))
			return;
		free(done);
		done = steal_ptr(tids);
		done_count = count;
	}
	verify_add(&ctx->rep, VERIFY_UNKNOWN, "threads", "all alike",
		   "new ones again and again");
}

/* ---- other processes ---- */

struct census {
	char pid_ns[VERIFY_LINK_MAX];
	char mnt_ns[VERIFY_LINK_MAX];
	bool hosts; /* that PID namespace is ours: only the uid tells who belongs to it */
	unsigned alike;
	bool failed;
};

static bool has_uid(const struct verify_status *s, uint32_t uid)
{
	for (int i = 0; i < VERIFY_IDS; i++)
		if (s->uid[i] == uid)
			return true;
	return false;
}

/* @inside: it is in the room's PID namespace. */
static const char *process_fault(const struct verify_context *ctx, int dir,
				 const struct verify_status *s, bool inside,
				 const struct census *c)
{
	char mnt_ns[VERIFY_LINK_MAX];

	if (!inside)
		return "the uid, but outside of the room";
	if (verify_proc_link(dir, "ns/mnt", mnt_ns) < 0 || strcmp(mnt_ns, c->mnt_ns) != 0)
		return "mounts of its own";
	return verify_rights_fault(ctx, s);
}

static void look_at_process(struct verify_context *ctx, unsigned pid, struct census *c)
{
	char path[NAME_MAX_], ns[VERIFY_LINK_MAX];
	struct verify_status s;
	const char *fault;
	bool inside;

	(void)snprintf(path, sizeof(path), "/proc/%u", pid);
	autoclose int dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0 || verify_proc_status(dir, &s) < 0 || s.state == 'Z')
		return; /* has ended */
	inside = verify_proc_link(dir, "ns/pid", ns) == 0 && strcmp(ns, c->pid_ns) == 0;
	if ((!inside || c->hosts) && !has_uid(&s, ctx->uid))
		return; /* none of its */
	fault = process_fault(ctx, dir, &s, inside, c);
	if (fault && verify_proc_status(dir, &s) == 0 && s.state != 'Z') {
		verify_add(&ctx->rep, VERIFY_FAIL, "processes", "all alike",
			   "process %u with %s", pid, fault);
		c->failed = true;
	}
	c->alike++;
}

/* The uid's and the namespace's: what one may, the others may have done by it. */
static void check_processes(struct verify_context *ctx)
{
	autoclose int proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	autofree unsigned *pids = NULL;
	struct census c = { 0 };
	char own[VERIFY_LINK_MAX];
	size_t count = 0;
	int r = proc < 0 ? -errno : verify_proc_numbers(proc, ".", &pids, &count);

	if (r == 0)
		r = verify_proc_link(ctx->proc.dir, "ns/pid", c.pid_ns);
	if (r == 0)
		r = verify_proc_link(ctx->proc.dir, "ns/mnt", c.mnt_ns);
	if (r == 0)
		r = verify_proc_link(proc, "self/ns/pid", own);
	if (r < 0) {
		verify_add(&ctx->rep, VERIFY_UNKNOWN, "processes", "all alike", "%s",
			   strerror(-r));
		return;
	}
	c.hosts = strcmp(own, c.pid_ns) == 0; /* which is told elsewhere */
	for (size_t i = 0; i < count; i++)
		if ((pid_t)pids[i] != ctx->proc.pid)
			look_at_process(ctx, pids[i], &c);
	if (!c.failed)
		verify_add(&ctx->rep, VERIFY_OK, "processes", "all alike",
			   "%u more, all alike", c.alike);
}

void verify_tasks(struct verify_context *ctx)
{
	check_threads(ctx);
	check_processes(ctx);
}
