/* SPDX-License-Identifier: BSD-2-Clause */
/* The verbs get, wait, list and export. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "guest-agent/vm_data_base64.h"
#include "guest-agent/vm_data_format.h"
#include "guest-agent/vm_data_job.h"
#include "guest-agent/vm_data_store.h"
#include "lib/cleanup.h"
#include "lib/io.h"
#include "lib/log.h"

/* Let the shell have the bytes and a terminal no control characters. */
static enum vm_data_status print(const char *text, size_t len, bool raw, bool newline)
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

/* A value that was read, as the options want it. */
static enum vm_data_status print_value(const struct vm_data_job *job, const char *value,
				       size_t len)
{
	const struct vm_data_options *o = &job->opt;
	autofree char *decoded = NULL;
	size_t bad = 0;
	int r;

	if (!o->base64)
		return print(value, len, o->raw, !o->raw);
	r = vm_data_base64_decode(value, len, &decoded, &len, &bad);
	if (r == -EBADMSG) {
		log_error("'%s' is not base64: byte %zu of its value; without --base64 "
			  "it is "
			  "printed as it is",
			  o->key, bad);
		return STATUS_FAILED;
	}
	return r < 0 ? vm_data_report(job, r) : print(decoded, len, o->raw, !o->raw);
}

enum vm_data_status vm_data_do_get(const struct vm_data_job *job)
{
	const struct vm_data_options *o = &job->opt;
	autofree char *value = NULL;
	size_t len = 0;
	int r = xs_conn_read(job->conn, job->path, &value, &len);

	if (r == -ENOENT && o->default_value)
		return print(o->default_value, strlen(o->default_value), o->raw, !o->raw);
	if (r < 0)
		return vm_data_report(job, r);
	return print_value(job, value, len);
}

enum vm_data_status vm_data_do_wait(const struct vm_data_job *job)
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

	return r < 0 ? vm_data_report(job, r) : print_value(job, value, len);
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
enum vm_data_status vm_data_do_keys(const struct vm_data_job *job)
{
	autofree struct tree_entry *keys = NULL;
	autotree struct tree nodes = { 0 };
	struct vm_data_fault fault = { 0 };
	autofree char *text = NULL;
	size_t count = 0, len = 0;
	enum vm_data_status status;
	FILE *out;
	int r = vm_data_read(job->conn, job->top, job->opt.key, &nodes);

	if (r < 0)
		return vm_data_report(job, r);
	r = vm_data_keys(&nodes, &keys, &count);
	out = r < 0 ? NULL : open_memstream(&text, &len);
	if (!out)
		return vm_data_report(job, -ENOMEM);
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
	status = r < 0 ? vm_data_report(job, -ENOMEM) : print(text, len, false, false);
	return status;
}
