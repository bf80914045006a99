/* SPDX-License-Identifier: BSD-2-Clause */
/* The verbs set and rm: one key, whose permissions stay, or are those of the directory that
 * it is made in, as the daemons do it by themselves. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "guest-agent/vm_data_base64.h"
#include "guest-agent/vm_data_job.h"
#include "guest-agent/vm_data_map.h"
#include "lib/cleanup.h"
#include "lib/domains.h"
#include "lib/io.h"
#include "lib/log.h"

/* bytes of the standard input: a length far over the limit can still be told */
#define INPUT_MAX (16 * VM_DATA_VALUE_MAX)

struct change {
	const struct vm_data_job *job;
	const char *value;
	size_t len;
};

/* In dom0 one forgets --domain easily, and would change dom0's own tree. */
static bool is_dom0s_own(const struct vm_data_job *job)
{
	autofree char *domid = NULL;

	return !job->opt.domain && xs_conn_read(job->conn, "domid", &domid, NULL) >= 0 &&
	       strcmp(domid, "0") == 0;
}

static enum vm_data_status check(const struct vm_data_job *job, size_t len)
{
	size_t key_len = strlen(job->opt.key);

	if (is_dom0s_own(job)) {
		log_error("in dom0, name a guest with --domain, or dom0 itself with "
			  "--domain 0");
		return STATUS_USAGE;
	}
	if (key_len > VM_DATA_KEY_MAX) {
		log_error("a key of %zu bytes; the store takes %d below vm-data", key_len,
			  VM_DATA_KEY_MAX);
		return STATUS_USAGE;
	}
	if (len > VM_DATA_VALUE_MAX) {
		log_error("cannot set '%s': a value of %zu bytes%s; the store takes %d",
			  job->opt.key, len, job->opt.base64 ? " in base64" : "",
			  VM_DATA_VALUE_MAX);
		return STATUS_USAGE;
	}
	return STATUS_FOUND;
}

/* What is to be written: the operand, or what there is on the standard input; and no more
 * than can be right. */
static int take_bytes(const struct vm_data_job *job, char **ret_value, size_t *ret_len)
{
	if (strcmp(job->opt.new_value, "-") == 0)
		return io_read_limited(STDIN_FILENO, INPUT_MAX, ret_value, ret_len);
	*ret_len = strlen(job->opt.new_value);
	*ret_value = strdup(job->opt.new_value);
	return *ret_value ? 0 : -ENOMEM;
}

static enum vm_data_status take_value(const struct vm_data_job *job, char **ret_value,
				      size_t *ret_len)
{
	autofree char *bytes = NULL;
	int r = take_bytes(job, &bytes, ret_len);

	if (r < 0 && r != -ENOMEM) {
		log_error("cannot read the value from standard input: %s",
			  r == -EFBIG ? "it is far too long" : strerror(-r));
		return STATUS_USAGE;
	}
	if (r >= 0 && job->opt.base64)
		r = vm_data_base64_encode(bytes, *ret_len, ret_value, ret_len);
	else
		*ret_value = steal_ptr(bytes);
	return r < 0 ? vm_data_report(job, r) : STATUS_FOUND;
}

static int write_key(struct xs_conn *c, void *arg)
{
	const struct change *w = arg;
	/* a write would make the home of a domain that is gone again */
	int r = *w->job->home ? domains_check(c, w->job->domid) : 0;

	return r < 0 ? r : xs_conn_write(c, w->job->path, w->value, w->len);
}

/* To remove what is not there is no error of the daemons. */
static int remove_key(struct xs_conn *c, void *arg)
{
	const struct change *w = arg;
	autofree char *value = NULL;
	int r = xs_conn_read(c, w->job->path, &value, NULL);

	return r < 0 ? r : xs_conn_remove(c, w->job->path);
}

/* In a guest without a transaction, which it would lose when it is resumed: there it is one
 * request that changes something. */
static enum vm_data_status change(struct change *w,
				  int (*body)(struct xs_conn *c, void *arg))
{
	struct xs_conn *c = w->job->conn;
	int r = *w->job->home ? xs_conn_transact(c, body, w) : body(c, w);

	return r < 0 ? vm_data_report_change(w->job, r, w->len) : STATUS_FOUND;
}

enum vm_data_status vm_data_do_set(const struct vm_data_job *job)
{
	struct change w = { .job = job };
	autofree char *value = NULL;
	enum vm_data_status status = take_value(job, &value, &w.len);

	if (status == STATUS_FOUND)
		status = check(job, w.len);
	if (status != STATUS_FOUND)
		return status;
	w.value = value;
	return change(&w, write_key);
}

enum vm_data_status vm_data_do_rm(const struct vm_data_job *job)
{
	struct change w = { .job = job };
	enum vm_data_status status = check(job, 0);

	return status == STATUS_FOUND ? change(&w, remove_key) : status;
}
