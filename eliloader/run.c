/* SPDX-License-Identifier: BSD-2-Clause */
#include "eliloader/run.h"

#include <string.h>

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
