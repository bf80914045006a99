/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "guest-agent/vm_data_job.h"
#include "guest-agent/vm_data_map.h"
#include "lib/cleanup.h"
#include "lib/log.h"

#define XENBUS "/dev/xen/xenbus"
/* bytes: C xenstored keeps 2048 for a guest's node, of which 33 are not the value */
#define VALUE_MAX_C 2015

static enum vm_data_status status_of(const struct xs_conn *c, int r)
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

enum vm_data_status vm_data_report(const struct vm_data_job *job, int r)
{
	const char *key = job->opt.key;

	if (r == -ENOENT)
		log_error("no '%s%s%s' in %s%s", "vm-data", *key ? "/" : "", key,
			  *job->home ? job->home : "this domain",
			  *job->home ? "" : dom0_hint(job->conn));
	else if (r == -ENXIO)
		log_error("no domain '%s'", job->opt.domain);
	else if (r == -ETIME && job->opt.value)
		log_error("'%s' did not become '%s' in time", key, job->opt.value);
	else if (r == -ETIME)
		log_error("'%s' did not come in time", key);
	else if (r == -ENOMEM)
		log_error("out of memory");
	else if (r == -ENOTCONN)
		log_error("cannot watch '%s': the xenstore connection is gone", key);
	else
		log_error("cannot %s%s", xs_conn_error(job->conn),
			  status_of(job->conn, r) == STATUS_DENIED
				  ? "; the host keeps it from this guest"
				  : "");
	return status_of(job->conn, r);
}

static const char *verb_of(const struct vm_data_job *job)
{
	return job->opt.verb == VM_DATA_SET ? "set" : "rm";
}

/* Whose node that is, or -1. */
static long owner(struct xs_conn *c, const char *path)
{
	autofree struct xs_permissions *perms = NULL;
	unsigned count = 0;

	if (xs_conn_get_perms(c, path, &perms, &count) < 0 || count == 0)
		return -1;
	return (long)perms[0].id;
}

/* A guest was refused: the toolstack has made vm-data so. */
static void say_read_only(const struct vm_data_job *job)
{
	const char *verb = verb_of(job), *key = job->opt.key;
	const char *value = job->opt.verb == VM_DATA_SET ? " VALUE" : "";
	autofree char *domid = NULL, *top = NULL;
	const char *id = "ID", *why;
	long of;

	if (xs_conn_read(job->conn, "domid", &domid, NULL) >= 0)
		id = domid;
	if (xs_conn_read(job->conn, job->top, &top, NULL) == -ENOENT) {
		why = "this guest has no vm-data and may make none, as under xl";
	} else {
		of = owner(job->conn, job->top);
		why = of >= 0 && domid && strtol(domid, NULL, 10) == of
			      ? "the toolstack has kept the key to itself"
			      : "vm-data is read-only for this guest, as under xl, and "
				"under XAPI once the host has changed it while the VM "
				"runs";
	}
	log_error("cannot %s '%s': %s; in dom0: vm-data --domain %s %s %s%s",
		  *value ? "set" : "remove", key, why, id, verb, key, value);
}

/* The store holds no more of it.  (oxenstored's EQUOTA is EINVAL to libxenstore.) */
static void say_quota(const struct vm_data_job *job, size_t len)
{
	if (len > VALUE_MAX_C)
		log_error("cannot set '%s': a value of %zu bytes is too long for this "
			  "host's store, which takes %d, or less for a key that has "
			  "keys below it",
			  job->opt.key, len, VALUE_MAX_C);
	else
		log_error("cannot set '%s': the domain has as many nodes as it may own "
			  "(%d, unless the host says otherwise), or the directory too "
			  "many names; remove keys with 'vm-data rm'",
			  job->opt.key, VM_DATA_NODES_MAX);
}

enum vm_data_status vm_data_report_change(const struct vm_data_job *job, int r,
					  size_t len)
{
	bool dead = xs_conn_is_dead(job->conn);

	if (!dead && status_of(job->conn, r) == STATUS_DENIED && !*job->home)
		say_read_only(job);
	else if (!dead && (r == -ENOSPC || r == -E2BIG || r == -EINVAL))
		say_quota(job, len);
	else
		return vm_data_report(job, r);
	return status_of(job->conn, r);
}

enum vm_data_status vm_data_report_no_store(int r)
{
	/* libxenstore tries several ways and tells of the last, which is seldom there */
	if (r == -EACCES || r == -EPERM ||
	    (access(XENBUS, F_OK) == 0 && access(XENBUS, R_OK | W_OK) != 0)) {
		log_error("xenstore is not open to this user, but to root; NON-ROOT "
			  "USERS in "
			  "vm-data(1) says how an administrator may let a group in");
		return STATUS_DENIED;
	}
	log_error("no xenstore: not in a Xen guest or dom0, or no store daemon: %s",
		  strerror(-r));
	return STATUS_NO_XENSTORE;
}
