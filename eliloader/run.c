/* SPDX-License-Identifier: BSD-2-Clause */
#include "eliloader/run.h"

#include <fcntl.h>
#include <string.h>

#include "eliloader/limits.h"
#include "lib/cleanup.h"
#include "lib/io.h"
#include "lib/sandbox.h"

int run_load_config(struct run *run)
{
	const struct request *q = run->request;
	char why[512];
	int r = config_init(&run->config);

	if (r < 0)
		return failure_set(&run->failure, r, FAILURE_INTERNAL, "%s",
				   strerror(-r));
	r = config_load(&run->config, q->config_file, q->config_given, why, sizeof(why));
	if (r < 0)
		return failure_set(&run->failure, r, FAILURE_INTERNAL, "%s", why);
	if (q->cache)
		run->config.cache = strcmp(q->cache, "on") == 0;
	return 0;
}

int run_find_user(struct run *run)
{
	const struct request *q = run->request;
	const char *user = run->config.worker_user;
	int r;

	if (q->have_runas && q->runas != 0) {
		run->uid = q->runas;
		run->gid = q->runas;
		return 0;
	}
	/* one that was named must be there */
	r = sandbox_user(user, strcmp(user, WORKER_USER_DEFAULT) == 0 ? "nobody" : NULL,
			 &run->uid, &run->gid);
	return r < 0 ? failure_set(&run->failure, r, FAILURE_INTERNAL,
				   "no user for the workers: '%s': %s", user,
				   strerror(-r))
		     : 0;
}

static int read_record_file(struct run *run, struct record *record, const char *path)
{
	autofree char *text = NULL;
	size_t len, line = 0;
	int r = io_read_file_at(AT_FDCWD, path, RECORD_MAX, &text, &len);

	if (r < 0)
		return failure_set(&run->failure, r, FAILURE_METHOD,
				   "the record %s cannot be read: %s", path,
				   strerror(-r));
	r = record_parse(record, text, len, &line);
	if (r < 0)
		return failure_set(
			&run->failure, r, FAILURE_METHOD,
			"%s:%zu: not KEY=VALUE with a key that is known, no blank "
			"around the sign; see eliloader(8)",
			path, line);
	return 0;
}

int run_read_words(struct run *run, struct record *record)
{
	const struct request *q = run->request;
	int r = 0;

	if (q->record_file)
		r = read_record_file(run, record, q->record_file);
	for (size_t i = 0; r == 0 && i < q->set_count; i++) {
		r = record_set(record, q->set[i]);
		if (r < 0)
			return failure_set(
				&run->failure, r, FAILURE_METHOD,
				"--set '%s': not KEY=VALUE with a key that is known; see "
				"eliloader(8)",
				q->set[i]);
	}
	return r;
}
