/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The verb watch: what is below a prefix, and then each change of it.
 *
 * A watch tells where something has changed, not what; so all is read again after each burst
 * of events and compared with what was printed last.  So it goes on in a guest that has been
 * resumed, where the tree is new and the watch fires.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest-agent/vm_data_format.h"
#include "guest-agent/vm_data_job.h"
#include "guest-agent/vm_data_store.h"
#include "lib/cleanup.h"
#include "lib/domains.h"
#include "lib/io.h"
#include "lib/log.h"
#include "lib/text.h"
#include "lib/xs_watch.h"

#define READ_TRIES 5 /* of a guest that is resumed while it reads */

/* So that printf(1)'s %b, in any POSIX shell, gives the bytes back, and read -r keeps them:
 * a space at an end would be lost. */
static void print_escaped(const char *value, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)value[i];

		if (c == '\\')
			(void)fputs("\\\\", stdout);
		else if ((c > ' ' && c < 0x7f) || (c == ' ' && i > 0 && i + 1 < len))
			(void)putchar(c);
		else
			(void)printf("\\0%03o", c);
	}
}

static void print_set(const struct tree_entry *e)
{
	printf("set %s ", e->path);
	print_escaped(e->value, e->value_len);
	(void)putchar('\n');
}

static bool same_value(const struct tree_entry *a, const struct tree_entry *b)
{
	return a->value_len == b->value_len &&
	       memcmp(a->value, b->value, a->value_len) == 0;
}

/* Both by path: what is gone, then what is new or another. */
static void print_changes(const struct tree *old, const struct tree *new)
{
	for (size_t i = 0; i < old->count; i++)
		if (!tree_find(new, old->entry[i].path))
			printf("rm %s\n", old->entry[i].path);
	for (size_t i = 0; i < new->count; i++) {
		const struct tree_entry *was = tree_find(old, new->entry[i].path);

		if (!was || !same_value(was, &new->entry[i]))
			print_set(&new->entry[i]);
	}
}

/* The keys among @nodes as a tree of their own. */
static int keys_only(const struct tree *nodes, struct tree *ret_keys)
{
	autofree struct tree_entry *keys = NULL;
	size_t count = 0;
	int r = vm_data_keys(nodes, &keys, &count);

	for (size_t i = 0; r >= 0 && i < count; i++)
		r = tree_set(ret_keys, keys[i].path, keys[i].value, keys[i].value_len);
	return r;
}

/* vm-data itself is no key, and what is not there has none. */
static int read_nodes(const struct vm_data_job *job, struct tree *ret_nodes)
{
	autofree char *value = NULL;
	int r = vm_data_read(job->conn, job->top, job->opt.key, ret_nodes);

	/* Is it absent, or was the guest resumed in the midst of the transaction? */
	if (r == -ENOENT && xs_conn_read(job->conn, job->path, &value, NULL) >= 0)
		return -EIO;
	if (r == -ENOENT) {
		tree_done(ret_nodes);
		tree_init(ret_nodes);
		r = *job->home ? domains_check(job->conn, job->domid) : 0;
	}
	return r;
}

static int read_keys(const struct vm_data_job *job, struct tree *ret_keys)
{
	int r = -EIO;

	for (int try = 0; r == -EIO && try < READ_TRIES && !xs_conn_is_dead(job->conn);
	     try++) {
		autotree struct tree nodes = { 0 };

		r = read_nodes(job, &nodes);
		if (r >= 0)
			r = keys_only(&nodes, ret_keys);
	}
	return r;
}

/* Print how it is now against @seen, which becomes that. */
static int look(const struct vm_data_job *job, struct tree *seen)
{
	autotree struct tree now = { 0 };
	int r = read_keys(job, &now);

	if (r < 0)
		return r;
	print_changes(seen, &now);
	tree_swap(seen, &now);
	return 0;
}

static enum vm_data_status flush(void)
{
	int r = io_flush(stdout);

	if (r >= 0)
		return STATUS_FOUND;
	log_error("cannot write to standard output: %s", strerror(-r));
	return STATUS_FAILED;
}

/* Until the time or a failure. */
static enum vm_data_status follow(const struct vm_data_job *job, struct xs_watch *watch,
				  uint64_t deadline_ms, struct tree *seen)
{
	enum vm_data_status status = STATUS_FOUND;
	bool ready = false;
	int r = 0;

	while (r >= 0 && status == STATUS_FOUND) {
		r = vm_data_await(watch, job->path,
				  job->opt.has_timeout && ready ? deadline_ms
								: UINT64_MAX);
		if (r <= 0)
			continue;
		r = look(job, seen);
		if (r >= 0 && !ready)
			(void)puts("ready");
		ready |= r >= 0;
		status = flush();
	}
	if (status != STATUS_FOUND)
		return status;
	return r == -ETIME ? STATUS_TIMEOUT : vm_data_report(job, r);
}

enum vm_data_status vm_data_do_watch(const struct vm_data_job *job)
{
	uint64_t deadline_ms = io_now_ms() + job->opt.timeout_ms;
	autowatch struct xs_watch *watch = NULL;
	autotree struct tree seen = { 0 };

	/* The first event, which tells nothing, comes at once: what follows it is the
	 * state.  Nothing between reading and watching can be lost.  (Of another domain the
	 * whole home is watched: see vm_data_wait().) */
	if (xs_watch_new(*job->home ? job->home : job->path, &watch) < 0)
		return vm_data_report(job, -ENOTCONN);
	return follow(job, watch, deadline_ms, &seen);
}
