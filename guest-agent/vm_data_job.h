/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vm_data_job - what one run of vm-data is about, what each verb does, and what it says when
 * that fails.
 *
 * Each failure is told once, on standard error; what is returned is the exit status.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>

#include "guest-agent/vm_data_options.h"
#include "lib/options.h"
#include "lib/xs.h"

enum vm_data_status {
	STATUS_FOUND = 0,
	STATUS_ABSENT = 1,
	STATUS_USAGE = OPTIONS_WRONG,
	STATUS_DENIED = 3,
	STATUS_NO_XENSTORE = 4,
	STATUS_TIMEOUT = 5,
	STATUS_FAILED = 6,
};

struct vm_data_job {
	struct vm_data_options opt;
	struct xs_conn *conn; /* owned */
	unsigned domid;	      /* of --domain */
	char home[32];	      /* "/local/domain/5", or "" without --domain */
	char *top;	      /* owned: where vm-data is */
	char *path;	      /* owned: of the key */
};

/* ---- vm_data_report.c ---- */

/* @r, a negative errno of a request to the store. */
enum vm_data_status vm_data_report(const struct vm_data_job *job, int r);
/* The same of set and rm, whose reasons need more words; @len: bytes of the value. */
enum vm_data_status vm_data_report_change(const struct vm_data_job *job, int r,
					  size_t len);
/* xs_conn_open() gave @r. */
enum vm_data_status vm_data_report_no_store(int r);

/* ---- vm_data_read.c ---- */
enum vm_data_status vm_data_do_get(const struct vm_data_job *job);
enum vm_data_status vm_data_do_wait(const struct vm_data_job *job);
enum vm_data_status vm_data_do_keys(const struct vm_data_job *job); /* list, export */

/* ---- vm_data_watch.c ---- */
enum vm_data_status vm_data_do_watch(const struct vm_data_job *job);

/* ---- vm_data_change.c ---- */
enum vm_data_status vm_data_do_set(const struct vm_data_job *job);
enum vm_data_status vm_data_do_rm(const struct vm_data_job *job);

/* ---- vm_data_populate.c ---- */
enum vm_data_status vm_data_do_populate(const struct vm_data_job *job);
