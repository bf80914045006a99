/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vm-data - read and write what a toolstack puts into ~/vm-data, in the guest and in dom0.
 *
 * In a guest all paths are relative to its home; dom0 names a domain.  Nothing is opened
 * but what the verb needs: get is one connection and one request.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest-agent/vm_data_job.h"
#include "guest-agent/vm_data_options.h"
#include "lib/cleanup.h"
#include "lib/domains.h"
#include "lib/io.h"
#include "lib/log.h"
#include "lib/text.h"

/* The domain that is meant, by --domain. */
static enum vm_data_status find_domain(struct vm_data_job *job)
{
	autodomain struct domain d = { 0 };
	char why[LOG_LINE_MAX];
	int r = domains_find(job->conn, job->opt.domain, &d, why, sizeof(why));

	if (r == -ENOTUNIQ || r == -ENXIO) {
		log_error("%s", why);
		return r == -ENXIO ? STATUS_ABSENT : STATUS_USAGE;
	}
	if (r < 0)
		return vm_data_report(job, r);
	if (d.domid == 0 && job->opt.verb == VM_DATA_POPULATE) {
		log_error("'%s' is dom0, not a guest", job->opt.domain);
		return STATUS_USAGE;
	}
	job->domid = d.domid;
	(void)snprintf(job->home, sizeof(job->home), DOMAINS_DIR "/%u", d.domid);
	return STATUS_FOUND;
}

/* Where the domain's vm-data and the key are. */
static enum vm_data_status locate(struct vm_data_job *job)
{
	const char *key = job->opt.key;
	enum vm_data_status status = job->opt.domain ? find_domain(job) : STATUS_FOUND;

	if (status != STATUS_FOUND)
		return status;
	job->top = text_printf("%s%svm-data", job->home, *job->home ? "/" : "");
	if (job->top)
		job->path = text_printf("%s%s%s", job->top, *key ? "/" : "", key);
	return job->path ? STATUS_FOUND : vm_data_report(job, -ENOMEM);
}

static enum vm_data_status run(struct vm_data_job *job)
{
	static enum vm_data_status (*const verbs[])(const struct vm_data_job *) = {
		[VM_DATA_GET] = vm_data_do_get,
		[VM_DATA_LIST] = vm_data_do_keys,
		[VM_DATA_WAIT] = vm_data_do_wait,
		[VM_DATA_WATCH] = vm_data_do_watch,
		[VM_DATA_EXPORT] = vm_data_do_keys,
		[VM_DATA_SET] = vm_data_do_set,
		[VM_DATA_RM] = vm_data_do_rm,
		[VM_DATA_POPULATE] = vm_data_do_populate,
	};
	enum vm_data_status status;
	int r = xs_conn_open(&job->conn);

	if (r < 0)
		return vm_data_report_no_store(r);
	status = locate(job);
	return status == STATUS_FOUND ? verbs[job->opt.verb](job) : status;
}

int main(int argc, char *argv[])
{
	struct vm_data_job job = { 0 };
	enum vm_data_status status;

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
