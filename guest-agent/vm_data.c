/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vm-data - read what a toolstack put into ~/vm-data; in dom0, put it there.
 *
 * In a guest all paths are relative to its home; dom0 names a domain.  Nothing is opened
 * but what the verb needs: get is one connection and one request.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "guest-agent/vm_data_format.h"
#include "guest-agent/vm_data_map.h"
#include "guest-agent/vm_data_options.h"
#include "guest-agent/vm_data_store.h"
#include "lib/cleanup.h"
#include "lib/domains.h"
#include "lib/io.h"
#include "lib/log.h"
#include "lib/options.h"
#include "lib/text.h"
#include "lib/xs.h"

enum status {
	STATUS_FOUND = 0,
	STATUS_ABSENT = 1,
	STATUS_USAGE = OPTIONS_WRONG,
	STATUS_DENIED = 3,
	STATUS_NO_XENSTORE = 4,
	STATUS_TIMEOUT = 5,
	STATUS_FAILED = 6,
};

struct job {
	struct vm_data_options opt;
	struct xs_conn *conn; /* owned */
	unsigned domid;	      /* of --domain */
	char home[32];	      /* "/local/domain/5", or "" without --domain */
	char *top;	      /* owned: where vm-data is */
	char *path;	      /* owned: of the key */
};

static enum status status_of(const struct xs_conn *c, int r)
{
	if (r >= 0)
		return STATUS_FOUND;
	if (xs_conn_is_dead(c))
		return STATUS_NO_XENSTORE;
	switch (r) {
	case -ENOENT:
	case -ENXIO:
		return STATUS_ABSENT;
	case -EACCES:
	case -EPERM:
	case -EROFS:
		return STATUS_DENIED;
	case -ETIME:
		return STATUS_TIMEOUT;
	case -EIO:
	case -ENOTCONN:
		return STATUS_NO_XENSTORE;
	default:
		return STATUS_FAILED;
	}
}

/* In dom0 one forgets --domain easily, and a relative path there is dom0's own. */
static const char *dom0_hint(struct xs_conn *c)
{
	autofree char *domid = NULL;

	if (xs_conn_read(c, "domid", &domid, NULL) < 0 || strcmp(domid, "0") != 0)
		return "";
	return "; in dom0, name a guest with --domain";
}

/* Say what failed, once; the exit status. */
static enum status report(const struct job *job, int r)
{
	const char *key = job->opt.key;

	if (r == -ENOENT)
		log_error("no '%s%s%s' in %s%s", "vm-data", *key ? "/" : "", key,
			  *job->home ? job->home : "this domain",
			  *job->home ? "" : dom0_hint(job->conn));
	else if (r == -ENXIO)
		log_error("no domain '%s'", job->opt.domain);
	else if (r == -ETIME)
		log_error("'%s' did not come in time", key);
	else if (r == -ENOMEM)
		log_error("out of memory");
	else if (r == -ENOTCONN)
		log_error("cannot watch '%s': the xenstore connection is gone", key);
	else
		log_error("cannot %s", xs_conn_error(job->conn));
	return status_of(job->conn, r);
}

/* Let the shell have the bytes and a terminal no control characters. */
static enum status print(const char *text, size_t len, bool raw, bool newline)
{
	int r;

	if (!raw && isatty(STDOUT_FILENO))
		vm_data_print_visible(stdout, text, len);
	else
		(void)fwrite(text, 1, len, stdout);
	if (newline)
		(void)putchar('\n');
	r = io_flush(stdout);
	if (r == 0)
		return STATUS_FOUND;
	log_error("cannot write to standard output: %s", strerror(-r));
	return STATUS_FAILED;
}

static enum status do_get(const struct job *job)
{
	const struct vm_data_options *o = &job->opt;
	autofree char *value = NULL;
	size_t len = 0;
	int r = xs_conn_read(job->conn, job->path, &value, &len);

	if (r == -ENOENT && o->default_value)
		return print(o->default_value, strlen(o->default_value), o->raw, !o->raw);
	if (r < 0)
		return report(job, r);
	return print(value, len, o->raw, !o->raw);
}

static enum status do_wait(const struct job *job)
{
	const struct vm_data_options *o = &job->opt;
	struct vm_data_wish wish = {
		.home = *job->home ? job->home : NULL,
		.domid = job->domid,
		.path = job->path,
		.value = o->value,
		.has_timeout = o->has_timeout,
		.timeout_ms = o->timeout_ms,
	};
	autofree char *value = NULL;
	size_t len = 0;
	int r = vm_data_wait(job->conn, &wish, &value, &len);

	return r < 0 ? report(job, r) : print(value, len, o->raw, !o->raw);
}

static int write_list(FILE *out, const struct tree_entry *keys, size_t count)
{
	for (size_t i = 0; i < count; i++)
		(void)fprintf(out, "%s\n", keys[i].path);
	return 0;
}

static void report_fault(const struct vm_data_fault *fault)
{
	if (fault->other)
		log_error("cannot export '%s' and '%s': %s", fault->key, fault->other,
			  fault->why);
	else
		log_error("cannot export '%s': %s", fault->key, fault->why);
}

/* list and export: all or nothing, so the text is made before the first byte goes out. */
static enum status do_keys(const struct job *job)
{
	autofree struct tree_entry *keys = NULL;
	autotree struct tree nodes = { 0 };
	struct vm_data_fault fault = { 0 };
	autofree char *text = NULL;
	size_t count = 0, len = 0;
	enum status status;
	FILE *out;
	int r = vm_data_read(job->conn, job->top, job->opt.key, &nodes);

