/* SPDX-License-Identifier: BSD-2-Clause */
/* The verb populate. */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "guest-agent/vm_data_job.h"
#include "guest-agent/vm_data_map.h"
#include "guest-agent/vm_data_store.h"
#include "lib/cleanup.h"
#include "lib/io.h"
#include "lib/log.h"

struct source {
	const char *name; /* borrowed */
	bool ignored;	  /* something in it is not below vm-data/ */
};

static void map_problem(void *arg, const char *text)
{
	const struct source *s = arg;

	log_error("%s: %s", s->name, text);
}

static void map_ignored(void *arg, const char *text)
{
	struct source *s = arg;

	log_debug("%s: %s", s->name, text);
	s->ignored = true;
}

/* The map in @file, checked.  One whose keys all lack the prefix would empty the guest's
 * vm-data without a word. */
static enum vm_data_status read_map(const char *file, struct tree *ret_nodes)
{
	bool is_stdin = strcmp(file, "-") == 0;
	struct source source = { .name = is_stdin ? "standard input" : file };
	struct vm_data_map_sink sink = { map_problem, map_ignored, &source };
	autofree char *text = NULL;
	size_t len = 0;
	int r;

	if (is_stdin)
		r = io_read_limited(STDIN_FILENO, VM_DATA_MAP_MAX, &text, &len);
	else
		r = io_read_file_at(AT_FDCWD, file, VM_DATA_MAP_MAX, &text, &len);
	if (r < 0) {
		log_error("cannot read '%s': %s", source.name, strerror(-r));
		return STATUS_USAGE;
	}
	r = vm_data_map_read(text, len, &sink, ret_nodes);
	if (r >= 0 && ret_nodes->count == 0 && source.ignored) {
		log_error("%s: nothing in it is below vm-data/, as in "
			  "vm-data/hostname=web1; nothing was changed",
			  source.name);
		return STATUS_USAGE;
	}
	if (r == -ENOMEM)
		log_error("out of memory");
	return r >= 0 ? STATUS_FOUND : r == -ENOMEM ? STATUS_FAILED : STATUS_USAGE;
}

enum vm_data_status vm_data_do_populate(const struct vm_data_job *job)
{
	autotree struct tree nodes = { 0 };
	enum vm_data_status status = read_map(job->opt.file, &nodes);
	unsigned owned = 0;
	int r;

	if (status != STATUS_FOUND)
		return status;
	r = vm_data_replace(job->conn, job->domid, &nodes, &owned);
	if (r == -EDQUOT) {
		log_error("%s: %zu nodes and the %u that the domain owns elsewhere are "
			  "more than the %d it may own",
			  job->opt.file, nodes.count + 1, owned, VM_DATA_NODES_MAX);
		return STATUS_USAGE;
	}
	if (r < 0)
		return vm_data_report(job, r);
	log_debug("%s: %zu nodes written below %s", job->opt.file, nodes.count, job->top);
	return STATUS_FOUND;
}
