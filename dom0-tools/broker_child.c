/* SPDX-License-Identifier: BSD-2-Clause */
#include "dom0-tools/broker_child.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dom0-tools/broker_connect.h"
#include "dom0-tools/broker_identity.h"
#include "dom0-tools/broker_loop.h"
#include "dom0-tools/broker_rules.h"
#include "dom0-tools/broker_trim.h"
#include "lib/log.h"
#include "lib/sandbox.h"

/* As root, before any client: what is told comes from the daemon and from dom0's files. */
static int look(const struct child *c, struct broker *b)
{
	char why[LOG_LINE_MAX];
	int fd = -1;
	int r = connect_store(c->upstream, &fd);

	if (r < 0) {
		log_error("cannot reach the store at '%s': %s", c->upstream,
			  strerror(-r));
		return r;
	}
	r = identity_open(b, fd);
	if (r < 0)
		return r;
	r = rules_load(c->opt->profile, b->domid, b->identity.vm, &b->rules, why,
		       sizeof(why));
	if (r < 0)
		log_error("%s", why);
	return r;
}

static int lock_up(const struct child *c)
{
	static const char *const calls[] = { "accept4", NULL };
	const struct sandbox box = {
		.uid = c->uid,
		.gid = c->gid,
		.file_max = CHILD_LOG,
		.memory_max = CHILD_MEMORY + CHILD_MEMORY_CLIENT * c->opt->max_clients,
		.fds_max = CHILD_FDS + CHILD_FDS_CLIENT * c->opt->max_clients,
		.calls = calls,
	};
	int r = sandbox_enter(&box);

	if (r < 0)
		log_error("cannot enter the sandbox: %s", strerror(-r));
	return r;
}

static int serve(struct child *c, struct broker *b)
{
	struct loop loop;
	int r = loop_init(&loop, b, c->opt->max_clients);

	loop.listen_fd = c->listen_fd;
	loop.signals = c->signals;
	metrics_init(&loop.metrics, c->metrics_fd);
	loop.reconnect_ns = c->opt->reconnect_s * 1000000000ULL;
	bucket_init(&b->bucket, c->opt->turn ? 0 : c->opt->rate, c->opt->burst,
		    b->now_ns);
	if (r == 0 && c->serve_fd >= 0)
		r = loop_add_client(&loop, c->serve_fd);
	if (r == 0)
		r = lock_up(c);
	broker_trim(); /* the profile was read, the filter was made */
	if (r == 0)
		r = connect_tell_ready(b->connector);
	if (r == 0)
		r = loop_run(&loop);
	loop_done(&loop);
	return r;
}

int child_run(struct child *c)
{
	struct broker b = { .domid = c->opt->domid,
			    .connector = c->connector,
			    .stats = { .domid = c->opt->domid } };
	int r = look(c, &b);

	if (r == 0)
		r = serve(c, &b);
	identity_close(&b);
	walk_done(&b.walk);
	nodes_done(&b.nodes);
	rules_free(b.rules);
	store_io_done(&b.io);
	return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