	if (r < 0)
		return report(job, r);
	r = vm_data_keys(&nodes, &keys, &count);
	out = r < 0 ? NULL : open_memstream(&text, &len);
	if (!out)
		return report(job, -ENOMEM);
	if (job->opt.verb == VM_DATA_LIST)
		r = write_list(out, keys, count);
	else
		r = vm_data_format(out, job->opt.format, keys, count, &fault);
	if (fclose(out) != 0 && r >= 0)
		r = -ENOMEM;
	if (r == -EILSEQ) {
		report_fault(&fault);
		return STATUS_FAILED;
	}
	status = r < 0 ? report(job, -ENOMEM) : print(text, len, false, false);
	return status;
}

static void map_problem(void *arg, const char *text)
{
	log_error("%s: %s", *(const char *const *)arg, text);
}

static void map_ignored(void *arg, const char *text)
{
	log_debug("%s: %s", *(const char *const *)arg, text);
}

/* The map in @file, checked. */
static enum status read_map(const char *file, struct tree *ret_nodes)
{
	bool is_stdin = strcmp(file, "-") == 0;
	const char *name = is_stdin ? "standard input" : file;
	struct vm_data_map_sink sink = { map_problem, map_ignored, &name };
	autofree char *text = NULL;
	size_t len = 0;
	int r;

	if (is_stdin)
		r = io_read_limited(STDIN_FILENO, VM_DATA_MAP_MAX, &text, &len);
	else
		r = io_read_file_at(AT_FDCWD, file, VM_DATA_MAP_MAX, &text, &len);
	if (r < 0) {
		log_error("cannot read '%s': %s", name, strerror(-r));
		return STATUS_USAGE;
	}
	r = vm_data_map_read(text, len, &sink, ret_nodes);
	if (r == -ENOMEM)
		log_error("out of memory");
	return r >= 0 ? STATUS_FOUND : r == -ENOMEM ? STATUS_FAILED : STATUS_USAGE;
}

static enum status do_populate(const struct job *job)
{
	autotree struct tree nodes = { 0 };
	enum status status = read_map(job->opt.file, &nodes);
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
		return report(job, r);
	log_debug("%s: %zu nodes written below %s", job->opt.file, nodes.count, job->top);
	return STATUS_FOUND;
}

static enum status open_xenstore(struct job *job)
{
	int r = xs_conn_open(&job->conn);

	if (r >= 0)
		return STATUS_FOUND;
	/* libxenstore tries several ways and tells of the last, which is seldom there */
	if (r == -EACCES || r == -EPERM ||
	    (access("/dev/xen/xenbus", F_OK) == 0 &&
	     access("/dev/xen/xenbus", R_OK | W_OK) != 0)) {
		log_error("xenstore is not open to this user");
		return STATUS_DENIED;
	}
	log_error("no xenstore: not in a Xen guest or dom0, or no store daemon: %s",
		  strerror(-r));
	return STATUS_NO_XENSTORE;
}

/* The domain that is meant, by --domain. */
static enum status find_domain(struct job *job)
{
	autodomain struct domain d = { 0 };
	char why[LOG_LINE_MAX];
	int r = domains_find(job->conn, job->opt.domain, &d, why, sizeof(why));

	if (r == -ENOTUNIQ || r == -ENXIO) {
		log_error("%s", why);
		return r == -ENXIO ? STATUS_ABSENT : STATUS_USAGE;
	}
	if (r < 0)
		return report(job, r);
	if (d.domid == 0 && job->opt.verb == VM_DATA_POPULATE) {
		log_error("'%s' is dom0, not a guest", job->opt.domain);
		return STATUS_USAGE;
	}
	job->domid = d.domid;
	(void)snprintf(job->home, sizeof(job->home), DOMAINS_DIR "/%u", d.domid);
	return STATUS_FOUND;
}

/* Where the domain's vm-data and the key are. */
static enum status locate(struct job *job)
{
	const char *key = job->opt.key;
	enum status status = job->opt.domain ? find_domain(job) : STATUS_FOUND;

	if (status != STATUS_FOUND)
		return status;
	job->top = text_printf("%s%svm-data", job->home, *job->home ? "/" : "");
	if (job->top)
		job->path = text_printf("%s%s%s", job->top, *key ? "/" : "", key);
	return job->path ? STATUS_FOUND : report(job, -ENOMEM);
}

static enum status run(struct job *job)
{
	enum status status = open_xenstore(job);

	if (status == STATUS_FOUND)
		status = locate(job);
	if (status != STATUS_FOUND)
		return status;
	switch (job->opt.verb) {
	case VM_DATA_GET:
		return do_get(job);
	case VM_DATA_WAIT:
		return do_wait(job);
	case VM_DATA_POPULATE:
		return do_populate(job);
	default:
		return do_keys(job);
	}
}

int main(int argc, char *argv[])
{
	struct job job = { 0 };
	enum status status;

	if (io_reserve_std_fds() < 0)
		return STATUS_FAILED;
	log_open("vm-data", false, false);
	job.opt = vm_data_options_parse(argc, argv, STATUS_FAILED);
	log_open("vm-data", false, job.opt.verbose);
	status = run(&job);
	xs_conn_close(job.conn);
	free(job.top);
	free(job.path);
	return (int)status;
}
