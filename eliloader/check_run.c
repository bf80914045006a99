/* SPDX-License-Identifier: BSD-2-Clause */
#include "eliloader/check_run.h"

int check_run(const struct run *run, const struct tree *job, const int *fds,
	      unsigned count, const struct worker_handler *handler,
	      struct wire_done *ret_done)
{
	struct worker w;
	int r = worker_start(&w, "eliloader-check", run->uid, run->gid, fds, count);

	if (r < 0)
		return r;
	r = wire_send_tree(w.fd, job);
	if (r == 0)
		r = worker_listen(&w, handler, ret_done);
	(void)worker_end(&w); /* what it said is what counts */
	return r;
}
